"""The schedule: who is seen when, how often, and that nothing but the arguments decides it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curriculum_kit.enums import ScheduleKind
from curriculum_kit.errors import ConfigInvalid
from curriculum_kit.schedule import Schedule

BY_TIER = (ScheduleKind.STEPS, ScheduleKind.MIXED, ScheduleKind.REVERSED)
RAMPS = (ScheduleKind.LINEAR, ScheduleKind.COMPETENCE)
PLAIN = tuple(kind for kind in ScheduleKind if kind is not ScheduleKind.MIXED)

sizes = st.lists(st.integers(1, 30), min_size=1, max_size=5).map(tuple)
asked = st.builds(
    Schedule, sizes, st.integers(1, 40), st.integers(1, 9), st.sampled_from(ScheduleKind), st.integers(0, 3)
)


def tiers_of(schedule: Schedule) -> np.ndarray:
    """Return the tier of every place."""
    return np.searchsorted(np.cumsum(schedule.tier_sizes), schedule.order, "right")


def test_steps_walk_the_tiers_in_order() -> None:
    schedule = Schedule((4, 2, 2), total_steps=4, groups_per_step=2)
    assert tiers_of(schedule).tolist() == [[0, 0], [0, 0], [1, 1], [2, 2]]
    assert sorted(schedule.order.ravel()) == list(range(8))
    back = Schedule((4, 2, 2), total_steps=4, groups_per_step=2, kind=ScheduleKind.REVERSED)
    assert tiers_of(back).tolist() == [[2, 2], [1, 1], [0, 0], [0, 0]]


def test_the_places_are_shared_out_by_the_sizes_of_the_tiers() -> None:
    assert np.bincount(tiers_of(Schedule((40, 20, 20), 5, 2)).ravel()).tolist() == [5, 3, 2]  # 5, 2.5, 2.5
    assert np.bincount(tiers_of(Schedule((40, 20, 20), 80, 2)).ravel()).tolist() == [80, 40, 40]


def test_the_ramps_reach_what_the_formulas_say() -> None:
    # Five steps, so that t is 0, 1/4, 1/2, 3/4 and 1; 0.2 + 0.8 t of 100, and the root of 0.04 + 0.96 t.
    linear = Schedule((50, 50), 5, 4, ScheduleKind.LINEAR, start=0.2)
    assert linear.reach.tolist() == [20, 40, 60, 80, 100]
    competence = Schedule((50, 50), 5, 4, ScheduleKind.COMPETENCE, start=0.2)
    assert competence.reach.tolist() == [20, 53, 73, 88, 100]  # 52.9, 72.1, 87.2


def test_a_ramp_is_quickened_only_where_groups_would_be_left_over() -> None:
    # One group to begin with, ten groups for ten places: each step must find a group that is new.
    schedule = Schedule((10,), 10, 1, ScheduleKind.LINEAR, start=0.01)
    assert schedule.reach.tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert schedule.order.ravel().tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_replay_takes_its_share_from_the_second_tier_on() -> None:
    schedule = Schedule((90, 81), 18, 10, ScheduleKind.MIXED, replay=0.1)
    tiers = tiers_of(schedule)
    # 90 places for the 90 groups of tier 0, and 90 for the 81 of tier 1: a tenth of these is replay.
    assert not tiers[:9].any()
    assert (tiers[9:] == 0).sum(axis=1).tolist() == [1] * 9
    replayed = schedule.order[9:][tiers[9:] == 0]
    assert len(np.unique(replayed)) == 9
    assert sorted({*schedule.order.ravel()}) == list(range(171))


def test_what_was_not_seen_is_not_replayed() -> None:
    order = Schedule((100, 100), 10, 10, ScheduleKind.MIXED, replay=0.3).order.ravel()
    first_of_tier_1 = int(np.argmax(order >= 100))
    easy = order[first_of_tier_1:][order[first_of_tier_1:] < 100]
    assert len(easy) == (100 - first_of_tier_1) * 3 // 10
    assert {*easy} <= {*order[:first_of_tier_1]}


@given(st.integers(2, 60), st.integers(1, 8), st.floats(0.01, 0.9))
def test_the_share_of_replay_is_met_from_any_place_on(size: int, groups: int, replay: float) -> None:
    schedule = Schedule((size, size), 30, groups, ScheduleKind.MIXED, replay=replay)
    order = schedule.order.ravel()
    later = order[np.argmax(order >= size) :] if (order >= size).any() else order[:0]
    replays = np.cumsum(later < size)
    assert (np.abs(replays - replay * np.arange(1, len(later) + 1)) <= 1 + replay).all()


def test_no_replay_is_steps() -> None:
    nothing = Schedule((5, 5, 5), 10, 3, ScheduleKind.MIXED, seed=4, replay=0.0)
    assert nothing.order.tolist() == Schedule((5, 5, 5), 10, 3, seed=4).order.tolist()


@given(sizes, st.integers(1, 9), st.sampled_from(PLAIN), st.integers(0, 5))
def test_one_place_per_group_is_each_group_once(
    tier_sizes: tuple[int, ...], groups_per_step: int, kind: ScheduleKind, seed: int
) -> None:
    groups = sum(tier_sizes)
    steps = math.ceil(groups / groups_per_step)
    seen = Schedule(tier_sizes, steps, groups_per_step, kind, seed).order.ravel()
    assert {*seen.tolist()} == {*range(groups)}  # what is more than one place per group is the rest of the last step
    if groups % groups_per_step == 0:
        assert sorted(seen.tolist()) == list(range(groups))


@given(asked)
def test_no_group_comes_twice_before_all_that_can_be_reached_have_come(schedule: Schedule) -> None:
    tiers = tiers_of(schedule).ravel()
    seen: dict[int, set[int]] = {}
    for place, group in enumerate(schedule.order.ravel().tolist()):
        if schedule.kind in BY_TIER:
            deck, size = int(tiers[place]), schedule.tier_sizes[tiers[place]]
        else:
            deck, size = 0, int(schedule.reach[place // schedule.groups_per_step])
        known = seen.setdefault(deck, set())
        replayed = schedule.kind is ScheduleKind.MIXED and deck < max(seen)
        assert group not in known or len(known) >= size or replayed
        known.add(group)


@given(asked)
def test_a_step_holds_no_group_twice_where_there_are_enough(schedule: Schedule) -> None:
    pools = schedule.tier_sizes if schedule.kind in BY_TIER else (sum(schedule.tier_sizes),)
    if min(pools) >= schedule.groups_per_step:
        assert all(len({*step}) == len(step) for step in schedule.order.tolist())


@given(asked)
def test_difficulty_goes_the_way_that_is_promised(schedule: Schedule) -> None:
    tiers = tiers_of(schedule).ravel()
    if schedule.kind is ScheduleKind.STEPS:
        assert (np.diff(tiers) >= 0).all()
    elif schedule.kind is ScheduleKind.REVERSED:
        assert (np.diff(tiers) <= 0).all()
    elif schedule.kind is ScheduleKind.MIXED:
        hardest = np.maximum.accumulate(tiers)
        assert (np.diff(hardest) >= 0).all()
        assert (tiers <= hardest).all()
    elif schedule.kind in RAMPS:
        assert (np.diff(schedule.reach) >= 0).all()
        assert schedule.reach[-1] == sum(schedule.tier_sizes)
        assert (schedule.order < schedule.reach[:, None]).all()


@given(asked, st.data())
def test_a_resumed_run_goes_on_as_if_it_had_not_stopped(schedule: Schedule, data: st.DataObject) -> None:
    step = data.draw(st.integers(0, schedule.total_steps - 1))
    fields = (schedule.tier_sizes, schedule.total_steps, schedule.groups_per_step, schedule.kind, schedule.seed)
    assert Schedule(*fields).groups_at(step).tolist() == schedule.order[step].tolist()


def test_the_seed_and_the_epoch_decide_the_order_within_a_tier() -> None:
    first, second = (Schedule((50,), 10, 10, seed=seed).order.ravel() for seed in (0, 1))
    assert sorted(first[:50]) == sorted(first[50:]) == list(range(50))
    assert first[:50].tolist() != first[50:].tolist()
    assert first.tolist() != second.tolist()


def test_any_group_may_come_first() -> None:
    firsts = {int(Schedule((4, 4), 2, 1, seed=seed).order[0, 0]) for seed in range(60)}
    assert firsts == {0, 1, 2, 3}


def test_a_longer_shuffled_run_begins_as_a_shorter_one() -> None:
    short, long = (Schedule((7, 7), steps, 3, ScheduleKind.SHUFFLED).order for steps in (4, 40))
    assert long[:4].tolist() == short.tolist()


def test_the_order_cannot_be_spoilt() -> None:
    schedule = Schedule((4,), 2, 2)
    with pytest.raises(ValueError, match="read-only"):
        schedule.groups_at(0)[0] = 9


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"tier_sizes": ()}, "tier sizes []: every tier needs a group; leave out empty tiers"),
        ({"tier_sizes": (3, 0)}, "tier sizes [3, 0]: every tier needs a group; leave out empty tiers"),
        ({"total_steps": 0}, "total_steps 0 must be 1 or more"),
        ({"groups_per_step": -1}, "groups_per_step -1 must be 1 or more"),
        ({"replay": 0.1}, "replay goes with mixed, not with steps; leave it out"),
        ({"start": 0.1, "kind": "shuffled"}, "start goes with linear or competence, not with shuffled; leave it out"),
        ({"replay": 1.0, "kind": "mixed"}, "replay 1.0 must be at least 0 and below 1"),
        ({"start": 0.0, "kind": "linear"}, "start 0.0 must be above 0 and at most 1"),
        ({"start": math.nan, "kind": "linear"}, "start nan must be above 0 and at most 1"),
    ],
)
def test_what_cannot_be_is_one_line(arguments: dict[str, object], says: str) -> None:
    fields = {"tier_sizes": (3, 3), "total_steps": 2, "groups_per_step": 2} | arguments
    fields["kind"] = ScheduleKind(fields.get("kind", "steps"))
    with pytest.raises(ConfigInvalid) as caught:
        Schedule(**fields)
    assert str(caught.value) == says


def test_a_step_beyond_the_end_is_one_line() -> None:
    with pytest.raises(ConfigInvalid, match=r"step 2 is not one of the 2 of the schedule; ask for more steps"):
        Schedule((3,), 2, 1).groups_at(2)
