"""Blind solvability: chance where there is nothing to know, calibrated where there is, and figures of real files."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curriculum_kit.audit.blind.prior import prior_findings
from curriculum_kit.audit.blind.solvability import blind_findings, blind_solvability, blind_table
from curriculum_kit.audit.blind.words import word_findings
from curriculum_kit.benchmarks import reader_of
from curriculum_kit.enums import Severity
from curriculum_kit.offers import Offers, offers_of
from curriculum_kit.pipeline.ingest import ingest
from curriculum_kit.schemas import check_schema
from curriculum_kit.storage import read_table

Make = Callable[..., Offers]
Innocent = Callable[..., list[tuple]]


@pytest.mark.parametrize("seed", range(20))
def test_a_fair_benchmark_raises_no_alarm_and_keeps_its_questions(
    make_offers: Make, innocent: Innocent, seed: int
) -> None:
    offers = make_offers(innocent(seed, questions=400))
    blind = blind_solvability(offers, seed=seed)
    findings = blind_findings(blind, offers)
    assert {finding.severity for finding in findings} <= {Severity.CLEAR, Severity.NOTE}
    assert findings[2].severity is Severity.CLEAR
    assert blind.blind.max() <= 0.5


def test_questions_of_two_options_stay_at_one_half(make_offers: Make, innocent: Innocent) -> None:
    blind = blind_solvability(make_offers(innocent(0, questions=400, labels=4, options=2)))
    assert set(blind.blind) == {0.5}


def test_of_questions_with_probability_p_so_many_are_right(make_offers: Make) -> None:
    """Organs differ in how often they are right: of options given p, p are right, whatever p is."""
    rng = np.random.default_rng(0)
    strength = np.linspace(-2, 2, 12)
    rows = []
    for number in range(4000):
        a, b = sorted(rng.choice(12, 2, replace=False).tolist())
        right = a if rng.random() < 1 / (1 + np.exp(strength[b] - strength[a])) else b
        rows.append((f"u{number // 4}", "What is this?", f"organ {right}", [f"organ {a}", f"organ {b}"]))
    offers = make_offers(rows)
    blind = blind_solvability(offers)
    first_guess = np.maximum(blind.blind, 1 - blind.blind)
    for low in (0.6, 0.7, 0.8, 0.9):
        some = (first_guess >= low) & (first_guess < low + 0.1)
        assert some.sum() > 800
        assert blind.blind_hits[some].mean() == pytest.approx(first_guess[some].mean(), abs=0.03)
    accuracy, solvable = blind_findings(blind, offers)[1:]
    assert (accuracy.name, accuracy.severity) == ("blind/accuracy", Severity.SERIOUS)
    easy = np.flatnonzero(blind.blind >= 0.6)
    assert (solvable.rows, solvable.of, solvable.severity) == (len(easy), 4000, Severity.SERIOUS)
    assert solvable.evidence["question_id"].to_pylist() == [f"q{number}" for number in easy]
    assert solvable.evidence["detail"][0].as_py() == f"{blind.blind[easy[0]]:.3f}"


def test_yellow_means_omentum(make_offers: Make, innocent: Innocent) -> None:
    rows = [
        (unit, f"{text} yellow" if answer == "organ 1" else text, answer, choices)
        for unit, text, answer, choices in innocent(2, questions=2400)
    ]
    offers = make_offers(rows)
    blind = blind_solvability(offers)
    given_away = np.array([answer == "organ 1" for _, _, answer, _ in rows])
    assert blind.blind[given_away].mean() > 0.6
    assert blind.blind[~given_away].mean() < 0.32
    assert blind.prior[given_away].mean() == pytest.approx(0.25, abs=0.02)


def test_the_same_benchmark_gives_the_same_table(make_offers: Make, innocent: Innocent) -> None:
    offers = make_offers(innocent(1, questions=200))
    first, second = (blind_table(blind_solvability(offers, seed=4), offers) for _ in range(2))
    assert first.equals(second)
    check_schema(first.schema, "blind", "here")
    assert first["chance"].to_pylist() == [0.25] * 200


def test_progress_ends_where_the_work_does(make_offers: Make, innocent: Innocent) -> None:
    told: list[tuple[str, int, int]] = []
    blind_solvability(make_offers(innocent(0, questions=80)), on_progress=lambda *step: told.append(step))
    assert told[9:] == [("pairs of folds", 10, 10), *(("folds", done, 5) for done in range(1, 6))]


@pytest.mark.parametrize("units", [0, 1, 2])
def test_too_few_units_leave_chance_and_a_sentence(make_offers: Make, innocent: Innocent, units: int) -> None:
    rows = [(f"u{number % max(units, 1)}", *row[1:]) for number, row in enumerate(innocent(0, questions=60 * units))]
    offers = make_offers(rows)
    blind = blind_solvability(offers)
    assert set(blind.blind) <= {0.25}
    (finding,) = blind_findings(blind, offers)
    assert (finding.name, finding.severity) == ("blind/accuracy", Severity.UNCHECKED)
    assert finding.sentence.startswith("Blind solvability could not be estimated: ")


LABELS = st.text("ab", min_size=1, max_size=3)


@given(
    wild=st.lists(st.tuples(st.sampled_from("uvwxyz"), st.text(max_size=8), st.sets(LABELS, min_size=1)), max_size=25)
)
@settings(max_examples=12, deadline=None)
def test_wild_input_gives_probabilities(make_offers: Make, wild: list[tuple[str, str, set[str]]]) -> None:
    offers = make_offers([(unit, text, min(labels), sorted(labels)) for unit, text, labels in wild])
    blind = blind_solvability(offers)
    for values in (blind.prior, blind.words, blind.blind, blind.blind_hits):
        assert len(values) == len(offers)
        assert ((values >= 0) & (values <= 1)).all()
    assert blind_findings(blind, offers)


@pytest.mark.real_data
def test_omnimedvqa_is_answered_without_its_images(real_data: Path, tmp_path: Path) -> None:
    ingest(reader_of("omnimedvqa"), real_data / "omnimedvqa", tmp_path / "omnimedvqa")
    table = read_table(tmp_path / "omnimedvqa" / "questions.parquet", "questions")
    offers = offers_of([table.filter(pc.equal(table["question_type"], "Anatomy Identification"))])
    blind = blind_solvability(offers)
    assert len(offers) == 13_633
    assert blind.prior_rate.share == pytest.approx(0.79, abs=0.02)
    assert prior_findings(offers)[0].figure == pytest.approx(0.79, abs=0.02)
    assert blind.words_rate.share == pytest.approx(0.86, abs=0.02)
    assert blind.blind_rate.share >= blind.words_rate.share


@pytest.mark.real_data
def test_yellow_means_omentum_in_anatomy_r1(real_data: Path, tmp_path: Path) -> None:
    tables = []
    for name in ("GRPO.json", "GRPO-GDQA.json"):
        ingest(reader_of("anatomy-r1"), real_data / "anatomy_r1" / name, tmp_path / name)
        tables.append(read_table(tmp_path / name / "questions.parquet", "questions"))
    offers = offers_of(tables)
    assert len(offers) == 2_000
    assert blind_solvability(offers).words_rate.share == pytest.approx(0.43, abs=0.02)
    assert '"yellow anatomy" points to omentum' in word_findings(offers)[0].sentence
