"""Every component against the pass rate: overall, within answers, by part, and given blind solvability."""

import numpy as np
import pytest

from curriculum_kit.offers import Coded
from curriculum_kit.validation import Rated, Validation, card_of, card_section, sentences, validate
from curriculum_kit.validation.report import Correlation

N = 600


def coded(texts: list[str]) -> Coded:
    names = sorted(set(texts))
    return Coded(np.array([names.index(text) for text in texts], np.int32), names)


def rated(
    pass_rate: np.ndarray,
    benchmark: list[str] | None = None,
    answer: list[str] | None = None,
    **components: np.ndarray,
) -> Rated:
    n = len(pass_rate)
    return Rated(pass_rate, components, coded(benchmark or ["one"] * n), coded(answer or ["liver"] * n), np.arange(n))


def row(found: Validation, part: str, component: str = "difficulty", of: str = "") -> Correlation:
    (one,) = [c for c in found.correlations if (c.part, c.component, c.of) == (part, component, of)]
    return one


def value(found: Validation, part: str, component: str = "difficulty", of: str = "") -> float:
    figure = row(found, part, component, of).with_pass_rate
    assert figure is not None
    return figure.value


def test_each_component_is_correlated_and_what_is_unknown_is_left_out() -> None:
    x = np.random.default_rng(0).random(N)
    tier = np.floor(x * 3)
    unknown = np.full(N, np.nan)
    found = validate(rated(1 - x, difficulty=x, tier=tier, hops=-x, difficulty_clip_text=unknown, blind=unknown))
    assert (found.questions, found.units, found.mean_pass_rate) == (N, N, pytest.approx((1 - x).mean()))
    assert {c.component for c in found.correlations} == {"difficulty", "tier", "hops"}
    assert value(found, "all") == pytest.approx(-1)
    assert value(found, "all", "hops") == pytest.approx(1)
    assert -1 < value(found, "all", "tier") < -0.9
    assert row(found, "all").with_blind is None
    assert found.channel_weights is None


def test_answers_that_are_hard_themselves_do_not_count_within_answers() -> None:
    # Liver is hard and its choices are alike; among questions about the liver S(q) says nothing.
    random = np.random.default_rng(1)
    liver = np.arange(N) % 2
    x, rate = liver + random.random(N), random.random(N) - liver
    found = validate(rated(rate, answer=[("gut", "liver")[i] for i in liver], difficulty=x))
    assert value(found, "all") < -0.7
    within = row(found, "within answers").with_pass_rate
    assert within is not None
    assert within.low < 0 < within.high
    mean = (value(found, "answer", of="gut") + value(found, "answer", of="liver")) / 2
    assert within.value == pytest.approx(mean)
    assert "the answers may be hard or easy, rather than the choices" in " ".join(sentences(found))


def test_parts_are_those_with_twenty_questions_the_commonest_first() -> None:
    x = np.random.default_rng(2).random(100)
    answers = ["gut"] * 19 + ["liver"] * 20 + ["lung"] * 61
    found = validate(rated(-x, answer=answers, benchmark=["a"] * 50 + ["b"] * 50, difficulty=x))
    assert [c.of for c in found.correlations if c.part == "answer"] == ["lung", "liver"]
    assert [(c.of, c.questions) for c in found.correlations if c.part == "benchmark"] == [("a", 50), ("b", 50)]
    assert row(found, "within answers").questions == 81


def test_one_benchmark_is_no_part() -> None:
    x = np.random.default_rng(3).random(50)
    assert not [c for c in validate(rated(-x, difficulty=x)).correlations if c.part == "benchmark"]


def test_what_a_shortcut_explains_is_gone_given_blind_solvability() -> None:
    random = np.random.default_rng(4)
    blind = random.random(3_000)
    shortcut, honest = 1 - blind + random.random(3_000), random.random(3_000)
    rate = blind + random.random(3_000) / 2 - honest / 2
    found = validate(rated(rate, difficulty=shortcut, difficulty_text=honest, blind=blind))
    bad, good = row(found, "all"), row(found, "all", "difficulty_text")
    assert bad.with_pass_rate is not None
    assert bad.given_blind is not None
    assert good.with_pass_rate is not None
    assert good.given_blind is not None
    assert good.with_blind is not None
    assert bad.with_pass_rate.high < -0.4
    assert abs(bad.given_blind.value) < 0.05
    assert good.given_blind.high < good.with_pass_rate.value  # given blind, the honest part is all there is
    assert abs(good.with_blind.value) < 0.05
    own = row(found, "all", "blind")
    assert (own.with_blind, own.given_blind) == (None, None)


def test_blind_solvability_of_a_part_of_the_questions_is_used_for_that_part() -> None:
    random = np.random.default_rng(5)
    x, blind = random.random(N), random.random(N)
    blind[100:] = np.nan
    found = row(validate(rated(1 - x, difficulty=x, blind=blind)), "all")
    assert found.questions == N
    assert found.given_blind is not None
    blind[10:] = np.nan
    assert row(validate(rated(1 - x, difficulty=x, blind=blind)), "all").given_blind is None


@pytest.mark.parametrize(
    ("x", "rate", "why"),
    [
        (np.full(40, 0.5), np.arange(40) / 40, "one value only"),
        (np.arange(40.0), np.append(np.zeros(25), np.arange(15)), "one pass rate only"),
        (np.append(np.arange(15.0), np.full(25, np.nan)), np.arange(40) / 40, "fewer than 20 questions"),
    ],
)
def test_what_cannot_be_correlated_says_why(x: np.ndarray, rate: np.ndarray, why: str) -> None:
    answers = ["gut"] * 25 + ["liver"] * 15
    found = validate(rated(rate, answer=answers, difficulty=x, tier=np.arange(40.0)))
    part, of = ("answer", "gut") if "pass" in why else ("all", "")
    one = row(found, part, of=of)
    assert (one.with_pass_rate, one.why_not) == (None, why)
    assert row(found, "all", "tier").why_not == ""
    if part == "all":
        assert sentences(found) == [f"S(q) cannot be correlated with the pass rate: {why}."]


def verdict(x: np.ndarray, rate: np.ndarray, **components: np.ndarray) -> str:
    return " ".join(sentences(validate(rated(rate, difficulty=x, **components))))


def test_the_verdict_in_words() -> None:
    random = np.random.default_rng(6)
    x, noise = random.random(N), random.random(N)
    assert "S(q) is a difficulty for this model" in verdict(x, noise - x)
    assert "S(q) points the wrong way" in verdict(x, noise + x)
    assert "Nothing shows that S(q) is a difficulty" in verdict(x, noise)
    assert "run ckit audit on the curriculum" in verdict(x, noise - x)
    assert "most of what S(q) predicts is no shortcut" in verdict(x, noise - x, blind=random.random(N))
    mostly = verdict(x, noise - x, blind=random.random(N) / 4 - x)
    assert "shortcut" in mostly
    assert "is no shortcut" not in mostly
    assert "one channel here" in verdict(x, noise - x, difficulty_text=x)
    two = verdict(x, noise - x, difficulty_text=x, difficulty_clip_text=random.random(N))
    assert "The weights that predict best are text " in two


def test_the_card_is_markdown_with_every_figure_but_those_of_answers() -> None:
    random = np.random.default_rng(7)
    x = random.random(N)
    found = validate(rated(random.random(N) - x, difficulty=x, tier=np.floor(3 * x)))
    card = card_section([card_of("Qwen|2.5 `VL`", found)])
    assert card.startswith("## Is S(q) a difficulty?\n")
    assert "### Qwen 2.5 VL\n" in card
    rows = [line.strip("|").split("|") for line in card.splitlines() if line.startswith("|")]
    assert {len(cells) for cells in rows} == {6}
    assert [(cells[0].strip(), cells[1].strip()) for cells in rows[2:]] == [
        ("all", "S(q)"), ("all", "tier"), ("within answers", "S(q)"), ("within answers", "tier"),
    ]  # fmt: skip
    assert rows[2][3].strip() == str(row(found, "all").with_pass_rate)
