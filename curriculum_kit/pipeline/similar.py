"""Choices of a wanted difficulty: from the selected questions to the problem of their options, and back to tables.

Reads the selected `questions`, the labels that answer them and their similarity; writes the `questions` with
choices, `rejects`, and for which step of the curriculum each was drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.choice_design.asked import Asked, Goal, deal_tiers
from curriculum_kit.choice_design.draw import draw_choices
from curriculum_kit.choice_design.plan import even_goals
from curriculum_kit.choice_design.posing import labels_of_pools
from curriculum_kit.choice_design.results import Drawn
from curriculum_kit.config import BuildConfig
from curriculum_kit.distractors import PoolKey, pool_keys
from curriculum_kit.errors import NothingLeft
from curriculum_kit.pipeline.also_right import AlsoRight
from curriculum_kit.pipeline.rejects import turn_away_later
from curriculum_kit.pipeline.runner import Facts
from curriculum_kit.pipeline.sources import Selection
from curriculum_kit.schemas import Reason, schema_of
from curriculum_kit.similarity import PairTable
from curriculum_kit.storage import ParquetSink, iter_table, read_table
from curriculum_kit.terms import Terms

_COLUMNS = [
    "question_id",
    "benchmark",
    "unit_id",
    "image_ids",
    "question",
    "answer",
    "question_type",
    "modality",
    "metadata",
]


RAMP_STEPS = 8
"""Steps of a tier whose options follow a ramp, at most."""


@dataclass(frozen=True)
class Posed:
    """The questions as integers, their units, and the pairs of labels that must not stand together."""

    asked: Asked
    unit: np.ndarray
    clashes: np.ndarray
    labels: pa.Array


def posed(terms: Terms, questions: Path, choices: Path, also_right: AlsoRight | None) -> Posed:
    """Return the selected questions for the draw, all in tier 0; without `also_right` nothing is barred from any."""
    labels = read_table(choices, "choices")["label"].combine_chunks()
    places = {label: place for place, label in enumerate(labels.to_pylist())}
    clashes = terms.clashes(labels.to_pylist()).pairs
    pools: dict[PoolKey, int] = {}
    ids, answers, pool, units = [], [], [], []
    barred = [np.empty((0, 2), np.int64)]
    done = 0
    for batch in iter_table(questions, "questions", columns=_COLUMNS):
        table = pa.Table.from_batches([batch])
        ids += table["question_id"].chunks
        units += table["unit_id"].chunks
        answers.append(pc.index_in(batch["answer"], value_set=labels).to_numpy())
        pool.append(np.array([pools.setdefault(key, len(pools)) for key in pool_keys(table)], np.int64))
        known = enumerate(also_right.of(table) if also_right else ())
        found = [(done + row, places[label]) for row, right in known for label in right if label in places]
        barred.append(np.array(found, np.int64).reshape(-1, 2))
        done += batch.num_rows
    answer = np.concatenate(answers).astype(np.int64)
    questions_barred, labels_barred = np.concatenate(barred).T
    other = labels_barred != answer[questions_barred]
    asked = Asked(
        ids=pa.concat_arrays(ids),
        answer=answer,
        pool=np.concatenate(pool),
        tier=np.zeros(done, np.int64),
        barred=_with_related(questions_barred[other], labels_barred[other], clashes, len(labels)),
    )
    unit = pa.chunked_array(units).combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
    return Posed(asked, unit, clashes, labels)


def _with_related(
    row: np.ndarray, label: np.ndarray, clashes: np.ndarray, labels: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return questions and labels, and all labels related to these: another name of what is right is right too."""
    from scipy.sparse import coo_matrix

    one, other = np.concatenate([clashes, clashes[:, ::-1]]).T
    related = coo_matrix((np.ones(len(one)), (one, other)), shape=(labels, labels)).tocsr()
    distinct, place = np.unique(row, return_inverse=True)
    known = coo_matrix((np.ones(len(row)), (place, label)), shape=(len(distinct), labels)).tocsr()
    found = (known + known @ related).tocoo()
    return distinct[found.row], found.col.astype(np.int64)


def pairs_that_may_meet(questions: Path, choices: Path) -> np.ndarray:
    """Return all pairs of labels of one pool, (pairs, 2): any of them may be drawn together."""
    asked = posed(Terms.load(), questions, choices, None).asked
    pools = labels_of_pools(asked.by_id()[0])[1]
    pairs = [labels[np.stack(np.triu_indices(len(labels), k=1))].T for labels in pools]
    return np.unique(np.concatenate([np.empty((0, 2), np.int64), *pairs]), axis=0)


def write_drawn(
    config: BuildConfig,
    selection: Selection,
    also_right: AlsoRight,
    terms: Terms,
    scratch: Path,
    *,
    questions: Path,
    turned_away: Path,
    choices: Path,
    similarity: Path,
) -> Facts:
    """Draw the choices of every question and write the tables below `scratch`; return what was reached, per step.

    Raises `NothingLeft` and `ConfigInvalid` in one line where a tier has nothing to draw from or too few labels.
    """
    made = posed(terms, questions, choices, also_right)
    steps = config.tiers * _steps_of_a_tier(config, made.asked)
    asked = replace(made.asked, tier=deal_tiers(made.asked, steps, config.seed))
    pairs = PairTable.from_arrow(read_table(similarity, "similarity"), len(made.labels))
    options = [config.option_counts[step * config.tiers // steps] for step in range(steps)]
    ends = even_goals(
        asked, pairs, made.clashes, options, max_gain=config.max_blind_gain, kind=config.difficulty, seed=config.seed
    )
    goals = [
        Goal(target, goal.options, goal.max_gain) for target, goal in zip(_targets(config, ends), ends, strict=True)
    ]
    drawn = draw_choices(asked, goals, pairs, made.clashes, kind=config.difficulty, unit=made.unit, seed=config.seed)
    if not drawn.kept.any():
        raise NothingLeft("no question is left: none has a label that may stand beside its answer; look at --where")
    with ParquetSink(scratch / "rejects.parquet", "rejects") as rejects:
        for batch in iter_table(turned_away, "rejects"):
            rejects.write(batch)
        before = rejects.rows
        for mask, reason in (
            (drawn.unsafe, Reason.NO_DISTRACTORS),
            (~drawn.kept & ~drawn.unsafe, Reason.ANSWER_TOO_FREQUENT),
        ):
            if mask.any():
                lost = pa.table({"question_id": asked.ids.filter(pa.array(mask))})
                turn_away_later(selection, questions, lost, reason, rejects)
    _write(drawn, asked.tier, made.labels, questions, scratch)
    return {
        "drawn": int(drawn.kept.sum()),
        "rejected": rejects.rows - before,
        **also_right.counts,
        "attainable": [round(ends[0].target, 6), round(ends[-1].target, 6)],
        "steps": [asdict(tier) for tier in drawn.tiers],
    }


def _steps_of_a_tier(config: BuildConfig, asked: Asked) -> int:
    """Return how many steps a tier has: one, or for a ramp as many as leave each label four questions a member."""
    if not config.ramp:
        return 1
    labels = len(np.unique(np.stack([asked.pool, asked.answer]), axis=1).T)
    return max(1, min(RAMP_STEPS, len(asked) // (config.tiers * 4 * config.most_options * labels)))


def _targets(config: BuildConfig, ends: Sequence[Goal]) -> list[float]:
    """Return the mean S(q) wanted of each step: those that were given, or even steps over what can be had."""
    if config.targets is None:
        return [goal.target for goal in ends]
    steps = np.linspace(0, len(config.targets) - 1, len(ends))
    return [float(target) for target in np.interp(steps, np.arange(len(config.targets)), config.targets)]


def _write(drawn: Drawn, step: np.ndarray, labels: pa.Array, questions: Path, scratch: Path) -> None:
    """Write the questions that got choices, with these, and the step of each."""
    schema, done = schema_of("questions"), 0
    with (
        ParquetSink(scratch / "questions.parquet", "questions") as kept,
        ParquetSink(scratch / "drawn.parquet", "drawn") as steps,
    ):
        for batch in iter_table(questions, "questions"):
            rows = slice(done, done + batch.num_rows)
            done += batch.num_rows
            stays = drawn.kept[rows]
            table = pa.Table.from_batches([batch]).filter(pa.array(stays))
            columns = {name: table[name] for name in schema.names} | {
                "choices": _choices(drawn.options[rows][stays], labels),
                "answer_index": pa.array(drawn.answer_index[rows][stays].astype(np.int32)),
                "choices_as_given": pa.nulls(len(table), schema.field("choices_as_given").type),
            }
            kept.write(pa.table(columns, schema=schema))
            columns = {"question_id": table["question_id"], "step": pa.array(step[rows][stays].astype(np.int32))}
            steps.write(pa.table(columns, schema=schema_of("drawn")))


def _choices(options: np.ndarray, labels: pa.Array) -> pa.Array:
    """Return the options of some questions as lists of labels; -1 stands for none, behind all others."""
    there = options >= 0
    offsets = np.concatenate(([0], np.cumsum(there.sum(axis=1)))).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), labels.take(pa.array(options[there])))
