"""Three models that never see the image, tried on units that they have not learned from."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np

from curriculum_kit.audit.blind.folds import folds_of
from curriculum_kit.audit.blind.signals import NAMES, Signals
from curriculum_kit.audit.blind.stacking import Weights, fit_weights
from curriculum_kit.audit.enough import FEWEST_UNITS
from curriculum_kit.offers import Offers

MODELS = {"prior": ("prior",), "words": ("prior", "words"), "blind": NAMES}
"""The signals that each model knows."""

WEIGHED_QUESTIONS = 20_000
"""So many questions decide the weights: five numbers need no more."""

Progress = Callable[[str, int, int], None]


def answer_blind(
    offers: Offers, folds: int, seed: int, on_progress: Progress
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return of each model the probability of the right choice and its hits, out of fold by unit.

    float64 in [0, 1], one per question. All are chance where there are fewer than `FEWEST_UNITS` units.
    """
    shares = {name: offers.chance.copy() for name in MODELS}
    hits = {name: offers.chance.copy() for name in MODELS}
    fold = folds_of(offers.unit, max(folds, FEWEST_UNITS), seed)
    n_folds = int(fold.max(initial=0)) + 1
    if n_folds < FEWEST_UNITS:
        return shares, hits
    signals = Signals(offers, fold)
    weights = _weights(signals, seed, on_progress)
    for place in range(n_folds):
        rows = np.flatnonzero(fold == place)
        held_out = offers.subset(rows)
        scores = signals.scores(rows, without=[place])
        for name, model in weights[place].items():
            known = scores[:, _columns(name)]
            share = model.probabilities(known, held_out.row, len(held_out))
            shares[name][rows] = np.bincount(held_out.row, share * held_out.is_right, len(held_out)).clip(0.0, 1.0)
            hits[name][rows] = held_out.hits(model.scores(known))
        on_progress("folds", place + 1, n_folds)
    return shares, hits


def _columns(model: str) -> list[int]:
    return [NAMES.index(name) for name in MODELS[model]]


def _weights(signals: Signals, seed: int, on_progress: Progress) -> list[dict[str, Weights]]:
    """Return the weights of each model for each fold, learned from the other folds alone.

    The signals that weights are learned from must know neither the questions they are of nor those that the
    weights are for: each fold is scored by counts without it and without the fold that is held out.
    """
    offers, fold = signals.offers, signals.fold
    usable = np.flatnonzero((offers.chance > 0) & (offers.chance < 1))
    if len(usable) > WEIGHED_QUESTIONS:
        usable = np.sort(np.random.default_rng(seed).choice(usable, WEIGHED_QUESTIONS, replace=False))
    parts: list[list[tuple[np.ndarray, np.ndarray]]] = [[] for _ in range(signals.folds)]
    pairs = list(combinations(range(signals.folds), 2))
    for done, pair in enumerate(pairs, start=1):
        rows = usable[np.isin(fold[usable], pair)]
        scores = signals.scores(rows, without=pair)
        entry_fold = np.repeat(fold[rows], offers.sizes[rows])
        for held_out, other in (pair, pair[::-1]):
            parts[held_out].append((rows[fold[rows] == other], scores[entry_fold == other]))
        on_progress("pairs of folds", done, len(pairs))
    found = []
    for part in parts:
        some = offers.subset(np.concatenate([rows for rows, _ in part]))
        scores = np.concatenate([scores for _, scores in part])
        found.append(
            {name: fit_weights(scores[:, _columns(name)], some.is_right, some.row, len(some)) for name in MODELS}
        )
    return found
