"""Validate: pass rates meet their questions, and what is found stands in the data card as long as it holds."""

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curriculum_kit.errors import CkitError, ConfigInvalid, NothingLeft, SourceUnreadable
from curriculum_kit.pipeline.audit import audit, save_audit
from curriculum_kit.pipeline.build import BuildSummary
from curriculum_kit.pipeline.validate import save_validation, validate_curriculum, with_validation

Make = Callable[..., BuildSummary]


def rows_of(folder: Path) -> pa.Table:
    query = f"SELECT * FROM read_parquet('{folder}/shards/**/*.parquet', hive_partitioning = false)"
    return duckdb.sql(query).to_arrow_table()


@pytest.fixture
def curriculum(make: Make, tmp_path: Path) -> Path:
    make()
    return tmp_path / "curriculum"


@pytest.fixture
def rates(curriculum: Path, tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes 1 - S(q) as the pass rate of every question, or of the first few."""

    def write(name: str = "rates", first: int = 70, **replaced: list[object]) -> Path:
        table = rows_of(curriculum).slice(0, first)
        columns = {"question_id": table["question_id"], "pass_rate": 1 - table["difficulty"].to_numpy()} | replaced
        pq.write_table(pa.table(columns), tmp_path / f"{name}.parquet")
        return tmp_path / f"{name}.parquet"

    return write


def test_every_pass_rate_meets_its_question_whatever_the_order_of_the_rows(
    curriculum: Path, rates: Callable[..., Path], tmp_path: Path
) -> None:
    done = validate_curriculum(curriculum, rates())
    assert (done.model, done.found.questions, done.without_rate, done.blind_from) == ("rates", 70, 0, None)
    by_name = {c.component: c for c in done.found.correlations if c.part == "all"}
    assert list(by_name) == ["difficulty", "difficulty_text", "tier"]
    assert by_name["difficulty"].with_pass_rate.value == -1
    table = pq.read_table(rates())
    pq.write_table(table.take(np.random.default_rng(0).permutation(70)), tmp_path / "rates.parquet")
    assert validate_curriculum(curriculum, tmp_path / "rates.parquet").found == done.found


def test_questions_without_a_pass_rate_are_counted(curriculum: Path, rates: Callable[..., Path]) -> None:
    done = validate_curriculum(curriculum, rates(first=50), model="small")
    assert (done.model, done.found.questions, done.without_rate) == ("small", 50, 20)


def test_blind_solvability_comes_from_an_audit_of_this_curriculum_alone(
    curriculum: Path, rates: Callable[..., Path], make: Make
) -> None:
    save_audit(audit(curriculum, checks=["blind"]))
    done = validate_curriculum(curriculum, rates())
    assert done.blind_from == "audit"
    blind = pq.read_table(curriculum / "audit" / "blind.parquet")["blind"].to_numpy()
    names = {c.component for c in done.found.correlations}
    assert "blind" in names
    assert len(blind) == 70
    make(tiers=2, force=True)
    assert validate_curriculum(curriculum, rates()).blind_from is None


def test_blind_solvability_of_the_shards_comes_first(make: Make, rates: Callable[..., Path], tmp_path: Path) -> None:
    make("other", max_blind=1.0)
    assert validate_curriculum(tmp_path / "other", rates()).blind_from == "shards"


def test_json_and_card_hold_every_model_and_the_rest_of_the_card_stays(
    curriculum: Path, rates: Callable[..., Path]
) -> None:
    card = (curriculum / "README.md").read_text()
    for model in ("b", "a", "b"):
        save_validation(validate_curriculum(curriculum, rates(), model=model))
    text = (curriculum / "README.md").read_text()
    assert text.startswith(card)
    assert [line for line in text.splitlines() if line.startswith("### ")] == ["### a", "### b"]
    assert text.count("## Is S(q) a difficulty?") == 1
    models = json.loads((curriculum / "validation.json").read_text())["models"]
    assert set(models) == {"a", "b"}
    overall = models["a"]["correlations"][0]
    assert (overall["part"], overall["component"], overall["with_pass_rate"]["value"]) == ("all", "difficulty", -1)
    assert models["a"]["pass_rates"] == "rates.parquet"


def test_what_was_found_stays_in_the_card_of_the_same_shards_only(
    curriculum: Path, rates: Callable[..., Path], make: Make
) -> None:
    save_validation(validate_curriculum(curriculum, rates()))

    def card() -> str:
        manifest = json.loads((curriculum / "manifest.json").read_text())
        return with_validation("# A card\n", curriculum, manifest)

    assert "\n### rates\n" in card()
    make()
    assert "\n### rates\n" in card()
    make(tiers=2, force=True)
    assert card() == "# A card\n"


def test_nothing_is_written_unless_saved_and_twice_is_the_same(
    curriculum: Path, rates: Callable[..., Path], contents: Callable[[Path], dict[str, bytes]]
) -> None:
    before = contents(curriculum)
    done = validate_curriculum(curriculum, rates())
    assert contents(curriculum) == before
    save_validation(done)
    after = contents(curriculum)
    assert {name for name in after if after[name] != before.get(name)} == {"README.md", "validation.json"}
    save_validation(validate_curriculum(curriculum, rates()))
    assert contents(curriculum) == after


def mistake(folder: Path, file: Path, error: type[CkitError]) -> str:
    with pytest.raises(error) as caught:
        validate_curriculum(folder, file)
    return str(caught.value)


def test_what_cannot_be_correlated_is_one_line(curriculum: Path, rates: Callable[..., Path], tables: Path) -> None:
    ids = rows_of(curriculum)["question_id"].to_pylist()
    unknown = rates(question_id=["zebra", "ant", *ids[2:]])
    said = mistake(curriculum, unknown, SourceUnreadable)
    assert said == (
        f"{unknown}: question_ids unknown to {curriculum}: 2, the first is 'ant'; "
        "leave these rows out, or name the curriculum they belong to"
    )
    few = rates(first=19)
    assert mistake(curriculum, few, NothingLeft) == (
        f"{few} holds 19 pass rates; it takes 20 or more to correlate anything"
    )
    same = rates(pass_rate=[0.25] * 70)
    assert "every pass rate is 0.25, and what does not vary cannot be correlated" in mistake(
        curriculum, same, SourceUnreadable
    )
    assert "holds ingested questions, no curriculum" in mistake(tables, few, ConfigInvalid)
