"""What the labels themselves explain: how strong each is among those that are offered with it.

A label may be right no more often than any other where it is offered, and still always win against some and lose
against others. What follows from that is no matter of form.
"""

from __future__ import annotations

import numpy as np

from curriculum_kit.audit.blind.stacking import softmax
from curriculum_kit.offers import Offers

_RIDGE = 0.3
"""Draws strengths to equality, as if every label had been seen some times more, once right by chance."""
_STEPS = 40


def right_by_strength(offers: Offers, label: np.ndarray) -> np.ndarray:
    """Return how likely each offered option is right by the strengths of the labels in the other questions.

    `label` is the label of each distinct text, int64. Strengths are those of the conditional logit (McFadden 1974;
    Luce's choice axiom), a parameter per label, with a ridge. What the question itself adds to the strengths of its
    labels is taken out again by one Newton step, so that a label which never comes again gives chance. float64 in
    (0, 1), one per option.
    """
    from scipy.optimize import minimize

    used, codes = np.unique(label[offers.option.codes], return_inverse=True)
    row, size, n = offers.row, len(used), len(offers)
    usable = (offers.chance > 0) & (offers.chance < 1)

    def shares(strength: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        share = softmax(strength[codes], row, n)
        right = np.bincount(row, share * offers.is_right, n).clip(1e-300)
        gain = np.where(usable[row], share * offers.is_right / right[row] - share, 0.0)
        return share, right, gain

    def loss(strength: np.ndarray) -> tuple[float, np.ndarray]:
        _, right, gain = shares(strength)
        value = -np.log(right[usable]).sum() + _RIDGE * (strength @ strength) / 2
        return float(value), _RIDGE * strength - np.bincount(codes, gain, size)

    strength = minimize(loss, np.zeros(size), jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}).x
    share, _, gain = shares(strength)
    curve = np.bincount(codes, share * (1 - share), size)[codes] - share * (1 - share)
    return softmax(strength[codes] - gain / (_RIDGE + curve), row, n)
