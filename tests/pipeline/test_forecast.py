"""Forecast: pass rates meet their questions and wordings, and a curriculum stays as it is."""

import math
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curriculum_kit.errors import CkitError
from curriculum_kit.pipeline.build import BuildSummary
from curriculum_kit.pipeline.forecast import forecast_curriculum

Make = Callable[..., BuildSummary]


@pytest.fixture
def curriculum(make: Make, tmp_path: Path) -> Path:
    make()
    return tmp_path / "curriculum"


def rows_of(folder: Path) -> pa.Table:
    query = f"SELECT * FROM read_parquet('{folder}/shards/**/*.parquet', hive_partitioning = false) ORDER BY ALL"
    return duckdb.sql(query).to_arrow_table()


@pytest.fixture
def grouped(curriculum: Path) -> Path:
    """Return the curriculum with each question of the hardest tier in three more wordings."""
    for file in sorted((curriculum / "shards" / "tier=2").glob("*.parquet")):
        table = pq.read_table(file)
        place = table.schema.get_field_index("variant_id")
        number = [pa.array([k] * table.num_rows, pa.int32()) for k in range(4)]
        pq.write_table(pa.concat_tables([table.set_column(place, "variant_id", one) for one in number]), file)
    return curriculum


@pytest.fixture
def rates(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes columns as a file of pass rates."""

    def write(**columns: object) -> Path:
        pq.write_table(pa.table(columns), tmp_path / "rates.parquet")
        return tmp_path / "rates.parquet"

    return write


def mistake(folder: Path, file: Path | None = None, **options: object) -> str:
    with pytest.raises(CkitError) as caught:
        forecast_curriculum(folder, file, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value).replace(str(folder.parent), "DIR")


def test_without_pass_rates_tiers_are_alike_but_for_their_groups(grouped: Path) -> None:
    done = forecast_curriculum(grouped)
    assert (done.questions, done.without_rate, done.grouped) == (70, 0, 25)
    overall, *tiers = done.found.parts
    assert [(tier.of, tier.wordings) for tier in tiers] == [("0", (1,)), ("1", (1,)), ("2", (4,))]
    assert [part.without.share for part in (overall, *tiers)] == pytest.approx([2 / 9] * 4)
    assert [tier.with_groups.share < 2 / 9 - 0.01 for tier in tiers] == [False, False, True]
    assert "25 of 70 questions stand in several wordings, up to 4." in done.sentences()
    assert forecast_curriculum(grouped, prior=(0.5, (1 / 12) ** 0.5)).found.parts == pytest.approx(done.found.parts)


def test_groups_that_are_not_there_yet_are_assumed_in_every_tier(curriculum: Path) -> None:
    done = forecast_curriculum(curriculum, rollouts=12, variants=3)
    assert (done.grouped, [part.wordings for part in done.found.parts]) == (None, [(3,)] * 4)
    assert "There are no groups yet: with them is what 3 wordings of every question would do." in done.sentences()
    assert forecast_curriculum(curriculum).found.parts[0].wordings == (4,)


def test_pass_rates_meet_their_questions(curriculum: Path, rates: Callable[..., Path]) -> None:
    rows = rows_of(curriculum).to_pylist()
    passed = {row["question_id"]: row["answer"] == "liver" for row in rows}
    ids = sorted(passed, reverse=True)[:60]
    file = rates(question_id=ids, pass_rate=[0.5 + 0.5 * passed[name] for name in ids], rollouts=[100] * 60)
    done = forecast_curriculum(curriculum, file)
    assert done.without_rate == 10
    assert "10 of 70 questions have no pass rate and are left out." in done.sentences()
    livers = sum(passed[name] for name in ids)
    half = math.comb(50, 8) / math.comb(100, 8)
    assert done.found.parts[0].without.right == pytest.approx((livers + half * (60 - livers)) / 60)
    by_answer = {part.of: part for part in done.found.parts if part.part == "answer"}
    assert by_answer["liver"].without.right == 1
    assert by_answer["heart"].without.right == pytest.approx(half)
    assert len(by_answer) == 8


def test_every_wording_has_its_own_rate(grouped: Path, rates: Callable[..., Path]) -> None:
    hardest = sorted(row["question_id"] for row in rows_of(grouped).to_pylist() if row["variant_id"] == 3)
    ids = [name for name in hardest for _ in range(4)]
    file = rates(question_id=ids, variant_id=[0, 1, 2, 3] * 25, pass_rate=[0.0, 0.5, 0.5, 1.0] * 25)
    done = forecast_curriculum(grouped, file)
    assert (done.found.estimators.measured, done.found.estimators.assumed, done.without_rate) == (25, 0, 45)
    part = done.found.parts[0]
    assert (part.without.wrong, part.with_groups.right, part.with_groups.wrong) == (1, 0, 0)
    few = rates(question_id=ids[:-1], variant_id=([0, 1, 2, 3] * 25)[:-1], pass_rate=([0.0, 0.5, 0.5, 1.0] * 25)[:-1])
    assert forecast_curriculum(grouped, few).found.estimators.assumed == 1


def test_nothing_is_written_and_twice_is_the_same(
    curriculum: Path, rates: Callable[..., Path], contents: Callable[[Path], dict[str, bytes]]
) -> None:
    before = contents(curriculum)
    ids = rows_of(curriculum)["question_id"].to_pylist()
    file = rates(question_id=ids, pass_rate=[number / 70 for number in range(70)])
    first = forecast_curriculum(curriculum, file)
    assert forecast_curriculum(curriculum, file).as_json() == first.as_json()
    assert contents(curriculum) == before
    assert first.as_json()["parts"][0]["without"]["dead"] == first.found.parts[0].without.share


def test_rates_of_other_questions_or_wordings(curriculum: Path, rates: Callable[..., Path]) -> None:
    ids = rows_of(curriculum)["question_id"].to_pylist()
    file = rates(question_id=["zebra", "ant", *ids], pass_rate=[0.5] * 72)
    assert "question_ids unknown to DIR/curriculum: 2, the first is 'ant'" in mistake(curriculum, file)
    file = rates(question_id=ids[:1] * 2, variant_id=[0, 2], pass_rate=[0.5, 0.5])
    assert mistake(curriculum, file).endswith(
        f"wordings unknown to DIR/curriculum: 1, the first is variant_id 2 of question {ids[0]!r}; "
        "the curriculum holds no groups: name the one that they belong to"
    )


def test_rates_of_no_original_wording(grouped: Path, rates: Callable[..., Path]) -> None:
    hardest = [row["question_id"] for row in rows_of(grouped).to_pylist() if row["variant_id"] == 3]
    file = rates(question_id=hardest, variant_id=[3] * 25, pass_rate=[0.5] * 25)
    assert "holds no pass rate of an original wording, variant_id 0" in mistake(grouped, file)


def test_groups_that_are_there_have_their_size(grouped: Path, tables: Path) -> None:
    assert mistake(grouped, variants=4) == (
        "DIR/curriculum holds groups already, so their size is known; leave --variants out"
    )
    assert mistake(grouped, rollouts=6) == (
        "DIR/curriculum holds groups of 4 wordings, which cannot share --rollouts 6 evenly: 1, 2, 3, 6 could; "
        "take a multiple of 4"
    )
    assert "holds ingested questions, no curriculum" in mistake(tables)
