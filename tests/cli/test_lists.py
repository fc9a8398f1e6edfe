"""Options that take several names."""

from enum import StrEnum

import pytest

from curriculum_kit.cli.lists import named
from curriculum_kit.errors import ConfigInvalid


class Organ(StrEnum):
    LIVER = "liver"
    GUT = "gut"
    SPLEEN = "spleen"


@pytest.mark.parametrize("text", [None, "all", " all ", "spleen,gut,liver", "gut, spleen ,liver,gut"])
def test_all_of_them_in_the_order_of_the_enum(text: str | None) -> None:
    assert named(text, Organ, "--organ") == (Organ.LIVER, Organ.GUT, Organ.SPLEEN)


def test_some_of_them_once_each() -> None:
    assert named("spleen,liver,,spleen", Organ, "--organ") == (Organ.LIVER, Organ.SPLEEN)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("gut,splen", "--organ 'splen' is unknown (did you mean 'spleen'?); take all or some of liver, gut, spleen"),
        ("zebra", "--organ 'zebra' is unknown; take all or some of liver, gut, spleen"),
        ("LIVER", "--organ 'LIVER' is unknown; take all or some of liver, gut, spleen"),
        ("", "--organ is empty; take all or some of liver, gut, spleen"),
        (" , ", "--organ is empty; take all or some of liver, gut, spleen"),
    ],
)
def test_a_name_that_is_none_is_said_with_those_that_are(text: str, says: str) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        named(text, Organ, "--organ")
    assert str(caught.value) == says
