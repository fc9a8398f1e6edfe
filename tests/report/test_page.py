"""The page as text: one file, data that cannot end their element, and a policy that forbids every request."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curriculum_kit.report import render
from curriculum_kit.report.page import _plain

Make = Callable[..., Any]

EVIL = "</script><script>alert(1)</script><!--{{script}}"


@pytest.fixture
def page(shard_row: Make, tables: Make, report_of: Make) -> str:
    rows = [shard_row(number, question=EVIL) for number in range(3)]
    return render(report_of(tables(rows, similarity={("gut", "liver"): 0.5}), name=EVIL))


def test_questions_cannot_leave_the_data(page: str) -> None:
    assert page.count("<script") == page.count("</script>") == 2
    data = re.search(r'<script id="data" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    assert "<" not in data[1]
    assert {card["question"] for card in json.loads(data[1])["cards"]} == {EVIL}
    assert "<title>&lt;/script&gt;" in page


def test_the_policy_allows_this_script_and_style_and_nothing_else(page: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    rules = dict(rule.split(" ", 1) for rule in policy[1].split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["img-src"] == "data:"
    for name, pattern in (("script-src", r"<script>(.*?)</script>"), ("style-src", r"<style>(.*?)</style>")):
        text = re.search(pattern, page, re.DOTALL)
        assert text is not None
        digest = base64.b64encode(hashlib.sha256(text[1].encode()).digest()).decode()
        assert rules[name] == f"'sha256-{digest}'"


def test_nothing_is_loaded_from_elsewhere(page: str) -> None:
    code = re.sub(r'<script id="data".*?</script>', "", page, flags=re.DOTALL)
    assert re.findall(r"https?://[^\s\"'`]+", code) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|@import|url\(", code)


def test_equal_reports_are_equal_pages(shard_row: Make, tables: Make, report_of: Make) -> None:
    rows = [shard_row(number, difficulty=number / 50) for number in range(50)]
    first, second = (render(report_of(tables(rows))) for _ in range(2))
    assert (first == second) is True  # a diff of two pages takes minutes


@given(
    st.recursive(st.none() | st.floats() | st.text(), lambda part: st.lists(part) | st.dictionaries(st.text(), part))
)
def test_any_number_becomes_json(value: Any) -> None:
    json.loads(json.dumps(_plain(value), allow_nan=False))
