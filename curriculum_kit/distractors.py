"""Choices for questions that have none: seeded random distractors from labels that answer the same type.

Reads questions and the labels that are also right for each; gives the questions with choices. A pool
holds the labels that answer questions of one benchmark, question type, modality, answer type, language and
kind of thing asked for: beside an anatomy that is asked for as such, an instrument would give it away. Of
labels that must not stand together (two names of one structure, a part and its whole) one at most is
offered. A question to be answered by yes or no, or true or false, gets exactly these two. A question for
which no distractor is left gets no choices.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

PoolKey = tuple[str, ...]
"""Benchmark, question type, modality, answer type, language, and the kind of thing asked for; "" where unknown."""

Clashing = Callable[[Sequence[str]], np.ndarray]
"""Gives for labels the pairs of places that must not stand together, (pairs, 2)."""

_OPPOSITES = (
    *(("yes", "no"), ("true", "false"), ("是", "否"), ("是的", "不是"), ("有", "没有")),
    *(("包含", "不包含"), ("包括", "不包括"), ("存在", "不存在"), ("可以", "不可以"), ("正常", "不正常")),
)
POLAR = {label: pair for pair in _OPPOSITES for label in pair}
"""Answers that leave only one other: any third option beside them would give itself away."""

_ASKING_FOR_STRUCTURES = ["query_component", "location"]
_KIND = r"\b(?P<kind>anatomy|instrument|object|thing)"

_CELLS = 4_000_000
"""Hashes held at once (32 MB): a batch of questions times the labels of their pool."""

_LAST = np.uint64(2**64 - 1)
"""Sorts behind every hash."""


def pool_keys(questions: pa.Table) -> list[PoolKey]:
    """Return the pool that each question draws from."""
    return list(zip(*(column.to_pylist() for column in _key_columns(questions)), strict=True))


def pools_of(batches: Iterable[pa.Table]) -> dict[PoolKey, list[str]]:
    """Return the labels that answer the questions of each pool, sorted; one batch is in memory at a time."""
    found: dict[PoolKey, set[str]] = {}
    for questions in batches:
        columns = [*_key_columns(questions), questions["answer"]]
        names = [str(place) for place in range(len(columns))]
        distinct = pa.table(columns, names).group_by(names).aggregate([])
        for *key, label in zip(*(column.to_pylist() for column in distinct.columns), strict=True):
            found.setdefault(tuple(key), set()).add(label)
    return {key: sorted(labels) for key, labels in found.items()}


def _key_columns(questions: pa.Table) -> list[pa.ChunkedArray]:
    metadata = questions["metadata"].combine_chunks()
    said = [pc.fill_null(pc.map_lookup(metadata, key, "first"), "") for key in ("answer_type", "language")]
    types, modality = (pc.fill_null(questions[name], "").combine_chunks() for name in ("question_type", "modality"))
    asked_for = _asked_for(questions["question"], types)
    return [questions["benchmark"], types, modality, pc.utf8_upper(said[0]), said[1], asked_for]


def _asked_for(questions: pa.ChunkedArray, types: pa.Array) -> pa.Array:
    """Return anatomy or instrument where a question asks for a structure and says which kind it is, else ""."""
    asking = pc.is_in(types, pa.array(_ASKING_FOR_STRUCTURES))
    # The first such word is what is asked for: the instrument in "What instrument is left of the anatomy?".
    named = pc.struct_field(pc.extract_regex(questions.filter(asking).combine_chunks(), _KIND), "kind")
    said = pc.if_else(pc.is_in(named, pa.array(["anatomy", "instrument"])), named, "")
    return pc.replace_with_mask(pa.repeat("", len(types)), asking, said)


def draw(
    questions: pa.Table,
    also_right: Sequence[Collection[str]],
    pools: dict[PoolKey, list[str]],
    *,
    options: int | np.ndarray,
    seed: int,
    clashing: Clashing | None = None,
) -> tuple[pa.Table, np.ndarray]:
    """Give every question `options` choices, one number or one for each, fewer where its pool is smaller.

    Returns the questions that got some, and a mask over the given rows that says which these are.
    `also_right` holds the labels that must not be drawn for each row. The draw of a question depends
    on its id and the seed alone, not on the batch it comes in: every label of the pool gets a hash
    of (seed, id, label), and the smallest win. The options stand in the order of these hashes hashed
    again, so that the answer is as likely to stand at A as at any other letter: in the order of the
    hashes themselves it would come last, for it need not be small to be there. `clashing` says which labels must
    not stand together.
    """
    wanted = np.broadcast_to(options, len(questions))
    ids, answers = questions["question_id"].to_pylist(), questions["answer"].to_pylist()
    by_pool: dict[PoolKey, list[int]] = {}
    for row, key in enumerate(pool_keys(questions)):
        by_pool.setdefault(key, []).append(row)
    drawn: dict[int, list[str]] = {}
    for key, members in by_pool.items():
        pool = _Pool(pools[key], clashing)
        step = max(1, _CELLS // len(pool.labels))
        for start in range(0, len(members), step):
            rows = members[start : start + step]
            hashes = _hashes([ids[row] for row in rows], pool.labels, seed)
            picked = pool.pick([answers[row] for row in rows], [also_right[row] for row in rows], hashes, wanted[rows])
            drawn.update(zip(rows, picked, strict=True))
    choices = [drawn[row] for row in range(len(ids))]
    kept = np.array([len(labels) > 1 for labels in choices], dtype=bool)
    index = [labels.index(answer) for labels, answer in zip(choices, answers, strict=True) if len(labels) > 1]
    table = questions.filter(pa.array(kept))
    made = {
        "choices": pa.array([labels for labels in choices if len(labels) > 1], pa.list_(pa.string())),
        "answer_index": pa.array(index, pa.int32()),
    }
    for name, column in made.items():
        table = table.set_column(table.schema.get_field_index(name), table.schema.field(name), column)
    return table, kept


class _Pool:
    """The labels of one pool, which of them clash, and which only a polar question may offer."""

    def __init__(self, labels: list[str], clashing: Clashing | None) -> None:
        self.labels = labels
        self._place = {label: position for position, label in enumerate(labels)}
        self._polar = [place for label, place in self._place.items() if label in POLAR]
        own = np.arange(len(labels))  # a label is no distractor of its own
        pairs = np.empty((0, 2), np.int64) if clashing is None else clashing(labels)
        one, other = np.concatenate([np.stack([own, own], axis=1), pairs, pairs[:, ::-1]]).T
        self._clashing = other[np.argsort(one, kind="stable")]
        self._ends = np.cumsum(np.bincount(one, minlength=len(labels)))

    def pick(
        self, answers: Sequence[str], also_right: Sequence[Collection[str]], hashes: np.ndarray, options: np.ndarray
    ) -> list[list[str]]:
        """Return the options of each question in order; the answer alone where nothing can stand beside it.

        `hashes` has a row per question and a column per label of the pool, `options` a number per question.
        """
        row = np.arange(len(answers))
        own = np.array([self._place[answer] for answer in answers])
        free = hashes.copy()
        free[:, self._polar] = _LAST
        for number, labels in enumerate(also_right):
            free[number, [self._place[label] for label in labels if label in self._place]] = _LAST
        members, there = [own], [np.ones(len(row), dtype=bool)]
        self._bar(free, row, own)
        for size in range(1, min(int(options.max(initial=1)), len(self.labels))):
            best = free.argmin(axis=1)
            members.append(best)
            there.append((free[row, best] < _LAST) & (size < options))
            self._bar(free, row, best)
        places, exists = np.column_stack(members), np.column_stack(there)
        again = np.where(exists, _mix(hashes[row[:, None], places]), _LAST)
        ordered = np.take_along_axis(places, np.argsort(again, axis=1, kind="stable"), axis=1).tolist()
        sizes = exists.sum(axis=1).tolist()
        chosen = [[self.labels[place] for place in some[:size]] for some, size in zip(ordered, sizes, strict=True)]
        for number, answer in enumerate(answers):
            if answer in POLAR:
                chosen[number] = list(POLAR[answer])[:: 1 if hashes[number, 0] % 2 else -1]
        return chosen

    def _bar(self, free: np.ndarray, rows: np.ndarray, labels: np.ndarray) -> None:
        """Take a label of each row, and all that clash with it, from those that are free there."""
        counts = np.diff(self._ends, prepend=0)[labels]
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        first = self._ends[labels] - counts
        free[np.repeat(rows, counts), self._clashing[np.repeat(first, counts) + within]] = _LAST


def _hashes(question_ids: Sequence[str], labels: Sequence[str], seed: int) -> np.ndarray:
    """Return a 64-bit hash of (question, seed, label) for each pair: shape (questions, labels)."""
    rows = np.array([_hash64(f"{seed}\0{name}") for name in question_ids], np.uint64)
    columns = np.array([_hash64(label) for label in labels], np.uint64)
    return _mix(rows[:, None] ^ columns[None, :])


def _hash64(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def _mix(values: np.ndarray) -> np.ndarray:
    """SplitMix64's finaliser (Steele, Lea and Flood, OOPSLA 2014): every input bit reaches every output bit."""
    with np.errstate(over="ignore"):
        values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed: np.ndarray = values ^ (values >> np.uint64(31))
    return mixed
