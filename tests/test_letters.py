"""The letter of the right option: equally often each, wherever one looks."""

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from curriculum_kit.letters import balanced_positions, moved


def test_every_run_of_four_in_the_order_of_difficulty_has_each_letter_once() -> None:
    difficulty = np.random.default_rng(0).random(400)
    positions = balanced_positions(difficulty, np.full(400, 4), seed=1)
    runs = positions[np.argsort(difficulty)].reshape(100, 4)
    assert (np.sort(runs, axis=1) == np.arange(4)).all()
    assert len({tuple(run) for run in runs.tolist()}) > 20  # of 24 orders


def test_questions_with_other_numbers_of_options_are_balanced_on_their_own() -> None:
    sizes = np.array([2, 4, 2, 4, 4, 2, 4, 2, 0])
    positions = balanced_positions(np.arange(9.0), sizes, seed=0)
    assert sorted(positions[sizes == 4].tolist()) == [0, 1, 2, 3]
    assert sorted(positions[sizes == 2].tolist()) == [0, 0, 1, 1]
    assert positions[8] == 0


def test_the_seed_decides() -> None:
    one, again, other = (balanced_positions(np.zeros(60), np.full(60, 4), seed) for seed in (1, 1, 2))
    assert one.tolist() == again.tolist() != other.tolist()


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(2, 6), st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=8))
def test_the_answer_moves_and_the_others_keep_their_order(rows: list[tuple[int, int, int]]) -> None:
    sizes = [size for size, _, _ in rows]
    index, position = (np.array([row[part] % row[0] for row in rows]) for part in (1, 2))
    choices = [[f"{row}-{place}" for place in range(size)] for row, size in enumerate(sizes)]
    for before, after, old, new in zip(
        choices, moved(pa.array(choices), index, position).to_pylist(), index, position, strict=True
    ):
        assert after[new] == before[old]
        assert [label for label in after if label != before[old]] == [label for label in before if label != before[old]]
