"""Inspection: figures of a tier that can be counted by hand."""

import duckdb
import pytest

from curriculum_kit.inspection import BINS, summarise_tiers


def shards(*rows: tuple[int, str, int, str, float]) -> duckdb.DuckDBPyConnection:
    """Make a `shards` table of (tier, group, variant, answer, difficulty)."""
    database = duckdb.connect()
    database.execute(
        "CREATE TABLE shards (tier INT, question_id VARCHAR, group_id VARCHAR, variant_id INT, question VARCHAR, "
        "choices VARCHAR[], answer VARCHAR, difficulty DOUBLE)"
    )
    for tier, group, variant, answer, difficulty in rows:
        values = [tier, group, group, variant, f"{group}?", [answer, "other"], answer, difficulty]
        database.execute("INSERT INTO shards VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
    return database


def test_size_range_and_mean_of_each_tier() -> None:
    easy, hard = summarise_tiers(
        shards((1, "c", 0, "gut", 0.5), (0, "a", 0, "gut", 0.25), (0, "b", 0, "gut", 0.375), (1, "d", 0, "gut", 1.0))
    )
    assert (easy.tier, easy.questions, easy.low, easy.high, easy.mean) == (0, 2, 0.25, 0.375, 0.3125)
    assert (hard.tier, hard.questions, hard.low, hard.high, hard.mean) == (1, 2, 0.5, 1.0, 0.75)


def test_answers_by_frequency_then_by_name_and_no_more_than_five() -> None:
    answers = ["gut", "liver", "gut", "cyst", "liver", "a", "b", "d"]
    (tier,) = summarise_tiers(shards(*((0, f"q{n}", 0, answer, 0.5) for n, answer in enumerate(answers))))
    assert tier.answers == [("gut", 2), ("liver", 2), ("a", 1), ("b", 1), ("cyst", 1)]


@pytest.mark.parametrize(
    ("size", "shown"), [(1, ["q0"]), (2, ["q0", "q1"]), (3, ["q0", "q1", "q2"]), (9, ["q0", "q4", "q8"])]
)
def test_examples_stand_at_both_ends_and_in_the_middle(size: int, shown: list[str]) -> None:
    rows = [(0, f"q{place}", 0, "gut", place / 10) for place in range(size)]
    (tier,) = summarise_tiers(shards(*rows[::-1]))
    assert [example.question_id for example in tier.examples] == shown
    assert tier.examples[0].choices == ["gut", "other"]
    assert (tier.examples[0].question, tier.examples[0].difficulty) == ("q0?", 0.0)


def test_a_further_wording_counts_as_a_row_but_is_no_example_of_its_own() -> None:
    (tier,) = summarise_tiers(shards((0, "a", 0, "gut", 0.5), (0, "a", 1, "gut", 0.5), (0, "b", 0, "gut", 0.75)))
    assert (tier.questions, tier.groups) == (3, 2)
    assert [example.question_id for example in tier.examples] == ["a", "b"]


def test_bins_of_s_q_and_where_their_edges_belong() -> None:
    difficulties = [0.0, 0.049, 0.05, 0.5, 0.5, 0.999, 1.0]
    (tier,) = summarise_tiers(shards(*((0, f"q{n}", 0, "gut", value) for n, value in enumerate(difficulties))))
    assert len(tier.histogram) == BINS == 20
    assert {place: count for place, count in enumerate(tier.histogram) if count} == {0: 2, 1: 1, 10: 2, 19: 2}


def test_no_rows_give_no_tiers() -> None:
    assert summarise_tiers(shards()) == []
