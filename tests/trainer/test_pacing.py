import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curriculum_kit.errors import ConfigInvalid
from trainer.config import parse_config
from trainer.pacing import LAG, Pace, PaceConfig, Rule, parse_pace


def walked(pace: Pace, rates: list[float]) -> list[list[int]]:
    """Return the groups of every chunk of a run that passes at these rates, one fetched ahead as accelerate does."""
    found = [pace.groups_at(0).tolist()]
    for chunk, rate in enumerate(rates[: pace.total_steps]):
        if chunk + 1 < pace.total_steps:
            found.append(pace.groups_at(chunk + 1).tolist())
        pace.note(rate)
    return found


def test_the_next_tier_begins_when_the_last_chunks_pass() -> None:
    pace = Pace((4, 4, 4), 8, 2, PaceConfig(at=0.5, window=2))
    groups = walked(pace, [0.2, 0.6, 0.5, 0.9, 0.9, 0.1, 0.1, 0.1])
    # 0.2 and 0.6 are too little; 0.6 and 0.5, of chunks 1 and 2, decide chunk 4. Of tier 1, 0.9 and 0.1 pass.
    assert pace.targets() == (0, 0, 0, 0, 1, 1, 1, 2)
    assert [sorted({group // 4 for group in chunk}) for chunk in groups] == [[0]] * 4 + [[1]] * 3 + [[2]]


def test_no_group_of_a_tier_comes_twice_before_all_came_once() -> None:
    pace = Pace((4, 4), 4, 2, PaceConfig(at=1.0))
    groups = walked(pace, [0.0] * 4)
    assert sorted(groups[0] + groups[1]) == [0, 1, 2, 3]
    assert sorted(groups[2] + groups[3]) == [0, 1, 2, 3]


def test_the_target_moves_as_the_paper_says() -> None:
    pace = Pace((10,), 4, 1, PaceConfig(rule=Rule.ADARFT, eta=0.5, alpha=2.0, beta=0.5))
    walked(pace, [1.0, 0.5, 0.0, 0.0])
    # T + 0.5 tanh(2 (1 - 0.5)) = 0.3808 after chunk 0; nothing after chunk 1.
    assert pace.targets() == pytest.approx((0.0, 0.0, 0.38079708, 0.38079708))


def test_groups_nearest_the_target_come_first() -> None:
    pace = Pace((11,), 3, 3, PaceConfig(rule=Rule.ADARFT, eta=1.0, alpha=100.0))
    groups = walked(pace, [1.0, 1.0, 1.0])
    assert sorted(groups[0]) == [0, 1, 2]
    assert sorted(groups[1]) == [3, 4, 5]  # the target is where it was, and these have not come
    assert sorted(groups[2]) == [8, 9, 10]  # it has gone to the end


@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=4),
    st.integers(1, 5),
    st.lists(st.floats(0, 1), min_size=1, max_size=12),
    st.sampled_from(list(Rule)),
    st.data(),
)
def test_a_resumed_run_goes_on_exactly(sizes, per_chunk, rates, rule, data) -> None:
    whole = Pace(tuple(sizes), len(rates), per_chunk, PaceConfig(rule=rule, window=2), seed=3)
    walked(whole, rates)
    stop = data.draw(st.integers(0, len(rates)))
    again = Pace(tuple(sizes), len(rates), per_chunk, PaceConfig(rule=rule, window=2), seed=3, rates=rates[:stop])
    for chunk in range(len(rates)):
        assert again.groups_at(chunk).tolist() == whole.groups_at(chunk).tolist()
        if len(again.rates) < min(chunk + LAG, len(rates)):
            again.note(rates[len(again.rates)])
    assert all(0 <= group < sum(sizes) for chunk in range(len(rates)) for group in whole.groups_at(chunk))
    assert all(len(whole.groups_at(chunk)) == per_chunk for chunk in range(len(rates)))


def test_all_mistakes_of_the_section_are_told_at_once() -> None:
    with pytest.raises(ConfigInvalid) as seen:
        parse_pace({"rule": "adarf", "bta": 1, "at": 1.5, "window": 0})
    assert str(seen.value) == (
        "curriculum: pacing.bta is unknown (did you mean 'beta'?); pacing.rule 'adarf' (did you mean 'adarft'?); take "
        "threshold or adarft; pacing.at is 1.5, must be from 0 to 1; pacing.window is 0, must be from 1 to inf"
    )


@pytest.mark.parametrize(
    ("section", "says"),
    [
        (
            {"pacing": {"rule": "threshold"}, "schedule": "mixed"},
            "curriculum.schedule mixed and curriculum.pacing do not",
        ),
        ({"pacing": {"rule": "threshold"}, "rewards": {"format": 1.0}}, "curriculum.pacing needs the reward accuracy"),
        ({"pacing": "threshold"}, "curriculum.pacing is 'threshold', must be a section"),
        ({"pacing": {"rul": "x"}}, "pacing.rul is unknown (did you mean 'rule'?)"),
    ],
)
def test_what_does_not_go_with_it_is_one_line(section: dict, says: str) -> None:
    with pytest.raises(ConfigInvalid) as seen:
        parse_config({"curriculum": section})
    assert says in str(seen.value)


def test_beyond_the_end_is_one_line() -> None:
    with pytest.raises(ConfigInvalid, match="step 1 is not one of the 1 of the schedule"):
        Pace((2,), 1, 1, PaceConfig()).groups_at(1)
    assert isinstance(Pace((2,), 1, 1, PaceConfig()).groups_at(0), np.ndarray)
