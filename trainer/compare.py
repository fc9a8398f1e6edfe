"""Two result files side by side: which model is better on the questions that both answered, and how sure is that."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from curriculum_kit.errors import NothingLeft
from trainer.intervals import Interval, mcnemar, mean_difference, share, sign_flips
from trainer.results import Condition, by_question, read_results
from trainer.rows import shard_files


@dataclass(frozen=True)
class Comparison:
    """A model against another on the questions that both answered, with their images."""

    questions: int
    """Wordings of one question count each."""
    units: int
    left_out: tuple[int, int]
    """Questions that only the first, only the second answered."""
    first: Interval
    second: Interval
    difference: Interval
    """Accuracy of the first less that of the second."""
    only_first: int | None
    """Questions that the first alone got right; None where a question has several samples."""
    only_second: int | None
    p_value: float
    """Two-sided, of no difference; units may be swapped as a whole (`intervals.sign_flips`)."""
    p_mcnemar: float | None
    """Of McNemar's exact test, which takes questions for independent; None where a question has several samples."""


def check_file(file: Path, curriculum: Path) -> None:
    """Raise `NothingLeft` where results are about no question of a curriculum, before hours are spent on it."""
    known = pa.chunked_array(
        [
            part
            for shard in shard_files(curriculum)
            for part in pq.ParquetFile(shard).read(columns=["question_id"])["question_id"].chunks
        ],
        pa.string(),
    )
    asked = read_results(file)["question_id"]
    if not pc.any(pc.is_in(asked, value_set=known)).as_py():
        raise NothingLeft(f"{file} is about other questions than {curriculum}; compare results of one curriculum")


def compare_files(first: Path, second: Path, seed: int = 0) -> Comparison:
    """Compare two files of results; errors as of `read_results` and `compare`."""
    return compare(read_results(first), read_results(second), names=(str(first), str(second)), seed=seed)


def compare(
    first: pa.Table, second: pa.Table, *, names: tuple[str, str] = ("first", "second"), seed: int = 0
) -> Comparison:
    """Compare two tables of results, question by question.

    Questions are paired by question_id and variant_id. Those that only one model answered are left out and counted.
    `seed` draws the signs of the permutation test where there are too many units for all of them. Raises
    `NothingLeft` where no question is in both.
    """
    keys = ["question_id", "variant_id"]
    sides = [by_question(table).filter(pc.field("condition") == Condition.IMAGE.value) for table in (first, second)]
    columns = [*keys, "pass_rate", "rollouts"]
    both = (
        sides[0]
        .select([*columns, "benchmark", "unit_id"])
        .join(sides[1].select(columns), keys, join_type="inner", right_suffix="_second")
        .sort_by([(key, "ascending") for key in keys])
    )
    if not both.num_rows:
        raise NothingLeft(f"{names[0]} and {names[1]} have no question in common; compare results of one curriculum")
    units = pc.binary_join_element_wise(both["benchmark"], both["unit_id"], "\n").combine_chunks()
    unit = units.dictionary_encode().indices.to_numpy().astype(np.int64)
    right, other = both["pass_rate"].to_numpy(), both["pass_rate_second"].to_numpy()
    once = pc.max(both["rollouts"]).as_py() == pc.max(both["rollouts_second"]).as_py() == 1
    alone = (int((right > other).sum()), int((right < other).sum())) if once else (None, None)
    return Comparison(
        questions=both.num_rows,
        units=len(np.unique(unit)),
        left_out=(sides[0].num_rows - both.num_rows, sides[1].num_rows - both.num_rows),
        first=share(right, unit),
        second=share(other, unit),
        difference=mean_difference(right - other, unit),
        only_first=alone[0],
        only_second=alone[1],
        p_value=sign_flips(right - other, unit, seed),
        p_mcnemar=mcnemar(*alone) if alone[0] is not None and alone[1] is not None else None,
    )
