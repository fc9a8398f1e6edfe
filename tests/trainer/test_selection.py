import numpy as np
import pyarrow as pa
import pytest

from curriculum_kit.errors import ConfigInvalid, NothingLeft, SchemaMismatch
from trainer.selection import select

TRAIN = ("train",)


def table(groups, **changed):
    """Return rows of groups given as (name, tier, split, wordings)."""
    columns = {
        "question_id": [name for name, _, _, k in groups for _ in range(k)],
        "group_id": [name for name, _, _, k in groups for _ in range(k)],
        "variant_id": [variant for *_, k in groups for variant in range(k)],
        "tier": [tier for _, tier, _, k in groups for _ in range(k)],
        "split": [split for _, _, split, k in groups for _ in range(k)],
        "solution": ["A" for *_, k in groups for _ in range(k)],
    }
    return pa.table(columns | changed)


MIXED = table([("a", 0, "train", 1), ("b", 0, "test", 1), ("c", 1, "train", 4), ("d", 2, "train", 2)])


def test_wordings_share_the_rollouts_of_their_group():
    chosen = select(MIXED, 8, TRAIN)
    assert chosen.starts.tolist() == [0, 2, 6]
    assert chosen.wordings.tolist() == [1, 4, 2]
    assert (chosen.tiers, chosen.tier_sizes, chosen.run_length) == ((0, 1, 2), (1, 1, 1), 2)
    assert chosen.rows_of(np.array([1, 0])).tolist() == [2, 2, 3, 3, 4, 4, 5, 5, *[0] * 8]
    assert chosen.left_out == {"of other splits": 1}


def test_tiers_and_wordings_can_be_fewer_and_are_counted():
    chosen = select(MIXED, 8, ("train", "test"), tiers=[1, 2], wordings=2)
    assert chosen.starts.tolist() == [2, 6]
    assert chosen.rows_of(np.array([0])).tolist() == [2, 2, 2, 2, 3, 3, 3, 3]
    assert chosen.left_out == {"of other tiers": 2, "fewer wordings than there are": 1}


def test_a_group_goes_whole_when_one_of_its_rows_lacks_an_image():
    chosen = select(MIXED, 8, TRAIN, missing=np.array([0, 0, 0, 0, 1, 0, 0, 0], bool))
    assert chosen.starts.tolist() == [0, 6]
    assert chosen.left_out == {"of other splits": 1, "without their image": 1}


def test_wordings_that_do_not_divide_the_rollouts_are_refused_unless_fewer_may_be_used():
    three = table([("a", 0, "train", 3)])
    with pytest.raises(ConfigInvalid, match=r"group a has 3 wordings, .* 8 rollouts; .* one of 1, 2, 4, 8"):
        select(three, 8, TRAIN)
    assert select(three, 8, TRAIN, wordings=4).wordings.tolist() == [2]
    with pytest.raises(
        ConfigInvalid, match=r"curriculum\.wordings 3 does not divide 8 rollouts; take one of 1, 2, 4, 8"
    ):
        select(three, 8, TRAIN, wordings=3)


@pytest.mark.parametrize(
    ("rows", "asked", "error", "message"),
    [
        (
            MIXED,
            {"tiers": [1, 5]},
            ConfigInvalid,
            r"curriculum\.tiers \[5\] are not there; the curriculum has \[0, 1, 2\]",
        ),
        (MIXED, {"splits": ["validation"]}, NothingLeft, "the splits are train, test"),
        (
            table([("a", 0, "train", 1), ("b", 0, "train", 1), ("a", 0, "train", 1)]),
            {},
            SchemaMismatch,
            "group a do not",
        ),
        (table([("a", 0, "train", 2)], solution=["A", ""]), {}, SchemaMismatch, "1 rows have no solution, a first"),
        (table([]).cast(MIXED.schema), {}, NothingLeft, "has no rows"),
    ],
)
def test_what_cannot_be_trained_on_is_refused(rows, asked, error, message):
    with pytest.raises(error, match=message):
        select(rows, 8, **{"splits": TRAIN} | asked)
