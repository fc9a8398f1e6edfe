"""Units stay whole, every fold is used, and the order of the rows does not matter."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from curriculum_kit.audit.blind.folds import folds_of
from curriculum_kit.offers import Coded


def coded(names: list[str]) -> Coded:
    texts = list(dict.fromkeys(names))
    return Coded(np.array([texts.index(name) for name in names], np.int32), texts)


@given(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=30), st.integers(2, 5))
@settings(deadline=None)
def test_a_unit_has_one_fold_whatever_the_order(names: list[str], folds: int) -> None:
    of_unit = dict(zip(names, folds_of(coded(names), folds, seed=3).tolist(), strict=True))
    assert [of_unit[name] for name in names] == folds_of(coded(names), folds, seed=3).tolist()
    assert set(of_unit.values()) == set(range(min(folds, len(of_unit))))
    backwards = names[::-1]
    assert folds_of(coded(backwards), folds, seed=3).tolist() == [of_unit[name] for name in backwards]


def test_another_seed_gives_other_folds() -> None:
    names = [f"u{number}" for number in range(40)]
    assert folds_of(coded(names), seed=0).tolist() != folds_of(coded(names), seed=1).tolist()


def test_no_rows_have_no_folds() -> None:
    assert folds_of(Coded(np.zeros(0, np.int32), [])).tolist() == []
