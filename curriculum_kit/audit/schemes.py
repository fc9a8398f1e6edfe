"""Which rows of a benchmark belong to one split: some publish several splits of the same rows."""

from __future__ import annotations

from collections.abc import Mapping

SCHEMES: Mapping[str, str] = {"med-r1": "axis"}
"""Benchmarks that publish several splits, with the metadata key that says which of them a row belongs to.

Med-R1 cuts the same rows along two axes: what is in train of one axis may be in test of the other by design.
"""


def scheme_sql(schemes: Mapping[str, str]) -> str:
    """Return the SQL expression for the split scheme of a row of `questions`: "" where there is but one.

    >>> print(scheme_sql({"med-r1": "axis"}))
    coalesce(CASE benchmark WHEN 'med-r1' THEN metadata['axis'] END, '')
    >>> print(scheme_sql({}))
    ''
    """
    if not schemes:
        return "''"
    cases = " ".join(f"WHEN {_quoted(name)} THEN metadata[{_quoted(key)}]" for name, key in sorted(schemes.items()))
    return f"coalesce(CASE benchmark {cases} END, '')"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
