"""What a check says: a figure, the rows that show it, a plain sentence and how much it matters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from curriculum_kit.enums import Check, Severity
from curriculum_kit.schemas import schema_of


def _nothing() -> pa.Table:
    return schema_of("evidence").empty_table()


@dataclass(frozen=True)
class Finding:
    """One row of `findings`, with its rows of `evidence`.

    `name` is stable and says what it is about (`formats/alone-begins-lower-case`); the check it belongs to is
    the part before the slash. `figure` is a share or rate in [0, 1] unless the sentence says otherwise.
    """

    check: Check
    what: str
    severity: Severity
    sentence: str
    figure: float | None = None
    expected: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    rows: int = 0
    of: int = 0
    evidence: pa.Table = field(default_factory=_nothing, compare=False)
    """Columns question_id, image_id, detail and, filled in by `evidence_table`, name."""

    @property
    def name(self) -> str:
        """The stable name: check/what."""
        return f"{self.check.value}/{self.what}"


def clear(check: Check, sentence: str, of: int) -> Finding:
    """Return the finding that there is none among `of` rows."""
    return Finding(check, "none", Severity.CLEAR, sentence, of=of)


def unchecked(check: Check, what: str, sentence: str) -> Finding:
    """Return the finding that something could not be checked; the sentence says why."""
    return Finding(check, what, Severity.UNCHECKED, sentence)


def evidence(
    question_ids: Sequence[str] | pa.Array | None = None,
    image_ids: Sequence[str | None] | pa.Array | None = None,
    detail: str | Sequence[str | None] | pa.Array | None = None,
) -> pa.Table:
    """Return rows of evidence; a detail that is one text holds for all of them."""
    given = question_ids if question_ids is not None else image_ids
    rows = 0 if given is None else len(given)
    details = [detail] * rows if isinstance(detail, str) else detail
    columns = [
        pa.nulls(rows, pa.string()) if values is None else _strings(values)
        for values in (question_ids, image_ids, details)
    ]
    return pa.table([pa.repeat(pa.scalar(""), rows), *columns], schema=schema_of("evidence"))


def _strings(values: Sequence[str | None] | pa.Array) -> pa.Array:
    return values.cast(pa.string()) if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values, pa.string())


def findings_table(findings: Iterable[Finding]) -> pa.Table:
    """Return the `findings` table, the gravest first, otherwise in the order given."""
    rank = {severity: place for place, severity in enumerate(Severity)}
    rows = [
        {"check": f.check.value, "name": f.name, "severity": f.severity.value, "sentence": f.sentence}
        | {name: getattr(f, name) for name in ("figure", "expected", "low", "high", "p_value", "rows", "of")}
        for f in sorted(findings, key=lambda f: rank[f.severity])
    ]
    return pa.Table.from_pylist(rows, schema=schema_of("findings"))


def evidence_table(findings: Iterable[Finding]) -> pa.Table:
    """Return the `evidence` of all findings, each row with the name of its finding."""
    named = [f.evidence.set_column(0, "name", pa.repeat(pa.scalar(f.name), f.evidence.num_rows)) for f in findings]
    return pa.concat_tables([table.cast(schema_of("evidence")) for table in named] or [_nothing()])
