"""`ckit doctor`: one line per check, exit code 1 where something is broken."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from curriculum_kit.doctor import Check, Health

Ckit = Callable[..., Any]

FINE = Check("python", Health.OK, "3.11")
ABSENT = Check("extra clip", Health.ABSENT, "pip install 'curriculum-kit[clip]'")
BROKEN = Check("duckdb", Health.BROKEN, "does not order rows")


@pytest.mark.parametrize(("checks", "code"), [([FINE, ABSENT], 0), ([FINE, BROKEN], 1)])
def test_only_what_is_broken_is_a_failure(
    checks: list[Check], code: int, ckit: Ckit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("curriculum_kit.doctor.examine", lambda: iter(checks))
    result = ckit("doctor")
    assert (result.code, result.err) == (code, "")
    # The brackets of an extra are no markup.
    shown = [" ".join(line.split()) for line in result.out.splitlines()]
    assert shown == [f"{check.name} {check.health.value} {check.detail}" for check in checks]
    as_json = ckit("doctor", "--json")
    assert as_json.code == code
    assert [tuple(entry.values()) for entry in json.loads(as_json.out)] == [
        (check.name, check.health.value, check.detail) for check in checks
    ]
