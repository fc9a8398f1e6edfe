"""Does S(q) predict which questions a model fails? Every component against the pass rate, overall and by part.

Reads questions with their pass rates; gives a rank correlation with an interval for each component and part,
beside it the correlation with blind solvability and what is left given that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curriculum_kit.offers import Coded
from curriculum_kit.validation.correlation import Estimate, Figure, Floats, interval, partial, pooled, spearman
from curriculum_kit.validation.weights import ChannelWeights, fit_channel_weights

FEWEST = 20
"""With fewer questions, the interval of a correlation spans half of what there is."""

ALL, WITHIN_ANSWERS, BENCHMARK, ANSWER = "all", "within answers", "benchmark", "answer"
CHANNEL = "difficulty_"

Places = NDArray[np.intp]
_Placed = tuple[Places, Estimate] | None
"""A correlation and the questions that its influences belong to."""


@dataclass(frozen=True)
class Rated:
    """n questions with the rate at which a model passes them."""

    pass_rate: Floats
    """0 to 1, length n"""
    components: Mapping[str, Floats]
    """`difficulty`, `difficulty_text`, ..., `hops`, `tier`, `blind`: what may go with the pass rate; NaN where unknown.
    `blind` is the probability of the answer to who does not see the image."""
    benchmark: Coded
    answer: Coded
    unit: NDArray[np.integer]
    """A code per video, patient or image, length n"""


@dataclass(frozen=True)
class Correlation:
    """How one component goes with the pass rate, over all questions or a part of them."""

    part: str
    """`all`, `within answers` (the mean over the answers), `benchmark` or `answer`"""
    of: str
    """Which benchmark or answer; empty for the others."""
    component: str
    questions: int
    """Questions for which the component is known."""
    with_pass_rate: Figure | None
    """Spearman's rho. Below 0: the higher the component, the less often questions are passed."""
    with_blind: Figure | None
    """The same with blind solvability in place of the pass rate; None where that is unknown."""
    given_blind: Figure | None
    """The partial correlation with the pass rate given blind solvability: what such shortcuts do not explain. Blind
    solvability is an estimate; what it misses of a shortcut is still in here."""
    why_not: str
    """Why there is no correlation; empty where there is one."""


@dataclass(frozen=True)
class Validation:
    """What pass rates say about a curriculum."""

    questions: int
    units: int
    """Videos, patients or images that these questions are about."""
    mean_pass_rate: float
    correlations: list[Correlation]
    channel_weights: ChannelWeights | None
    """None where there are fewer than two channels to weigh."""


def validate(rated: Rated, seed: int = 0) -> Validation:
    """Return the correlation of every component with the pass rate, by part, and the best channel weights.

    Parts are benchmarks, where there are several, and answers; those with fewer than 20 questions are left
    out. Components of which nothing is known are left out too. `seed` decides the folds.
    """
    names = [name for name, values in rated.components.items() if not np.isnan(values).all()]
    everything = np.arange(len(rated.pass_rate))
    benchmarks, answers = (list(_parts(coded)) for coded in (rated.benchmark, rated.answer))
    correlations = [_correlation(rated, ALL, "", name, [everything]) for name in names]
    correlations += [_correlation(rated, WITHIN_ANSWERS, "", name, [part for _, part in answers]) for name in names]
    if len(np.unique(rated.benchmark.codes)) > 1:
        correlations += [_correlation(rated, BENCHMARK, of, name, [part]) for of, part in benchmarks for name in names]
    correlations += [_correlation(rated, ANSWER, of, name, [part]) for of, part in answers for name in names]
    channels = {name: rated.components[name] for name in names if name.startswith(CHANNEL)}
    return Validation(
        questions=len(everything),
        units=len(np.unique(rated.unit)),
        mean_pass_rate=float(rated.pass_rate.mean()),
        correlations=correlations,
        channel_weights=fit_channel_weights(
            rated.pass_rate, rated.components["difficulty"], channels, rated.unit, seed
        ),
    )


def _parts(coded: Coded) -> Iterator[tuple[str, Places]]:
    """Yield each text that 20 questions or more have, the commonest first, and the places of its questions."""
    order = np.argsort(coded.codes, kind="stable")
    ends = np.cumsum(np.bincount(coded.codes, minlength=len(coded.texts)))
    parts = [part for part in zip(coded.texts, np.split(order, ends[:-1]), strict=True) if len(part[1]) >= FEWEST]
    yield from sorted(parts, key=lambda part: (-len(part[1]), part[0]))


def _correlation(rated: Rated, part: str, of: str, name: str, within: Sequence[Places]) -> Correlation:
    """Return how a component goes with the pass rate within sets of questions: the mean of what it is in each."""
    known = [places[~np.isnan(rated.components[name][places])] for places in within]
    placed = [_estimates(rated, name, places) for places in known]
    direct, blind, given = (_pooled_figure(rated, [one[which] for one in placed]) for which in range(3))
    why_not = "" if direct else _why_not(rated, name, known)
    return Correlation(part, of, name, sum(map(len, known)), direct, blind, given, why_not)


def _estimates(rated: Rated, name: str, places: Places) -> tuple[_Placed, _Placed, _Placed]:
    """Return the correlation with the pass rate, with blind solvability, and with the former given the latter."""
    values, rate = rated.components[name], rated.pass_rate
    direct = _placed(values, rate, places)
    blind = rated.components.get("blind")
    if direct is None or blind is None or name == "blind":
        return direct, None, None
    seen = places[~np.isnan(blind[places])]
    pairs = [_placed(one, other, seen) for one, other in ((values, rate), (values, blind), (rate, blind))]
    given = None if None in pairs else partial(*(pair[1] for pair in pairs if pair))
    return direct, pairs[1], None if given is None else (seen, given)


def _placed(x: Floats, y: Floats, places: Places) -> _Placed:
    estimate = spearman(x[places], y[places]) if len(places) >= FEWEST else None
    return None if estimate is None else (places, estimate)


def _pooled_figure(rated: Rated, placed: Sequence[_Placed]) -> Figure | None:
    there = [one for one in placed if one is not None]
    mean = pooled([estimate for _, estimate in there])
    return None if mean is None else interval(mean, rated.unit[np.concatenate([places for places, _ in there])])


def _why_not(rated: Rated, name: str, within: Sequence[Places]) -> str:
    if all(len(places) < FEWEST for places in within):
        return f"fewer than {FEWEST} questions"
    values = rated.components[name]
    return "one value only" if all(np.ptp(values[places]) == 0 for places in within) else "one pass rate only"
