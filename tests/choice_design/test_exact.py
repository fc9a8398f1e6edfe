"""The exact optimum: by hand, against the program over (set, answer) written out, and on real labels."""

from itertools import combinations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from curriculum_kit.choice_design.exact import all_columns, is_small, safe_sets
from curriculum_kit.choice_design.master import solve_over
from curriculum_kit.choice_design.problem import Pool, Problem
from curriculum_kit.choice_design.solve import best_design
from curriculum_kit.similarity import similarity_table


def best(problem: Problem) -> tuple[float, float]:
    solved = solve_over(problem, all_columns(problem))
    return round(solved.mean, 6), round(solved.gain, 6)


def test_pairs_that_are_alike_meet_in_the_hardest_design(four: np.ndarray, problem) -> None:
    assert best(problem(four, [0.25] * 4, 2, target=1.0)) == (0.8, 0.0)  # half {0, 1} at 0.9, half {2, 3} at 0.7
    assert best(problem(four, [0.25] * 4, 2, target=0.0)) == (0.1, 0.0)
    assert best(problem(four, [0.25] * 4, 2, target=0.5)) == (0.5, 0.0)


def test_what_clashes_never_meets(four: np.ndarray, problem) -> None:
    # Without {0, 1}, both need 2 or 3 as often as these are right.
    assert best(problem(four, [0.25] * 4, 2, target=1.0, clash=[(0, 1)])) == (0.1, 0.0)
    pool = problem(four, [0.25] * 4, 2, target=1.0, clash=[(0, 1)]).pools[0]
    assert safe_sets(pool).tolist() == [[0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]


def test_an_answer_to_most_questions_gives_itself_away(four: np.ndarray, problem) -> None:
    three = four[:3, :3]
    assert best(problem(three, [0.5, 0.25, 0.25], 2, target=1.0)) == (0.5, 0.0)  # half {0, 1}, half {0, 2}
    # Who always says 0 is right in 0.6, and no options change that: 0.1 above chance.
    often = problem(three, [0.6, 0.2, 0.2], 2, target=1.0)
    assert best(often.at(1.0, max_gain=0.1)) == (pytest.approx(0.58), 0.1)
    # Below that, questions about 0 go without options: 0.2 of them where no gain is allowed.
    assert best(often) == (0.5, 0.0)
    assert best_design(often, 0).left_out == pytest.approx(0.2)


def test_the_bound_on_the_blind_gain_is_used_up_only_where_it_helps(four: np.ndarray, problem) -> None:
    share = [0.4, 0.2, 0.2, 0.2]
    bounded = best(problem(four, share, 2, target=1.0, max_gain=0.05))
    free = best(problem(four, share, 2, target=1.0, max_gain=1.0))
    assert bounded[1] == 0.05
    assert best(problem(four, share, 2, target=1.0))[0] < bounded[0] < free[0]
    assert best(problem(four, share, 2, target=0.3, max_gain=1.0)) == (0.3, 0.0)


def test_room_limits_how_often_a_label_stands_beside_an_answer(four: np.ndarray, problem) -> None:
    share = np.full(4, 0.25)
    room = np.repeat(share[:, None], 4, axis=1)
    room[0, 1] = 0.1  # only 0.1 of the questions about 0 may offer 1
    # With no gain 0 and 1 are right equally often beside each other: 0.1 each. The others meet 2 and 3 once each.
    mean, gain = best(problem(four, share, 2, target=1.0, room=room))
    assert gain == 0.0
    assert mean == pytest.approx(0.2 * 0.9 + 0.6 * 0.1 + 0.2 * 0.7)


def test_two_pools_share_the_target_and_the_bound(four: np.ndarray, problem) -> None:
    pool = problem(four, [0.125] * 4, 2, target=1.0).pools[0]
    assert best(Problem((pool, pool), 1.0, 0.0)) == (0.8, 0.0)


def by_set_and_answer(similarity: np.ndarray, share: np.ndarray, options: int, target: float, gain: float) -> float:
    """Return the best mean, from the program with a variable for each set and answer and for the guess of each set."""
    sets = list(combinations(range(len(share)), options))
    shares = len(sets) * options
    cost = np.zeros(shares + len(sets))
    equal = np.zeros((len(share), len(cost)))
    upper = np.zeros((shares + 1, len(cost)))
    for number, members in enumerate(sets):
        score = np.mean([similarity[pair] for pair in combinations(members, 2)])
        for place, member in enumerate(members):
            at = number * options + place
            cost[at] = score if target == 0 else -score
            equal[member, at] = 1
            upper[at, [at, shares + number]] = 1, -1
        upper[-1, shares + number] = 1
    limits = np.append(np.zeros(shares), 1 / options + gain)
    found = linprog(cost, upper, limits, equal, share)
    assert found.status == 0
    return abs(found.fun)


@settings(max_examples=15, deadline=None)
@given(
    size=st.integers(4, 6),
    options=st.integers(2, 4),
    gain=st.sampled_from([0.0, 0.03, 1.0]),
    target=st.sampled_from([0.0, 1.0]),
    weights=st.lists(st.integers(6, 9), min_size=6, max_size=6),
    seed=st.integers(0, 99),
)
def test_corners_of_sets_lose_nothing(
    size: int, options: int, gain: float, *, target: float, weights: list[int], seed: int, random_similarity, problem
) -> None:
    similarity = random_similarity(size, seed)
    share = np.array(weights[:size], float) / sum(weights[:size])
    share = share if share.max() <= 1 / options else np.full(size, 1 / size)
    mean, guessed = best(problem(similarity, share, options, target, gain))
    expected = by_set_and_answer(similarity, share, options, target, gain)
    # Blind gain has a small price, which an unbounded design pays.
    assert mean == pytest.approx(expected, abs=1e-5 if gain < 1 else 0.01)
    assert guessed <= gain + 1e-6


def test_large_pools_are_not_listed(random_similarity, problem) -> None:
    assert is_small(problem(random_similarity(15, 0), [1 / 15] * 15, 4, 0.0))
    assert not is_small(problem(random_similarity(60, 0), [1 / 60] * 60, 4, 0.0))


def embedded(labels: list[str]) -> np.ndarray:
    from curriculum_kit.encoders.text import TextEncoder

    table = similarity_table({"text": TextEncoder.load().encode(labels)}, {"text": 1.0})
    ids = np.arange(len(labels))
    return table.lookup(ids[:, None], ids[None, :])


@pytest.mark.model
@pytest.mark.parametrize(("options", "lowest", "highest"), [(4, 0.467, 0.522), (3, 0.422, 0.589), (2, 0.300, 0.633)])
def test_six_labels_of_anatomy_r1(options: int, lowest: float, highest: float, problem) -> None:
    labels = ["liver", "omentum", "gut", "gallbladder", "cystic plate", "abdominal wall cavity"]
    asked = problem(embedded(labels), [1 / 6] * 6, options, target=0.0)
    assert best(asked) == (pytest.approx(lowest, abs=5e-4), 0.0)
    assert best(asked.at(1.0)) == (pytest.approx(highest, abs=5e-4), 0.0)
    if options == 4:
        assert best(asked.at(0.0, 1.0))[0] == pytest.approx(0.33, abs=5e-3)
        assert best(asked.at(1.0, 1.0))[0] == pytest.approx(0.74, abs=5e-3)


@pytest.mark.model
@pytest.mark.real_data
@pytest.mark.parametrize(
    ("options", "lowest", "highest", "with_rule"),
    [(4, 0.438, 0.721, 0.654), (3, 0.386, 0.789, 0.702), (2, 0.299, 0.898, 0.781)],
)
def test_ultrasound_labels_of_radimagenet(
    options: int, lowest: float, highest: float, with_rule: float, anatomy: pa.Table, problem
) -> None:
    answers = anatomy.filter(pc.equal(anatomy["modality"], "ultrasound"))["answer"].to_pylist()
    labels, counts = np.unique(answers, return_counts=True)
    assert (len(labels), len(answers)) == (15, 10_018)
    labels, share = labels.tolist(), counts / len(answers)
    asked = problem(embedded(labels), share, options, target=0.0)
    assert best(asked) == (pytest.approx(lowest, abs=5e-4), 0.0)
    assert best(asked.at(1.0)) == (pytest.approx(highest, abs=5e-4), 0.0)
    nodule = (labels.index("thyroid"), labels.index("thyroid nodule"))
    contained = problem(embedded(labels), share, options, target=0.0, clash=[nodule])
    assert best(contained)[0] == pytest.approx(lowest, abs=5e-4)
    assert best(contained.at(1.0))[0] == pytest.approx(with_rule, abs=5e-4)


def test_shares_belong_to_labels() -> None:
    with pytest.raises(AssertionError, match="one row and column per label"):
        Pool(np.eye(3), np.zeros((3, 3), bool), np.full(2, 0.5), 2)
