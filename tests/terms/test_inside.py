from hypothesis import given
from hypothesis import strategies as st

from curriculum_kit.terms.inside import inside

SETS = st.lists(st.frozensets(st.sampled_from("abcd")), max_size=6)


@given(SETS)
def test_the_pairs_are_those_of_the_definition(sets):
    expected = {(i, j) for i, one in enumerate(sets) for j, other in enumerate(sets) if i != j and one and one <= other}
    pairs = list(inside(sets, sets))
    assert len(pairs) == len(set(pairs))
    assert set(pairs) == expected


def test_the_two_sides_may_differ():
    assert list(inside([frozenset("c"), frozenset("a")], [frozenset("ab"), frozenset("bc")])) == [(0, 1), (1, 0)]
