"""Errors: one line, one family, a likely value."""

import pytest

from curriculum_kit import errors
from curriculum_kit.errors import CkitError, SourceNotFound, did_you_mean


def test_a_message_is_one_line_whatever_was_put_into_it() -> None:
    assert str(SourceNotFound("a\n  b.json\tdoes not\r\nexist ")) == "a b.json does not exist"


def test_every_error_can_be_caught_as_one() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert len(kinds) > 5
    assert all(issubclass(kind, CkitError) for kind in kinds)


@pytest.mark.parametrize(
    ("value", "offered"),
    [("teirs", " (did you mean 'tiers'?)"), ("tier", " (did you mean 'tiers'?)"), ("xyz", ""), ("", "")],
)
def test_a_likely_value_is_offered(value: str, offered: str) -> None:
    assert did_you_mean(value, iter(["tiers", "choices"])) == offered
