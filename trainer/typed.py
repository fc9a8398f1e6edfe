"""Values of a config file in the types of the settings they are for.

Checked are plain types, and unions, lists and enums of these; whatever else an annotation says is left to who made it.
"""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from curriculum_kit.errors import did_you_mean


def types_of(of: Any) -> dict[str, Any]:
    """Return the types of the settings of a dataclass; `Any` where the annotation cannot be resolved."""
    try:
        hints = typing.get_type_hints(of)
    except NameError:
        hints = {}
    return {each.name: hints.get(each.name, Any) for each in dataclasses.fields(of) if each.init}


def as_type(value: Any, kind: Any) -> Any:
    """Return the value in a type; raise a `ValueError` that says what it must be.

    >>> as_type("1e-5", float), as_type([1, 2], tuple[int, ...])
    (1e-05, (1, 2))
    """
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return _as_one_of(value, parts)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _as_member(value, kind)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise ValueError("must be a list")
        return tuple(as_type(each, parts[0]) for each in value)
    if origin is Mapping:
        if not isinstance(value, Mapping) or not value:
            raise ValueError("must be a section of name: number")
        return {str(name): as_type(number, float) for name, number in value.items()}
    convert = _PLAIN.get(kind)
    return convert(value) if convert else value


def _as_one_of(value: Any, parts: Iterable[Any]) -> Any:
    kinds = [part for part in parts if part is not types.NoneType]
    if value is None:
        return None
    for kind in kinds:
        try:
            return as_type(value, kind)
        except ValueError as error:
            reason = error
    raise reason if len(kinds) == 1 else ValueError(f"must be one of {', '.join(_name(kind) for kind in kinds)}")


def _name(kind: Any) -> str:
    return getattr(kind, "__name__", str(kind))


def _as_member(value: Any, kind: Any) -> Any:
    known = [member.value for member in kind]
    if value not in known:
        raise ValueError(f"must be one of {', '.join(known)}{did_you_mean(str(value), known)}")
    return kind(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("must be a whole number")
    return value


def _number(value: Any) -> float:
    # YAML 1.1 reads 1e-5, without a point, as text.
    try:
        if isinstance(value, bool) or not math.isfinite(float(value)):
            raise ValueError
        return float(value)
    except (TypeError, ValueError):
        raise ValueError("must be a number") from None


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text")
    return value


_PLAIN: Mapping[Any, Callable[[Any], Any]] = {
    int: _whole,
    float: _number,
    bool: _flag,
    str: _text,
    Path: lambda value: Path(value) if isinstance(value, Path) else Path(_text(value)),
}
