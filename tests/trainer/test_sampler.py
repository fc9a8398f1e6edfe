import numpy as np
import pytest

from curriculum_kit.errors import ConfigInvalid
from curriculum_kit.schedule import Schedule
from trainer.sampler import CurriculumSampler
from trainer.selection import Selection
from trainer.sizes import Sizes

# Four groups of 2, 1, 2 and 1 wordings, 4 rollouts each; two groups a chunk.
SELECTION = Selection(np.array([0, 2, 3, 5]), np.array([2, 1, 2, 1]), np.array([0, 0, 1, 1]), 4)


def sizes(repeats, chunks, chunks_per_epoch):
    return Sizes(4, 2, repeats, repeats, chunks, chunks_per_epoch, 1)


def test_rows_come_as_the_schedule_says_whole_groups_at_a_time():
    schedule = Schedule((2, 2), total_steps=2, groups_per_step=2)
    assert schedule.order.tolist() == [[0, 1], [3, 2]]
    sampler = CurriculumSampler(SELECTION, schedule, sizes(2, 2, 2), epoch=lambda: 0)
    first, second = [0, 0, 1, 1, 2, 2, 2, 2], [5, 5, 5, 5, 3, 3, 4, 4]
    assert list(sampler) == [*first, *first, *second, *second]
    assert len(sampler) == 32


def test_an_epoch_goes_on_where_the_one_before_ended():
    schedule = Schedule((2, 2), total_steps=5, groups_per_step=2, seed=1)
    epochs = [list(CurriculumSampler(SELECTION, schedule, sizes(1, 5, 2), epoch=lambda e=e: e)) for e in range(3)]
    rows = [SELECTION.rows_of(schedule.groups_at(chunk)).tolist() for chunk in range(5)]
    assert epochs == [rows[0] + rows[1], rows[2] + rows[3], rows[4]]


def test_a_plain_curriculum_is_laid_out_as_trl_lays_it_out():
    from curriculum_kit import torchvision_repair

    torchvision_repair.install()
    from trl.trainer.utils import RepeatSampler

    plain = Selection(np.arange(6), np.ones(6, int), np.zeros(6, int), 4)
    schedule = Schedule((6,), total_steps=3, groups_per_step=2)
    ours = CurriculumSampler(plain, schedule, Sizes(6, 2, 3, 3, 3, 3, 1), epoch=lambda: 0)
    order = schedule.order.ravel().tolist()
    theirs = RepeatSampler(order, mini_repeat_count=4, batch_size=2, repeat_count=3, shuffle=False)
    assert list(ours) == [order[place] for place in theirs]
    assert len(ours) == len(theirs)


def test_a_schedule_of_other_sizes_is_refused():
    with pytest.raises(ConfigInvalid, match="a schedule of 2 x 2 groups is none for 3 x 2"):
        CurriculumSampler(
            SELECTION, Schedule((2, 2), total_steps=2, groups_per_step=2), sizes(1, 3, 3), epoch=lambda: 0
        )
