"""Which column holds which field: said by the user as `field=column`, or guessed from the columns' names.

Rejects a mapping that names a column the file does not have, and a guess that could go two ways.
"""

from __future__ import annotations

import difflib
import fnmatch
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from curriculum_kit.errors import ConfigInvalid, did_you_mean

FIELDS = ("question", "choices", "answer", "images", "split", "unit", "question_type", "modality", "id")
"""What a record has of its own; a mapping to any other name goes to metadata."""

_SEVERAL = ("choices", "images")
_GUESSES: dict[str, tuple[str, ...]] = {
    "question": ("question", "problem", "query", "prompt"),
    "choices": ("choices", "options"),
    "answer": ("answer", "solution", "gt_answer", "label", "answer_idx"),
    "images": ("images", "image", "image_path", "img_path"),
    "split": ("split",),
    "unit": ("unit",),
    "question_type": ("question_type",),
    "modality": ("modality",),
    "id": ("id", "question_id", "qid"),
}
_MAX_SHOWN = 40
_OPTION_COLUMN = re.compile(r"option_(?:[A-Za-z]|\d{1,2})")


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a field's value comes from: one column, several, or the same text for every row."""

    columns: tuple[str, ...] = ()
    several: bool = False
    constant: str | None = None

    def of(self, row: Mapping[str, Any]) -> Any:
        """Return the value in a row; a list where there are several columns, None where a column is absent."""
        if self.constant is not None:
            return self.constant
        return [row.get(column) for column in self.columns] if self.several else row.get(self.columns[0])


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field of a file comes from; `fields` always holds question and answer."""

    fields: Mapping[str, Cell]
    metadata: Mapping[str, Cell] = field(default_factory=dict)


def parse_mapping(pairs: Sequence[str]) -> dict[str, str]:
    """Return field to column for pairs such as `question=problem`; all mistakes stand in one `ConfigInvalid`.

    A column that begins with `=` is a text for every row. `choices` and `images` may name several columns, with
    commas, by repetition or as a pattern. A field that is not one of `FIELDS` becomes a key of the metadata.

    >>> parse_mapping(["question==Which organ is shown?", "answer=label", "choices=option_*"])
    {'question': '=Which organ is shown?', 'answer': 'label', 'choices': 'option_*'}
    """
    mapping: dict[str, str] = {}
    mistakes = []
    for pair in pairs:
        name, equals, column = (part.strip() for part in pair.partition("="))
        near = difflib.get_close_matches(name, FIELDS, n=1, cutoff=0.8)
        if not (name and equals and column.removeprefix("=").strip()):
            mistakes.append(f"{pair!r} is not FIELD=COLUMN")
        elif near and name not in FIELDS:
            mistakes.append(f"{name!r} is no field{did_you_mean(name, near)}")
        elif name in mapping and name not in _SEVERAL:
            mistakes.append(f"{name!r} is given twice")
        else:
            mapping[name] = f"{mapping[name]},{column}" if name in mapping else column
    if mistakes:
        raise ConfigInvalid(
            f"--map: {'; '.join(mistakes)}; write --map FIELD=COLUMN with a field of {', '.join(FIELDS)}, "
            "or any other name for metadata"
        )
    return mapping


def resolve_columns(mapping: Mapping[str, str], seen: Iterable[str], where: str) -> Columns:
    """Return where each field comes from in a file with the columns `seen`; `where` names the file for messages.

    Raises `ConfigInvalid` for mapped columns that are absent, guesses that could go two ways, and where question or
    answer is neither mapped nor guessed.
    """
    names = list(seen)
    cells: dict[str, Cell] = {}
    mistakes = []
    for name, wanted in mapping.items():
        cell = _find(wanted, names, several=name in _SEVERAL)
        missing = [column for column in cell.columns if column not in names]
        mistakes += [f"column {column!r} for {name} is absent{did_you_mean(column, names)}" for column in missing]
        cells[name] = cell
    if mistakes:
        raise ConfigInvalid(f"{where}: {'; '.join(mistakes)}; its columns are {_shown(names)}")
    used = {column for cell in cells.values() for column in cell.columns}
    for name in _GUESSES:
        if name not in cells and (guess := _guess(name, [column for column in names if column not in used])):
            if len(guess) > 1:
                columns = " or ".join(_shown(cell.columns) for cell in guess)
                mistakes.append(f"{name} could be {columns}: add --map {name}={guess[0].columns[0]}")
            cells[name] = guess[0]
    for name in ("question", "answer"):
        if name not in cells:
            mistakes.append(f"no column looks like the {name}: add --map {name}=COLUMN")
    if mistakes:
        raise ConfigInvalid(f"{where} has the columns {_shown(names)}; {'; '.join(mistakes)}")
    return Columns(
        fields={name: cell for name, cell in cells.items() if name in FIELDS},
        metadata={name: cell for name, cell in cells.items() if name not in FIELDS},
    )


def _find(wanted: str, names: list[str], several: bool) -> Cell:
    if wanted.startswith("="):
        return Cell(constant=wanted[1:])
    if not several or wanted in names:
        return Cell((wanted,))
    columns: list[str] = []
    for part in (part.strip() for part in wanted.split(",")):
        matches = sorted(fnmatch.filter(names, part), key=_natural) if part not in names else [part]
        columns += matches or [part]
    return Cell(tuple(dict.fromkeys(columns)), several=len(columns) > 1)


def _natural(name: str) -> list[tuple[int, str]]:
    """Sort key that puts option_2 before option_10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]


def _guess(name: str, names: list[str]) -> list[Cell]:
    """Return the columns that could hold a field by their names; case does not matter."""
    guesses = [Cell((column,)) for column in names if column.strip().lower() in _GUESSES[name]]
    options = sorted((column for column in names if _OPTION_COLUMN.fullmatch(column)), key=_natural)
    if name == "choices" and options:
        guesses.append(Cell(tuple(options), several=True))
    return guesses


def _shown(names: Sequence[str]) -> str:
    """Return names for a message: not too many, and printable whatever the source holds."""
    more = f", ... ({len(names)} in all)" if len(names) > _MAX_SHOWN else ""
    shown = ", ".join(name if name.isprintable() else repr(name) for name in names[:_MAX_SHOWN])
    return f"{shown}{more}"
