"""The checks that take seconds for a million questions: part of every audit, and of every build."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import duckdb

from curriculum_kit.audit.blind import prior_findings
from curriculum_kit.audit.classes import class_findings
from curriculum_kit.audit.contradictions import contradiction_findings
from curriculum_kit.audit.findings import Finding, findings_table
from curriculum_kit.audit.formats import AS_GIVEN, AS_SHOWN, format_findings
from curriculum_kit.audit.images import image_findings
from curriculum_kit.audit.leaks import leak_findings
from curriculum_kit.audit.letters import letter_findings
from curriculum_kit.audit.options import answers_not_offered, option_findings
from curriculum_kit.audit.path_text import path_findings
from curriculum_kit.enums import Check
from curriculum_kit.pipeline.audited import Audited
from curriculum_kit.pipeline.runner import Facts
from curriculum_kit.pipeline.sources import Source
from curriculum_kit.pipeline.sql import from_tables

CHEAP: Mapping[Check, Callable[[Audited], list[Finding]]] = {
    Check.FORMATS: lambda a: [*format_findings(a.spellings, AS_GIVEN), *format_findings(a.labels, AS_SHOWN)],
    Check.LETTERS: lambda a: letter_findings(a.labels),
    Check.OPTIONS: lambda a: [*option_findings(a.spellings, a.labels), *answers_not_offered(a.rejects)],
    Check.PRIOR: lambda a: prior_findings(a.labels),
    Check.LEAKS: lambda a: leak_findings(a.database),
    Check.CONTRADICTIONS: lambda a: contradiction_findings(a.database),
    Check.IMAGES: lambda a: image_findings(a.database),
    Check.PATHS: lambda a: path_findings(a.database),
    Check.CLASSES: lambda a: class_findings(a.database),
}
"""What each check is made of."""


_IN_A_BUILD: Mapping[Check, Callable[[Audited], list[Finding]]] = {
    **{check: CHEAP[check] for check in (Check.LETTERS, Check.PRIOR, Check.LEAKS, Check.CONTRADICTIONS)},
    **{check: CHEAP[check] for check in (Check.IMAGES, Check.CLASSES)},
    # Shards show canonical labels: how the source spelled them no longer matters.
    Check.FORMATS: lambda a: format_findings(a.labels, AS_SHOWN),
    Check.OPTIONS: lambda a: option_findings(a.labels, a.labels),
}
MOST_OPTIONS_OF = 200_000
"""Questions that a build makes statistics of options over, so that its memory does not grow with their number."""


def cheap_audit(database: duckdb.DuckDBPyConnection, questions: Path, sources: Sequence[Source]) -> Facts:
    """Return what the cheap checks find in the questions of a curriculum, as rows of `findings`."""
    database.execute(f"CREATE OR REPLACE VIEW questions AS SELECT * FROM {from_tables([questions])}")
    images = from_tables(source.images for source in sources)
    asked = "WHERE image_id IN (SELECT unnest(image_ids) FROM questions)"
    database.execute(f"CREATE OR REPLACE VIEW images AS SELECT * FROM {images} {asked}")
    audited = Audited(database, sample=MOST_OPTIONS_OF)
    findings = [finding for check in Check if check in _IN_A_BUILD for finding in _IN_A_BUILD[check](audited)]
    return {"statistics_over": len(audited.labels), "findings": findings_table(findings).to_pylist()}
