"""Folds that keep every unit whole, so that nothing is estimated from the video, patient or image it is tried on."""

from __future__ import annotations

import numpy as np

from curriculum_kit.offers import Coded

FOLDS = 5


def folds_of(units: Coded, folds: int = FOLDS, seed: int = 0) -> np.ndarray:
    """Return the fold of each row, int64 from 0; no unit stands in two folds.

    There are never more folds than units. The order of the rows does not matter.
    """
    from sklearn.model_selection import GroupKFold

    # Codes follow the order of the rows; the rank of the unit's name does not.
    rank = np.empty(len(units.texts), np.int64)
    rank[np.array(sorted(range(len(units.texts)), key=units.texts.__getitem__), np.int64)] = np.arange(len(units.texts))
    groups = rank[units.codes]
    fold = np.zeros(len(groups), np.int64)
    splits = min(folds, len(np.unique(groups)))
    if splits < 2:
        return fold
    parts = GroupKFold(splits, shuffle=True, random_state=seed).split(groups, groups=groups)
    for place, (_, held_out) in enumerate(parts):
        fold[held_out] = place
    return fold
