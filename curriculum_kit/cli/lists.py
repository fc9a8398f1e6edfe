"""Options that take several names or numbers with commas between them."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from curriculum_kit.errors import ConfigInvalid, did_you_mean

Name = TypeVar("Name", bound=StrEnum)


def named(text: str | None, known: type[Name], option: str) -> tuple[Name, ...]:
    """Return the members that a text names, in the order of the enum; all of them for `all` or None.

    Raises `ConfigInvalid` for a name that is none, or for none at all.

    >>> from curriculum_kit.enums import Fix
    >>> [fix.value for fix in named("prior, formats", Fix, "--fix")]
    ['formats', 'prior']
    """
    if text is None or text.strip() == "all":
        return tuple(known)
    wanted = [word.strip() for word in text.split(",") if word.strip()]
    names = [member.value for member in known]
    for word in wanted:
        if word not in names:
            raise ConfigInvalid(
                f"{option} {word!r} is unknown{did_you_mean(word, names)}; take all or some of {', '.join(names)}"
            )
    if not wanted:
        raise ConfigInvalid(f"{option} is empty; take all or some of {', '.join(names)}")
    return tuple(member for member in known if member in wanted)


def numbers(text: str | None, option: str) -> tuple[float, ...] | None:
    """Return the numbers that a text lists; None where it was not given. Raises `ConfigInvalid` for anything else.

    >>> numbers("0.2, 0.5,1", "--targets")
    (0.2, 0.5, 1.0)
    """
    if text is None:
        return None
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise ConfigInvalid(
            f"{option} {text!r} is no list of numbers; give them with commas, such as 0.3,0.5,0.7"
        ) from None


def whole_numbers(text: str | None, option: str) -> tuple[int, ...] | None:
    """Return the whole numbers that a text lists; None where it was not given. Raises as `numbers` does.

    >>> whole_numbers("1, 2", "--tiers")
    (1, 2)
    """
    if text is None:
        return None
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise ConfigInvalid(
            f"{option} {text!r} is no list of whole numbers; give them with commas, such as 1,2"
        ) from None


def named_numbers(text: str | None, option: str) -> dict[str, float] | None:
    """Return the numbers that a text gives names to; None where it was not given. Raises as `numbers` does.

    >>> named_numbers("text=1, clip_image=2", "--weights")
    {'text': 1.0, 'clip_image': 2.0}
    """
    if text is None:
        return None
    try:
        pairs = [part.split("=") for part in text.split(",")]
        return {name.strip(): float(number) for name, number in pairs}
    except ValueError:
        raise ConfigInvalid(f"{option} {text!r} names no numbers; write them as text=1,clip_image=2") from None
