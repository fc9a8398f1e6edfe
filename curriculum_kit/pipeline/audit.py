"""`ckit audit`: every check over one folder, as a table of findings and a table of the rows that show them.

Reads what `ckit ingest` or `ckit build-curriculum` wrote. Writes `audit/findings`, `audit/evidence` and, where
it could be estimated, `audit/blind` there.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from curriculum_kit import __version__
from curriculum_kit.audit.blind import blind_findings, blind_solvability, blind_table, word_findings
from curriculum_kit.audit.enough import too_little
from curriculum_kit.audit.findings import Finding, evidence_table, findings_table, unchecked
from curriculum_kit.audit.leaks import leak_findings
from curriculum_kit.audit.options import answers_not_offered
from curriculum_kit.enums import Check
from curriculum_kit.errors import OutputOccupied, OutputUnwritable
from curriculum_kit.pipeline.audited import open_audited, reading_checks
from curriculum_kit.pipeline.cheap_checks import CHEAP
from curriculum_kit.pipeline.open import open_views
from curriculum_kit.schemas import SCHEMA_VERSION
from curriculum_kit.storage import MANIFEST, OutputFolder, explain_os_error, rows_in, sha256_of, write_json, write_table

if TYPE_CHECKING:
    from curriculum_kit.pipeline.alike import Alike

Progress = Callable[[str, int, int], None]
AUDIT_FOLDER = "audit"


_OF_OPTIONS = (Check.FORMATS, Check.LETTERS, Check.OPTIONS, Check.PRIOR, Check.WORDS, Check.BLIND)
_NO_OPTIONS = (
    "No question has choices, so that nothing can be said of their form and letters, of equal ones, of how often each "
    "is right, and of what is right without the image. ckit build-curriculum draws choices; audit what it writes."
)


@dataclass(frozen=True)
class Audit:
    """What an audit found."""

    folder: Path
    where: str | None
    questions: int
    findings: pa.Table
    """The `findings` table, the gravest first."""
    evidence: pa.Table
    """The `evidence` table: the rows that show each finding."""
    blind: pa.Table | None
    """The `blind` table; None where blind solvability was not looked at or could not be estimated."""


def audit(
    folder: Path,
    *,
    where: str | None = None,
    checks: Collection[Check] = tuple(Check),
    seed: int = 0,
    alike: Alike | None = None,
    progress: Progress = lambda *_: None,
) -> Audit:
    """Run `checks` over the questions of a folder that meet `where`; nothing is written.

    `alike` are images that are nearly the same to a model, as `find_alike` gives them: one more way to leak.
    Raises a `CkitError` in one line for a folder that is no ingest and no curriculum, a condition that fails or
    that no question meets.

    >>> audit(Path("no-such-folder"))
    Traceback (most recent call last):
    curriculum_kit.errors.SourceNotFound: no-such-folder does not exist; name a folder that ckit ...
    """
    audited = open_audited(folder, where)
    wanted = [check for check in Check if check in checks]
    findings: list[Finding] = []
    blind = None
    with reading_checks(folder):
        for done, check in enumerate(wanted):
            progress("checks", done, len(wanted))
            if check in _OF_OPTIONS and not len(audited.labels):
                findings.append(unchecked(check, "all", _NO_OPTIONS))
                findings += answers_not_offered(audited.rejects) if check is Check.OPTIONS else []
            elif check is Check.WORDS:
                findings += word_findings(audited.labels)
            elif check is Check.BLIND:
                estimate = blind_solvability(audited.labels, seed=seed, on_progress=progress)
                findings += blind_findings(estimate, audited.labels)
                blind = None if too_little(audited.labels) else blind_table(estimate, audited.labels)
            elif check is Check.LEAKS and alike is not None:
                findings += leak_findings(audited.database, alike=alike.pairs) + alike.findings
            else:
                findings += CHEAP[check](audited)
    progress("checks", len(wanted), len(wanted))
    return Audit(folder, where, audited.questions, findings_table(findings), evidence_table(findings), blind)


def check_place(folder: Path) -> None:
    """Raise in one line, before any check is made, what would keep `save_audit` from writing below `folder`."""
    open_views(folder)  # a folder that is not ours is left as it is
    place = folder / AUDIT_FOLDER
    try:
        if place.exists():
            with _claimed(place):
                return
        with tempfile.TemporaryFile(dir=folder):
            return
    except OSError as error:
        raise explain_os_error(error, folder) from error


@contextlib.contextmanager
def _claimed(place: Path) -> Iterator[OutputFolder]:
    """Take the folder of the findings; where it is not free, say so without the -o that an audit does not have."""
    try:
        with OutputFolder.claim(place, "audit", force=False) as folder:
            yield folder
    except (OutputOccupied, OutputUnwritable) as error:
        raise type(error)(f"{str(error).rpartition(';')[0]}; findings are written there, make room for them") from error


def save_audit(found: Audit) -> Path:
    """Write the tables of an audit to `audit/` in the folder that was audited; return where."""
    output = found.folder / AUDIT_FOLDER
    tables = {"findings": found.findings, "evidence": found.evidence} | ({"blind": found.blind} if found.blind else {})
    try:
        with _claimed(output) as folder:
            folder.forget_manifest()
            for name, table in tables.items():
                write_table(folder.scratch / f"{name}.parquet", table, name)
                folder.publish(folder.scratch / f"{name}.parquet", f"{name}.parquet")
            if found.blind is None:
                (output / "blind.parquet").unlink(missing_ok=True)
            files = {f"{name}.parquet": output / f"{name}.parquet" for name in tables}
            write_json(
                output / MANIFEST,
                {
                    "kind": "audit",
                    "ckit": __version__,
                    "schema_version": SCHEMA_VERSION,
                    "audited": sha256_of(found.folder / MANIFEST),
                    "where": found.where,
                    "questions": found.questions,
                    "files": {name: {"rows": rows_in(at), "sha256": sha256_of(at)} for name, at in files.items()},
                },
            )
    except OSError as error:
        raise explain_os_error(error, output) from error
    return output
