"""Tiers, S(q) along the curriculum, histograms, answers by tier: each question once, by its original wording."""

from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from curriculum_kit.report.overview import answers_of, channels_of, curve_of, histograms_of, tiers_of

Make = Callable[..., Any]


@pytest.fixture
def five(shard_row: Make, tables: Make) -> duckdb.DuckDBPyConnection:
    """Return three questions of tier 0 and two of tier 10, the last of which has a second wording."""
    last = {"tier": 10, "difficulty": 0.9, "answer_index": 2}
    return tables(
        [
            shard_row(0, difficulty=0.1, difficulty_text=0.2, blind=0.25),
            shard_row(1, difficulty=0.2, difficulty_text=0.4, blind=0.75),
            shard_row(2, difficulty=0.3, answer_index=1, choices=["gut", "lung"]),
            shard_row(3, tier=10, difficulty=0.8, difficulty_clip_image=1.0),
            shard_row(4, **last),
            shard_row(4, **last, variant_id=1),
        ]
    )


def test_a_tier_has_its_range_and_what_guessing_gives(five: duckdb.DuckDBPyConnection) -> None:
    easy, hard = tiers_of(five)
    assert (easy.tier, easy.questions, easy.rows, easy.low, easy.high, easy.answers) == (0, 3, 3, 0.1, 0.3, 2)
    assert easy.mean == pytest.approx(0.2)
    assert easy.chance == pytest.approx((1 / 4 + 1 / 4 + 1 / 2) / 3)
    assert easy.blind == pytest.approx(0.5)
    assert (hard.tier, hard.questions, hard.rows, hard.mean, hard.blind) == (10, 2, 3, pytest.approx(0.85), None)


def test_a_curve_runs_through_the_tiers_in_their_order(five: duckdb.DuckDBPyConnection) -> None:
    channels = channels_of(five)
    assert channels == ["difficulty", "difficulty_text", "difficulty_clip_image"]
    curve = curve_of(five, tiers_of(five), channels)
    assert curve.at == pytest.approx([0.1, 0.3, 0.5, 0.7, 0.9])
    assert curve.means["S(q)"] == pytest.approx([0.1, 0.2, 0.3, 0.8, 0.9])
    assert curve.means["text encoder"] == [0.2, 0.4, None, None, None]
    assert curve.low == curve.high == curve.means["S(q)"]


def test_a_slice_of_many_questions_has_their_mean_and_percentiles(shard_row: Make, tables: Make) -> None:
    database = tables([shard_row(number, difficulty=number / 1_000) for number in range(660)])
    curve = curve_of(database, tiers_of(database), ["difficulty"])
    assert len(curve.at) == 60
    # The first of 60 slices holds questions 0 to 10.
    assert curve.at[0] == pytest.approx(5.5 / 660)
    assert curve.means["S(q)"][0] == pytest.approx(0.005)
    assert (curve.low[0], curve.high[0]) == pytest.approx((0.001, 0.009))


def test_the_only_channel_is_not_drawn_twice(shard_row: Make, tables: Make) -> None:
    database = tables([shard_row(0, difficulty_text=0.5, difficulty_image=0.1)])
    assert channels_of(database) == ["difficulty", "difficulty_image"]


def test_a_histogram_counts_by_tier_and_leaves_out_what_is_unknown(five: duckdb.DuckDBPyConnection) -> None:
    fused, text, image = histograms_of(five, tiers_of(five), channels_of(five))
    assert [{place: n for place, n in enumerate(tier) if n} for tier in fused.counts] == [
        {4: 1, 8: 1, 12: 1},
        {32: 1, 36: 1},
    ]
    assert fused.unknown == 0
    assert (sum(map(sum, text.counts)), text.unknown) == (2, 3)
    # An S(q) of 1 falls into the last bin.
    assert (image.counts[1][39], image.unknown) == (1, 4)


def test_answers_come_by_how_common_they_are(five: duckdb.DuckDBPyConnection) -> None:
    answers = answers_of(five, tiers_of(five))
    assert answers.labels == ["gut", "liver", "lung"]
    assert answers.counts == [[2, 1], [0, 1], [1, 0]]
    assert (answers.others, answers.left_out) == ([0, 0], 0)


def test_rare_answers_are_counted_together(shard_row: Make, tables: Make) -> None:
    rows = [shard_row(number, choices=[f"label {number:02d}", "x"]) for number in range(43)]
    database = tables([*rows, shard_row(43, choices=["label 42", "x"])])
    answers = answers_of(database, tiers_of(database))
    assert answers.labels[:2] == ["label 42", "label 00"]
    assert (len(answers.labels), answers.others, answers.left_out) == (40, [3], 3)
