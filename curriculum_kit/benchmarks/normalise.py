"""From a source's records to rows of the tables: one treatment for every benchmark.

Reads `Record`s and `Rejected`s, gives `Batch`es of questions, images and rejects. Turns away records
with an empty question or answer, an answer that is not offered, fewer than two distinct choices or
more than 26, an image path that leaves the image root, and text that no table can hold.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from curriculum_kit.benchmarks.base import Batch, Record, Rejected, RowError, raw_text, source_file
from curriculum_kit.errors import SourceUnreadable
from curriculum_kit.labels import fold_label
from curriculum_kit.schemas import MAX_CHOICES, Reason, schema_of

ROWS_PER_BATCH = 20_000

_fold = lru_cache(maxsize=65_536)(fold_label)
"""A benchmark has far fewer spellings than options; the bound is for those that have not."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A question that made it, with the pairs of label and spelling it uses."""

    values: dict[str, Any]
    surfaces: list[tuple[str, str]]


def question_id(benchmark: str, identity: str) -> str:
    """Return the id of a record: the benchmark's name and 64 bits of BLAKE2b over what makes it itself."""
    digest = hashlib.blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return f"{benchmark}-{digest}"


def safe_image_path(raw: str) -> str | None:
    """Return an image path relative to the image root, or None where it would leave the root.

    >>> safe_image_path(" ./Images//MIAS/mdb084.png")
    'Images/MIAS/mdb084.png'
    >>> safe_image_path("../secret.png") is None and safe_image_path("/etc/passwd") is None
    True
    """
    text = raw.strip().replace("\\", "/")
    # Not pathlib, which takes a quarter of the time of reading a benchmark.
    parts = [part for part in text.split("/") if part not in {"", "."}]
    if not parts or text.startswith("/") or ".." in parts or ":" in parts[0] or "\0" in text:
        return None
    return "/".join(parts)


def image_id(benchmark: str, path: str) -> str:
    """Return the key of an image in `images.parquet`."""
    return f"{benchmark}:{path}"


def _clean(text: str, field: str) -> str:
    if "\0" in text:
        raise RowError(Reason.NUL_BYTE, field)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise RowError(Reason.NOT_UTF8, field) from None
    return text.strip()


def _fold_choices(record: Record) -> tuple[list[str], list[str], list[tuple[str, str]]]:
    """Return the distinct labels in order, the label of each given option, and the spellings."""
    if len(record.choices) > MAX_CHOICES:
        raise RowError(Reason.TOO_MANY_CHOICES, f"{len(record.choices)} options, at most {MAX_CHOICES}")
    spellings = [_clean(choice, "choices") for choice in record.choices]
    labels = [_fold(spelling) for spelling in spellings]
    distinct = list(dict.fromkeys(label for label in labels if label))
    if labels and len(distinct) < 2:
        doubled = len([label for label in labels if label]) > len(distinct)
        raise RowError(Reason.DUPLICATE_CHOICES if doubled else Reason.TOO_FEW_CHOICES, ", ".join(labels))
    return distinct, labels, [pair for pair in zip(labels, spellings, strict=True) if pair[0]]


def _find_answer(record: Record, distinct: list[str], labels: list[str]) -> str:
    """Return the canonical label of the right choice."""
    by_index: str | None = None
    if record.answer_index is not None:
        if not 0 <= record.answer_index < len(labels):
            raise RowError(Reason.ANSWER_NOT_IN_CHOICES, f"option {record.answer_index} of {len(labels)}")
        by_index = labels[record.answer_index]
    by_text = None if record.answer is None else _fold(_clean(record.answer, "answer"))
    if not by_index and not by_text:
        raise RowError(Reason.ANSWER_EMPTY)
    if by_text and distinct and by_text not in distinct:
        raise RowError(Reason.ANSWER_NOT_IN_CHOICES, by_text)
    if by_index is not None and by_text and by_index != by_text:
        raise RowError(Reason.ANSWER_CONTRADICTORY, f"letter says {by_index!r}, text says {by_text!r}")
    return by_index or by_text or ""


def _row(record: Record, benchmark: str) -> _Row:
    question = _clean(record.question, "question")
    if not question:
        raise RowError(Reason.QUESTION_EMPTY)
    distinct, labels, surfaces = _fold_choices(record)
    answer = _find_answer(record, distinct, labels)
    if not distinct and record.answer is not None:
        surfaces = [(answer, record.answer.strip())]
    paths = [safe_image_path(_clean(path, "image")) for path in record.images]
    if None in paths:
        raise RowError(Reason.IMAGE_PATH_UNSAFE, record.images[paths.index(None)])
    images = [image_id(benchmark, path) for path in paths if path]
    metadata = {key: _clean(value, key) for key, value in record.metadata.items()}
    merged = [label for label in distinct if labels.count(label) > 1]
    if merged:
        metadata["merged_choices"] = json.dumps(merged, ensure_ascii=False)
    values = {
        "question_id": question_id(benchmark, record.identity),
        "benchmark": benchmark,
        "split": record.split.value,
        "unit_id": _clean(record.unit, "unit") if record.unit else (images[0] if images else f"{benchmark}:none"),
        "image_ids": images,
        "question": question,
        "answer": answer,
        "choices": distinct,
        "answer_index": distinct.index(answer) if distinct else None,
        "question_type": _clean(record.question_type, "question_type") or None if record.question_type else None,
        "modality": _clean(record.modality, "modality") or None if record.modality else None,
        "metadata": list(metadata.items()),
        "choices_as_given": [_clean(choice, "choices") for choice in record.choices] or None,
    }
    return _Row(values, surfaces)


def rejects_table(rejected: Iterable[Rejected], benchmark: str, stage: str = "ingest") -> pa.Table:
    """Return rejects as rows of `rejects.parquet`."""
    rows = [
        {
            "stage": stage,
            "benchmark": benchmark,
            "source": raw_text(r.source),
            "position": r.position,
            "reason": r.reason.value,
            "detail": None if r.detail is None else raw_text(r.detail)[:500],
            "record": raw_text(r.raw),
        }
        for r in rejected
    ]
    return pa.Table.from_pylist(rows, schema=schema_of("rejects"))


def images_table(ids_and_paths: Iterable[tuple[str, str]]) -> pa.Table:
    """Return images that nobody has looked at yet, one row each."""
    rows: list[dict[str, Any]] = [
        {"image_id": key, "path": path, "width": None, "height": None, "sha256": None, "phash": None,
         "status": None, "regions": []}
        for key, path in ids_and_paths
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=schema_of("images"))


def batches(records: Iterable[Record | Rejected], benchmark: str, size: int = ROWS_PER_BATCH) -> Iterator[Batch]:
    """Yield `Batch`es of up to `size` records; every record ends among the questions or the rejects."""
    stream = iter(records)
    while chunk := list(itertools.islice(stream, size)):
        rows: list[dict[str, Any]] = []
        rejected: list[Rejected] = []
        surfaces: set[tuple[str, str]] = set()
        for item in chunk:
            if isinstance(item, Rejected):
                rejected.append(item)
                continue
            try:
                row = _row(item, benchmark)
            except RowError as turned:
                rejected.append(Rejected(item.source, item.position, turned.reason, item.raw, turned.detail))
                continue
            rows.append(row.values)
            surfaces.update(row.surfaces)
        seen = dict.fromkeys(key for row in rows for key in row["image_ids"])
        yield Batch(
            questions=pa.Table.from_pylist(rows, schema=schema_of("questions")),
            images=images_table((key, key.removeprefix(f"{benchmark}:")) for key in seen),
            rejects=rejects_table(rejected, benchmark),
            surfaces=surfaces,
        )


def read_files(
    files: Iterable[Path], source: Path, benchmark: str, records_of: Callable[[Path], Iterable[Record | Rejected]]
) -> Iterator[Batch]:
    """Yield the batches of all `files`, one file in memory at a time.

    The last batch of a file names it among its `sources`: a file counts as read when all its rows
    are out. A file without a single row raises `SourceUnreadable`.
    """
    for path in files:
        last: Batch | None = None
        for batch in batches(records_of(path), benchmark):
            if last is not None:
                yield last
            last = batch
        if last is None:
            raise SourceUnreadable(f"{path} holds no rows; fetch it again")
        yield replace(last, sources=(source_file(path, source),))
