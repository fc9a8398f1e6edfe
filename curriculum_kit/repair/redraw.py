"""Draw the distractors anew, so that a label is right as often as it is offered, whatever the question's words.

Reads questions as integers; gives the options of each question. A question keeps its answer and, where there
are enough labels, its number of options. Distractors answer other questions of the same benchmark and type,
and are drawn as they are likely given the question's words and modality (`likelihood`), such that each
option is as likely to be right as the next (`sampling`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from curriculum_kit.offers import Offers
from curriculum_kit.repair.also_right import answering_alike, beginning_alike, clusters, contained, paired
from curriculum_kit.repair.apart import never_together, one_per_modality, set_together
from curriculum_kit.repair.barred import barred_labels, with_related
from curriculum_kit.repair.likelihood import FOLDS, Group
from curriculum_kit.repair.order import shuffled
from curriculum_kit.repair.pool import Pool

MAX_LABELS = 512
"""Labels that compete for the same questions; more are parted by how often they are right."""

Clashing = Callable[[Sequence[str]], np.ndarray]
"""Gives for labels the pairs that must not stand together, a symmetric mask (labels, labels)."""

_SAID = 3
"""Times that the source sets two labels together with one of them right, for it to be meant."""


@dataclass(frozen=True)
class Redrawn:
    """Options drawn anew for n questions, laid out as in `Offers`, and what was done."""

    start: np.ndarray
    """int64, length n + 1"""
    option: np.ndarray
    """Codes into the option texts of the offers"""
    is_right: np.ndarray
    """bool, of the length of `option`; one per question"""
    changed: np.ndarray
    """bool, length n: the others keep their options in their order, because no label may stand beside their answer"""
    polar: int
    """Questions to be answered by yes or no and the like, which offer exactly these two"""
    fewer: int
    """Questions that have fewer options than before"""
    remains: float
    """Share of the questions drawn anew that is still expected to be right for who knows all likelihoods: chance, and
    what is added where the words or the modality leave fewer labels likely than there are options"""
    chance: float
    """Share of the questions drawn anew that are right by chance"""

    def sentences(self) -> list[str]:
        """Say what was done to how many questions."""
        n, kept = len(self.changed), int((~self.changed).sum())
        done = n - kept - self.polar
        said = [f"The distractors of {done:,} of {n:,} questions were drawn anew."]
        if self.polar:
            said.append(f"{self.polar:,} questions are answered by yes or no or the like and offer exactly these two.")
        if self.fewer:
            said.append(f"{self.fewer:,} questions have fewer options than before, for too few labels are safe there.")
        if kept:
            said.append(f"{kept:,} questions keep their options, because no other label may stand beside the answer.")
        if done:
            said.append(
                "A guesser who knows how likely each label is, given the question's words and modality, should still "
                f"get {_percent(self.remains)} of the questions drawn anew right (chance {_percent(self.chance, 0)})."
            )
        return said


def redraw_distractors(
    offers: Offers,
    *,
    also_right: Sequence[Collection[str]] | None = None,
    polar: Mapping[str, tuple[str, str]] | None = None,
    clashing: Clashing | None = None,
    seed: int = 0,
) -> Redrawn:
    """Return new options for each question.

    `offers` hold canonical labels, one of them right. `also_right` names for each question the labels that are known
    to be right too; where it is None, the answers to other questions of the same type about the same image
    are taken for such. Never offered are labels that mean the same as the answer, say less or more of the same
    thing, begin with a form of the same word, or answer the same question about the same image; nor what the source
    avoids to offer beside it (`apart`). `clashing` returns, for any labels, which pairs of them must not stand
    together, a symmetric mask; name there what only knowledge of the field can tell, such as a part and its whole. A
    label that none of these rules out may still be right: nobody has looked at the image. `polar` maps labels such as
    yes and no to their pair, which stands alone. The draw depends on `seed` and on all questions together.
    """
    rng = np.random.default_rng(seed)
    answer = np.asarray(offers.option.codes[_first_right(offers)], np.int64)
    polar = polar or {}
    two = _pairs(offers.option.texts, polar)[answer]
    is_polar = np.array([text in polar for text in offers.option.texts], bool)[answer]
    entries = [_polar_entries(two)]
    drawn, remains = np.zeros(len(offers), bool), np.zeros(len(offers))
    for members in _groups(offers, answer, ~is_polar):
        labels, own = np.unique(answer[members], return_inverse=True)
        pool = _pool(offers, members, labels, own, also_right, frozenset(polar), clashing)
        rows, offered, expected = pool.draw(rng)
        several = np.bincount(rows, minlength=len(members)) > 1
        drawn[members], remains[members] = several, expected
        entries.append(np.stack([members[rows], labels[offered]])[:, several[rows]])
    changed = drawn | (two[:, 0] >= 0)
    whole = ~changed[offers.row]
    entries.append(np.stack([offers.row[whole], offers.option.codes[whole]]))
    row, option = np.concatenate(entries, axis=1)
    order, start = shuffled(row, option, option == answer[row], len(offers), rng)
    option = option[order]
    # Questions that keep their options keep their order too.
    option[~changed[np.repeat(np.arange(len(offers)), np.diff(start))]] = offers.option.codes[whole]
    return Redrawn(
        start=start,
        option=option,
        is_right=option == np.repeat(answer, np.diff(start)),
        changed=changed,
        polar=int((two[:, 0] >= 0).sum()),
        fewer=int((np.diff(start) < offers.sizes).sum()),
        remains=float(remains[drawn].mean()) if drawn.any() else 0.0,
        chance=float((1 / np.diff(start)[drawn]).mean()) if drawn.any() else 0.0,
    )


def _percent(share: float, digits: int = 1) -> str:
    return f"{100 * share:.{digits}f}%"


def _first_right(offers: Offers) -> np.ndarray:
    """Return the entry of each question's answer."""
    entries = np.flatnonzero(offers.is_right)
    first = np.unique(offers.row[entries], return_index=True)[1]
    assert len(first) == len(offers), "the answer of each question is among its choices"
    return entries[first]


def _pairs(texts: Sequence[str], polar: Mapping[str, tuple[str, str]]) -> np.ndarray:
    """Return for each label the codes of its pair, -1 where it has none or its opposite is offered nowhere."""
    codes = {text: code for code, text in enumerate(texts)}
    pairs = [polar.get(text, ("", "")) for text in texts]
    two = np.array([(codes.get(one, -1), codes.get(other, -1)) for one, other in pairs], np.int64).reshape(-1, 2)
    return np.where((two < 0).any(axis=1, keepdims=True), -1, two)


def _polar_entries(two: np.ndarray) -> np.ndarray:
    rows = np.flatnonzero(two[:, 0] >= 0)
    return np.stack([np.repeat(rows, 2), two[rows].ravel()])


def _groups(offers: Offers, answer: np.ndarray, wanted: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the questions that may share distractors: of one benchmark and type, and labels of like frequency."""
    rows = np.flatnonzero(wanted)
    kinds = np.stack([offers.benchmark.codes, offers.question_type.codes])[:, rows]
    kind = np.unique(kinds, axis=1, return_inverse=True)[1].ravel()
    for number in range(int(kind.max(initial=-1)) + 1):
        members = rows[kind == number]
        labels, own, counts = np.unique(answer[members], return_inverse=True, return_counts=True)
        part = np.empty(len(labels), np.int64)
        part[np.argsort(-counts, kind="stable")] = np.arange(len(labels)) * -(-len(labels) // MAX_LABELS) // len(labels)
        for slice_ in range(int(part.max()) + 1):
            yield members[part[own] == slice_]


def _pool(
    offers: Offers,
    members: np.ndarray,
    labels: np.ndarray,
    own: np.ndarray,
    also_right: Sequence[Collection[str]] | None,
    polar: Collection[str],
    clashing: Clashing | None,
) -> Pool:
    names = [offers.option.texts[code] for code in labels]
    texts, text = np.unique(offers.question.codes[members], return_inverse=True)
    group = Group(
        texts=[offers.question.texts[code] for code in texts],
        text=text,
        modality=np.unique(offers.modality.codes[members], return_inverse=True)[1],
        answer=own,
        fold=_folds(offers.unit.codes[members]),
        labels=len(labels),
    )
    source = _source(offers, members, labels)
    alike, related = _related(names, group, source, polar, clashing)
    barred = barred_labels(offers, members, own, names, also_right)
    return Pool(
        group=group,
        options=offers.sizes[members],
        cluster=clusters(names, np.bincount(own, minlength=len(labels)), alike),
        related=related,
        barred=with_related(barred, own, related),
        source=source,
    )


def _related(
    names: Sequence[str], group: Group, source: Any, polar: Collection[str], clashing: Clashing | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return which labels mean something alike, and which must not stand together: masks (labels, labels).

    The source avoids pairs for more reasons than that both are right: they are kept apart, but make no cluster.
    """
    alike = paired([*contained(names), *answering_alike(names, polar)], len(names))
    # Adjectives begin alike too (distal radius, distal ulna): what the source sets together may stay together.
    alike |= paired(beginning_alike(names), len(names)) & (set_together(group.answer, source) < _SAID)
    alike |= one_per_modality(group.modality, group.answer, source)
    if clashing is not None:
        alike |= clashing(names)
    return alike, alike | never_together(group.text, group.modality, group.answer, source)


def _source(offers: Offers, members: np.ndarray, labels: np.ndarray) -> Any:
    """Return which labels of the pool each question offers now, a sparse 0/1 matrix (questions, labels)."""
    from scipy.sparse import coo_matrix

    part = offers.subset(members)
    place = np.full(len(offers.option.texts), -1)
    place[labels] = np.arange(len(labels))
    column = place[part.option.codes]
    known = column >= 0
    cells = (np.ones(int(known.sum())), (part.row[known], column[known]))
    return coo_matrix(cells, shape=(len(members), len(labels))).tocsr()


def _folds(units: np.ndarray) -> np.ndarray:
    """Return a fold for each question: by unit, or by question where there are too few units."""
    distinct, place = np.unique(units, return_inverse=True)
    if len(distinct) < FOLDS:
        return np.arange(len(units)) % FOLDS
    # Units come in the order of their codes, which is that of the files: neighbours go to different folds.
    folds: np.ndarray = place % FOLDS
    return folds
