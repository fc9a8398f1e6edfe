import pytest

from curriculum_kit.errors import ConfigInvalid
from trainer.sizes import Batching, fit


def batching(rollouts=8, batch=16, walks=2, iterations=1, accumulation=2):
    return Batching(rollouts, batch, walks, iterations, accumulation)


def test_a_last_incomplete_chunk_is_filled():
    sizes = fit(5, batching(), epochs=1, max_steps=None, save_steps=None)
    assert (sizes.groups_per_chunk, sizes.chunks, sizes.max_steps, sizes.places) == (2, 3, 3, 6)


def test_what_fills_an_epoch_is_not_asked_again_in_the_next():
    # Five groups twice are ten places, which five chunks of two hold: not two epochs of three chunks.
    sizes = fit(5, batching(), epochs=2, max_steps=None, save_steps=None)
    assert (sizes.chunks_per_epoch, sizes.chunks) == (3, 5)


@pytest.mark.parametrize(
    ("walks", "iterations", "accumulation", "chunks", "steps"),
    [
        (2, 1, 2, 4, 4),  # a chunk a step
        (2, 2, 2, 4, 8),  # a chunk for two steps
        (4, 1, 2, 2, 4),  # a chunk of twice the groups for two steps
        (1, 1, 4, 8, 2),  # four chunks a step
        (3, 1, 2, 4, 6),  # two chunks for three steps
    ],
)
def test_an_epoch_ends_where_a_chunk_and_a_step_end_together(walks, iterations, accumulation, chunks, steps):
    sizes = fit(8, batching(8, 8 * walks, walks, iterations, accumulation), 1, None, None)
    assert (sizes.chunks, sizes.max_steps, sizes.steps_per_epoch) == (chunks, steps, steps)
    assert sizes.places >= 8
    assert sizes.save_steps % (steps // 2 if walks == 3 else 1) == 0


@pytest.mark.parametrize("name", ["max_steps", "save_steps"])
def test_numbers_that_end_amid_a_chunk_are_refused_with_the_nearest(name):
    asked = {"max_steps": 8, "save_steps": 4} | {name: 5}
    with pytest.raises(ConfigInvalid, match=f"{name} 5 ends amid completions .* take 4 or 6"):
        fit(8, batching(iterations=2), 1, **asked)
    assert fit(8, batching(iterations=2), 1, max_steps=8, save_steps=4).save_steps == 4


def test_a_share_of_the_run_is_taken_to_the_next_stop():
    assert fit(8, batching(iterations=2), 1, max_steps=10, save_steps=0.25).save_steps == 4


def test_a_batch_without_whole_groups_is_refused():
    with pytest.raises(ConfigInvalid, match="a batch of 12 completions holds no whole groups of 8 rollouts"):
        fit(8, batching(batch=12), 1, None, None)
