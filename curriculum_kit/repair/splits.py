"""Draw splits anew, so that no unit and no image stands on both sides.

Reads questions and images; gives the questions with other splits. What shares a unit or an image, directly or by way
of others, is one component and goes to one split. Only components that are torn between splits move; each goes
where sizes and answers come nearest to what they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.enums import Split
from curriculum_kit.schemas import BLANK_HASHES

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
        if self.unknown[0] != self.unknown[1]:
            before, now = self.unknown
            said.append(f"Of the answers in test{name}, {now:,} are unknown to train now, {before:,} were before.")
        if self.unassigned and self.before:
            said.append(f"{self.unassigned:,} questions{name} have no split and were left so.")
        return said


def redraw_splits(
    questions: pa.Table, images: pa.Table | None = None, *, scheme: Sequence[str] | None = None, seed: int = 0
) -> tuple[pa.Table, list[Resplit]]:
    """Return the questions with splits that share no unit, image, file or look, and what changed per scheme.

    `images` is the table of images, for equal files and perceptual hashes under several names. `scheme`
    names for each question the scheme its split belongs to, where a benchmark publishes several of the same
    questions; each is redrawn for itself. Answers keep their shares per benchmark, type and modality as well as
    whole components allow. Where one component is too large for that, the splits stay and the reason is given.
    """
    split = _codes(questions["split"])
    nodes = _nodes(questions, images)
    stratum = _codes_of([questions[name] for name in ("benchmark", "question_type", "modality", "answer")])
    answer = _codes(questions["answer"])[0]
    schemes = np.array(scheme if scheme is not None else [""] * questions.num_rows, dtype=object)
    new, done = split[0].copy(), []
    open_ = split[1].index(Split.UNASSIGNED) if Split.UNASSIGNED in split[1] else -1
    for name in sorted(set(schemes)):
        mine = schemes == name
        rows = np.flatnonzero(mine & (split[0] != open_))
        component = _components(nodes, rows, questions.num_rows)
        drawn, torn = _assigned(component, split[0][rows], stratum[rows], len(split[1]), seed)
        sizes = [
            {
                split[1][code]: int(n)
                for code, n in enumerate(np.bincount(side, minlength=len(split[1])))
                if code != open_
            }
            for side in (split[0][rows], drawn)
        ]
        sizes = [{key: each[key] for key in sorted(sizes[0]) if sizes[0][key]} for each in sizes]
        reason = _reason(name, component, sizes[0], sizes[1], torn)
        if not reason:
            new[rows] = drawn
        done.append(
            Resplit(
                scheme=name,
                torn=torn,
                moved=0 if reason else int((drawn != split[0][rows]).sum()),
                unassigned=int((mine & (split[0] == open_)).sum()),
                before=sizes[0],
                after=sizes[0] if reason else sizes[1],
                unknown=(_unknown(split, answer, rows), _unknown((new, split[1]), answer, rows)),
                reason=reason,
            )
        )
    column = pa.array(split[1], pa.string()).take(pa.array(new))
    place = questions.schema.get_field_index("split")
    return questions.set_column(place, questions.schema.field("split"), column), done


def _reason(scheme: str, component: np.ndarray, before: dict[str, int], after: dict[str, int], torn: int) -> str:
    name = f" of {scheme}" if scheme else ""
    if not before:
        return f"No question{name} has a split, so that there is none to redraw."
    if len(before) < 2:
        return f"All questions{name} are in {next(iter(before))}, so that there is no split to redraw."
    if torn and any(after[split] < _LEAST * n for split, n in before.items()):
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


def _nodes(questions: pa.Table, images: pa.Table | None) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return pairs of a question and a code of what it shares with others, one array of codes per kind."""
    everyone = np.arange(questions.num_rows)
    nothing = pc.equal(questions["unit_id"], pc.binary_join_element_wise(questions["benchmark"], "none", ":"))
    named = ~nothing.to_numpy(zero_copy_only=False)
    units = _codes_of([questions["benchmark"], questions["unit_id"]])
    shown = questions["image_ids"].combine_chunks()
    row = np.repeat(everyone, pc.list_value_length(shown).to_numpy(zero_copy_only=False))
    image, names = _codes(shown.flatten())
    found = [(everyone[named], units[named]), (row, image)]
    if images is not None:
        at = pc.index_in(pa.array(names, pa.string()), images["image_id"].combine_chunks())
        for kind in ("sha256", "phash"):
            hashes = images[kind].combine_chunks().take(at)
            known = pc.and_(hashes.is_valid(), pc.invert(pc.is_in(hashes, pa.array(BLANK_HASHES))))
            use = pc.fill_null(known, False).to_numpy(zero_copy_only=False)[image]
            found.append((row[use], _codes(hashes)[0][image[use]]))
    return found


def _components(nodes: list[tuple[np.ndarray, np.ndarray]], rows: np.ndarray, questions: int) -> np.ndarray:
    """Return the component of each question of `rows`."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    place = np.full(questions, -1)
    place[rows] = np.arange(len(rows))
    ends, size = [np.zeros((2, 0), np.int64)], len(rows)
    for row, code in nodes:
        there = place[row] >= 0
        ends.append(np.stack([place[row[there]], size + code[there]]))
        size += int(code.max(initial=-1)) + 1
    left, right = np.concatenate(ends, axis=1)
    graph = coo_matrix((np.ones(len(left), np.int8), (left, right)), shape=(size, size))
    component = connected_components(graph, directed=False)[1][: len(rows)]
    return np.unique(component, return_inverse=True)[1]


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


def _codes(column: pa.ChunkedArray | pa.Array) -> tuple[np.ndarray, list[str]]:
    encoded = pc.fill_null(column, "").dictionary_encode()
    encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    return encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64), encoded.dictionary.to_pylist()


def _codes_of(columns: Sequence[pa.ChunkedArray]) -> np.ndarray:
    """Return one code per distinct row of the columns."""
    codes = _codes(columns[0])[0]
    for column in columns[1:]:
        more, texts = _codes(column)
        codes = np.unique(codes * max(1, len(texts)) + more, return_inverse=True)[1]
    return codes
