"""How much each signal is to be trusted: a conditional logit over the options of a question."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

RIDGE = 1e-3
"""Keeps the weights finite where a signal is never wrong."""

EVIDENCE_NATS = 15.0
"""Probabilities leave chance only where the answers are e^15 times likelier for it. Twice the gain of noise is
chi-squared with one degree per signal, but agreements of two folds by accident count twice in it; of 400 sets
of random questions 1 in 80 reaches e^10."""


@dataclass(frozen=True)
class Weights:
    """The weight of each signal, never negative, and whether they explain the answers better than chance does."""

    values: np.ndarray
    proven: bool

    def scores(self, signals: np.ndarray) -> np.ndarray:
        """Return the score of each option, float64."""
        scores: np.ndarray = signals @ self.values
        return scores

    def probabilities(self, signals: np.ndarray, row: np.ndarray, questions: int) -> np.ndarray:
        """Return the probability that each option is right; they sum to 1 over a question's options."""
        return softmax(self.scores(signals) * self.proven, row, questions)


def softmax(scores: np.ndarray, row: np.ndarray, questions: int) -> np.ndarray:
    """Return exp(score) over its sum within the question; `row` is the question of each score, ascending."""
    start = np.searchsorted(row, np.arange(questions))
    raised = np.exp(scores - np.maximum.reduceat(scores, start)[row])
    share: np.ndarray = raised / np.bincount(row, raised, questions)[row]
    return share


def fit_weights(signals: np.ndarray, is_right: np.ndarray, row: np.ndarray, questions: int) -> Weights:
    """Return the weights of greatest likelihood (conditional logit, McFadden 1974) that are not negative.

    A signal that points away from the answers in other folds does so by accident or because labels were
    balanced by count, never because it knows better; its weight is 0. Each question needs a right option.
    """
    from scipy.optimize import minimize

    if not questions:
        return Weights(np.zeros(signals.shape[1]), proven=False)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        share = softmax(signals @ weights, row, questions)
        right = np.bincount(row, share * is_right, questions).clip(1e-300)
        slope = signals.T @ (share - share * is_right / right[row])
        value = -np.log(right).mean() + RIDGE * (weights @ weights) / 2
        return float(value), slope / questions + RIDGE * weights

    start = np.zeros(signals.shape[1])
    bounds = [(0.0, None)] * len(start)
    weights = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    gain = (loss(start)[0] - loss(weights)[0]) * questions
    return Weights(weights, proven=bool(gain > EVIDENCE_NATS))
