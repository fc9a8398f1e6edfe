"""The letters of the answers are equally many, and the options of a question stay what they were."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from curriculum_kit.choice_design.letters import lettered


@settings(max_examples=30, deadline=None)
@given(n=st.integers(1, 60), size=st.integers(2, 5), seed=st.integers(0, 99))
def test_letters_differ_by_one_at_most(n: int, size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    sets = np.sort(rng.random((n, 8)).argsort(axis=1)[:, :size], axis=1)
    answer = sets[np.arange(n), rng.integers(size, size=n)]
    options, index = lettered(sets, answer, rng)
    assert (np.sort(options, axis=1) == sets).all()
    assert (options[np.arange(n), index] == answer).all()
    for some in (np.ones(n, bool), *(answer == label for label in range(8))):
        assert np.ptp(np.bincount(index[some], minlength=size)) <= 1


def test_distractors_stand_in_any_order() -> None:
    options, _ = lettered(np.tile([0, 1, 2], (600, 1)), np.zeros(600, int), np.random.default_rng(0))
    orders, counts = np.unique(options, axis=0, return_counts=True)
    assert len(orders) == 6
    assert counts.min() > 70  # 100 expected, 9 the standard deviation
