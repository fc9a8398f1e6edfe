"""ckit's schedules over verl's rows, without verl: the order of rows, and configurations that make no sense."""

from collections import Counter
from types import SimpleNamespace

import pytest

from curriculum_kit.enums import ScheduleKind
from curriculum_kit.errors import ConfigInvalid
from curriculum_kit.exports.verl_curriculum import CurriculumSampler, rows_in_order
from curriculum_kit.schedule import Schedule

TIERS = [0, 0, 0, 0, 1, 1, 1, 1]


def _tiers(config: dict) -> list[int]:
    return [TIERS[row] for row in rows_in_order(TIERS, config)]


def test_rows_come_tier_by_tier_each_once() -> None:
    order = rows_in_order(TIERS, {"train_batch_size": 2})
    assert sorted(order) == list(range(8))
    assert _tiers({"train_batch_size": 2}) == TIERS


def test_the_schedule_is_the_shared_one() -> None:
    asked = {"kind": "mixed", "seed": 3, "replay": 0.5, "total_steps": 6}
    want = Schedule((4, 4), 6, 2, ScheduleKind.MIXED, 3, replay=0.5).order.ravel().tolist()
    assert rows_in_order(TIERS, {"train_batch_size": 2, "curriculum": asked}) == want


def test_the_batch_is_what_verl_fetches() -> None:
    assert len(rows_in_order(TIERS, {"train_batch_size": 2, "gen_batch_size": 3})) == 6
    assert len(rows_in_order(TIERS, {"train_batch_size": 3, "gen_batch_size": None})) == 6


def test_a_curriculum_from_the_hardest_tier_on() -> None:
    assert _tiers({"train_batch_size": 4, "curriculum": {"kind": "reversed"}}) == TIERS[::-1]


@pytest.mark.parametrize(
    ("curriculum", "says"),
    [
        ({"kin": "steps"}, r"unknown data.curriculum.kin \(did you mean 'kind'\?\); known are kind, seed"),
        ({"kind": "revers"}, r"unknown data.curriculum.kind 'revers' \(did you mean 'reversed'\?\)"),
        ({"kind": "steps", "replay": 0.1}, "replay goes with mixed, not with steps"),
    ],
)
def test_what_makes_no_sense_is_one_line(curriculum: dict, says: str) -> None:
    with pytest.raises(ConfigInvalid, match=says):
        rows_in_order(TIERS, {"train_batch_size": 2, "curriculum": curriculum})


def test_too_few_rows_and_rows_out_of_order_are_refused() -> None:
    with pytest.raises(ConfigInvalid, match=r"8 rows do not fill a batch of 9; lower data.train_batch_size"):
        rows_in_order(TIERS, {"train_batch_size": 9})
    with pytest.raises(ConfigInvalid, match="not in curriculum order"):
        rows_in_order([0, 1, 0], {"train_batch_size": 1})


def test_the_sampler_walks_the_same_way_every_epoch() -> None:
    rows = SimpleNamespace(dataframe={"extra_info": [{"tier": tier} for tier in TIERS]})
    sampler = CurriculumSampler(rows, {"train_batch_size": 2, "curriculum": {"kind": "shuffled", "total_steps": 12}})
    first = list(sampler)
    sampler.update(batch=None)
    assert list(sampler) == first
    assert len(sampler) == 24
    assert Counter(first) == dict.fromkeys(range(8), 3)
