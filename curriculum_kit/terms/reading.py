"""Tables of terms as files: tab- or comma-separated, one statement a row.

A table has the columns `term`, `relation` and `other`, named in its first row. `term` may hold several terms with `|`
between them, each of which the row is said of. Empty lines and lines that begin with `#` are skipped. A name that ends
in `.csv` means commas, any other tabs.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from curriculum_kit.errors import ConfigInvalid, SourceNotFound, did_you_mean
from curriculum_kit.labels import near_key
from curriculum_kit.terms.relation import Stated

COLUMNS = ("term", "relation", "other")

_SHOWN = 10
"""Mistakes that are told in full; of more it is said how many there are."""


@dataclass(frozen=True)
class Statement:
    """That a term is the same as, a part of or a kind of another; as spelled, with the line that says so."""

    line: int
    term: str
    relation: Stated
    other: str


@dataclass(frozen=True, order=True)
class Mistake:
    """What is wrong in a line of a table, and what to do about it."""

    line: int
    what: str


def built_in() -> list[Statement]:
    """Return the statements of the project's own table."""
    text = (files("curriculum_kit.terms") / "anatomy.tsv").read_text(encoding="utf-8")
    statements, mistakes = parse(text, "\t")
    assert not mistakes, mistakes
    return statements


def read(path: Path) -> tuple[list[Statement], list[Mistake]]:
    """Return the statements of a file and its mistakes; raise `SourceNotFound`, or `ConfigInvalid` if unreadable."""
    if not path.is_file():
        raise SourceNotFound(f"there is no file {path}; name a table of terms with the columns {', '.join(COLUMNS)}")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigInvalid(f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8 text") from error
    except OSError as error:
        raise ConfigInvalid(f"{path} cannot be read ({error.strerror}); check its permissions") from error
    return parse(text, "," if path.suffix.lower() == ".csv" else "\t")


def raise_for(mistakes: list[Mistake], path: Path) -> None:
    """Raise `ConfigInvalid` with all mistakes in the order of their lines, if there are any."""
    if not mistakes:
        return
    said = [f"line {mistake.line}: {mistake.what}" for mistake in sorted(set(mistakes))]
    more = [f"and {len(said) - _SHOWN} more"] if len(said) > _SHOWN else []
    raise ConfigInvalid(f"{path}: {'; '.join(said[:_SHOWN] + more)}")


def parse(text: str, delimiter: str) -> tuple[list[Statement], list[Mistake]]:
    """Return the statements of a table's text, and what is wrong with its other lines."""
    rows = list(_rows(text, delimiter))
    header = tuple(cell.lower() for cell in rows[0][1]) if rows else ()
    if header != COLUMNS:
        line = rows[0][0] if rows else 1
        separator = "tabs" if delimiter == "\t" else "commas"
        return [], [
            Mistake(line, f"the first row must name the columns {', '.join(COLUMNS)}, with {separator} between")
        ]
    statements: list[Statement] = []
    mistakes: list[Mistake] = []
    for line, cells in rows[1:]:
        if problem := _problem(cells):
            mistakes.append(Mistake(line, problem))
            continue
        terms, relation, other = cells
        statements += [Statement(line, term.strip(), Stated(relation), other) for term in terms.split("|")]
    return statements, mistakes


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of lines that say something, with their numbers. A cell cannot hold a line break."""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            try:
                cells = next(csv.reader([line])) if delimiter == "," else line.split(delimiter)
            except csv.Error:  # a cell of more than 131,072 characters
                cells = []
            yield number, [cell.strip() for cell in cells]


def _problem(cells: list[str]) -> str:
    """Return what is wrong with a row, "" where nothing is."""
    if len(cells) != len(COLUMNS):
        return f"{len(cells)} columns where {len(COLUMNS)} are needed ({', '.join(COLUMNS)})"
    terms, relation, other = cells
    if "|" in other:
        return f"several terms in the column other ({other!r}); only the column term may hold more than one"
    if relation not in list(Stated):
        known = ", ".join(Stated)
        return f"relation {relation!r} is not known{did_you_mean(relation, map(str, Stated))}; take one of {known}"
    if not all(near_key(term) for term in (*terms.split("|"), other)):
        return "a term is empty; fill it in or drop the row"
    return ""
