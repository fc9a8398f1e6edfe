"""Draw splits anew, so that no unit and no image stands on both sides.

Reads questions and images; gives the questions with other splits. What shares a unit or an image, or shows images
that are nearly the same, directly or by way of others, is one component and goes to one split. Only components that
are torn between splits move; each goes where sizes and answers come nearest to what they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from curriculum_kit.enums import Split
from curriculum_kit.repair.linked import codes_in, codes_of, components, links_of, near_links

_ENOUGH = 5.0
"""Questions of a stratum that the smallest split should hold: strata with fewer count for less."""

_STAY = 0.2
"""What is lacking, as a share, that outweighs that all questions of a component would stay where they are."""

_LEAST = 0.5
"""A split that would keep less of its size than this was not redrawn but destroyed."""


@dataclass(frozen=True)
class Resplit:
    """What redrawing did to one split scheme."""

    scheme: str
    """What tells this scheme from others of the same questions; "" where there is but one"""
    torn: int
    """Components that stood on several sides"""
    moved: int
    """Questions that changed their split"""
    unassigned: int
    """Questions without a split, which they stay"""
    before: dict[str, int]
    """Questions of each split"""
    after: dict[str, int]
    unknown: tuple[int, int] = (0, 0)
    """Distinct answers of test that no question of train has, before and after"""
    reason: str = ""
    """Why the splits were left as they are, a sentence; "" where they are free of leaks now"""
    near_stays: bool = False
    """Whether images that are nearly the same may stand on two sides, for too many hang together by them"""

    def sentences(self) -> list[str]:
        """Say what was done to how many questions."""
        name = f" of {self.scheme}" if self.scheme else ""
        said = [self.reason] if self.reason else []
        if not self.torn and not self.reason:
            said.append(f"No unit and no image stands on two sides of the split{name}; it was left as it is.")
        if self.torn and not self.reason:
            sizes = ", ".join(f"{split} {self.before[split]:,} to {n:,}" for split, n in self.after.items())
            said.append(
                f"{self.moved:,} of {sum(self.before.values()):,} questions{name} changed their split, so that "
                f"{self.torn:,} sets of questions that share units or images stand on one side each ({sizes})."
            )
        if self.near_stays:
            said.append(
                f"Images that look nearly alike were left on two sides of the split{name}: too many questions hang "
                "together by them."
            )
        if self.unknown[0] != self.unknown[1]:
            before, now = self.unknown
            said.append(f"Of the answers in test{name}, {now:,} are unknown to train now, {before:,} were before.")
        if self.unassigned and self.before:
            said.append(f"{self.unassigned:,} questions{name} have no split and were left so.")
        return said


def redraw_splits(
    questions: pa.Table,
    images: pa.Table | None = None,
    *,
    alike: pa.Table | None = None,
    scheme: Sequence[str] | None = None,
    seed: int = 0,
) -> tuple[pa.Table, list[Resplit]]:
    """Return the questions with splits that share no unit, image, file or look, and what changed per scheme.

    `images` is the table of images, for equal files and perceptual hashes that are equal or nearly so; `alike` holds
    pairs of images of nearly one embedding (image_a, image_b), where these are at hand. `scheme` names for each
    question the scheme its split belongs to, where a benchmark publishes several of the same questions; each is
    redrawn for itself. Answers keep their shares per benchmark, type and modality as well as whole components allow.
    Where one component is too large for that, images that are nearly the same may stay on two sides; where it still
    is, the splits stay and the reason is given.
    """
    split = codes_in(questions["split"])
    links, near = links_of(questions, images), near_links(questions, images, alike)
    stratum = codes_of([questions[name] for name in ("benchmark", "question_type", "modality", "answer")])
    answer = codes_in(questions["answer"])[0]
    schemes = np.array(scheme if scheme is not None else [""] * questions.num_rows, dtype=object)
    new, done = split[0].copy(), []
    open_ = split[1].index(Split.UNASSIGNED) if Split.UNASSIGNED in split[1] else -1
    for name in sorted(set(schemes)):
        mine = schemes == name
        rows = np.flatnonzero(mine & (split[0] != open_))
        held = split[0][rows]
        drawn = _Drawn.of(name, components(links + near, rows, questions.num_rows), held, stratum[rows], split[1], seed)
        near_stays = bool(near and drawn.reason)
        if near_stays:
            drawn = _Drawn.of(name, components(links, rows, questions.num_rows), held, stratum[rows], split[1], seed)
        new[rows] = drawn.split
        done.append(
            Resplit(
                scheme=name,
                torn=drawn.torn,
                moved=int((drawn.split != held).sum()),
                unassigned=int((mine & (split[0] == open_)).sum()),
                before=_sizes(held, split[1]),
                after=_sizes(drawn.split, split[1]),
                unknown=(_unknown(split, answer, rows), _unknown((new, split[1]), answer, rows)),
                reason=drawn.reason,
                near_stays=near_stays and not drawn.reason,
            )
        )
    column = pa.array(split[1], pa.string()).take(pa.array(new))
    place = questions.schema.get_field_index("split")
    return questions.set_column(place, questions.schema.field("split"), column), done


@dataclass(frozen=True)
class _Drawn:
    """The splits of the questions of one scheme, drawn anew or, where there is a reason, as they were."""

    split: np.ndarray
    torn: int
    reason: str

    @classmethod
    def of(
        cls, name: str, component: np.ndarray, held: np.ndarray, stratum: np.ndarray, splits: list[str], seed: int
    ) -> _Drawn:
        drawn, torn = _assigned(component, held, stratum, len(splits), seed)
        reason = _reason(name, component, _sizes(held, splits), _sizes(drawn, splits), torn)
        return cls(held if reason else drawn, torn, reason)


def _sizes(held: np.ndarray, splits: list[str]) -> dict[str, int]:
    """Return the number of questions of each split that has any, in order of name."""
    return {
        splits[code]: int(np.count_nonzero(held == code)) for code in sorted(np.unique(held), key=splits.__getitem__)
    }


def _reason(scheme: str, component: np.ndarray, before: dict[str, int], after: dict[str, int], torn: int) -> str:
    name = f" of {scheme}" if scheme else ""
    if not before:
        return f"No question{name} has a split, so that there is none to redraw."
    if len(before) < 2:
        return f"All questions{name} are in {next(iter(before))}, so that there is no split to redraw."
    if torn and any(after.get(split, 0) < _LEAST * n for split, n in before.items()):
        largest = int(np.bincount(component).max())
        return (
            f"The split{name} cannot be redrawn: {largest:,} of {len(component):,} questions share units or images "
            "with one another, directly or by way of others, and would all have to stand on one side."
        )
    return ""


def _unknown(split: tuple[np.ndarray, list[str]], answer: np.ndarray, rows: np.ndarray) -> int:
    """Return how many distinct answers stand in test and not in train."""
    test, train = (
        answer[rows[split[0][rows] == split[1].index(side)]] if side in split[1] else answer[:0]
        for side in (Split.TEST, Split.TRAIN)
    )
    return len(np.setdiff1d(test, train))


def _assigned(
    component: np.ndarray, split: np.ndarray, stratum: np.ndarray, splits: int, seed: int
) -> tuple[np.ndarray, int]:
    """Return a split for each question, the same throughout a component, and how many components were torn.

    The largest torn component comes first, and each goes to the split that lacks most of what it should hold: its
    share of all questions and of each stratum the component has questions in.
    """
    whole = np.unique(component * splits + split) // splits
    torn = np.flatnonzero(np.bincount(whole, minlength=int(component.max(initial=-1)) + 1) > 1)
    strata = np.unique(stratum, return_inverse=True)[1]
    kinds = int(strata.max(initial=-1)) + 1
    allowed = np.unique(split)
    share = np.bincount(split, minlength=splits)[allowed] / max(1, len(split))
    wanted = share[:, None] * np.bincount(strata, minlength=kinds)
    moving = np.isin(component, torn)
    fixed = np.bincount(split[~moving] * kinds + strata[~moving], minlength=splits * kinds)
    lacking = wanted - fixed.reshape(splits, kinds)[allowed]
    total, lacking_total = wanted.sum(axis=1), lacking.sum(axis=1)
    fewest = wanted.min(axis=0, initial=np.inf)
    weight = fewest / (fewest + _ENOUGH)
    order = np.argsort(component, kind="stable")
    begins = np.searchsorted(component[order], np.append(torn, torn + 1)).reshape(2, -1)
    new, rng = split.copy(), np.random.default_rng(seed)
    for number in np.lexsort((rng.random(len(torn)), begins[0] - begins[1])):
        rows = order[begins[0][number] : begins[1][number]]
        which, n = np.unique(strata[rows], return_counts=True)
        stays = np.bincount(split[rows], minlength=splits)[allowed] / len(rows)
        of_each = (lacking[:, which] / wanted[:, which]) @ (n * weight[which]) / len(rows)
        best = np.argmax(np.round(lacking_total / total + of_each + _STAY * stays, 9))
        new[rows] = allowed[best]
        lacking[best, which] -= n
        lacking_total[best] -= len(rows)
    return new, len(torn)
