"""The page: template, style and script in one file that asks for nothing else.

The data stand in a script element of type `application/json`, in which no `<` is left to end it; the script puts them
into the page as text. A content security policy lets run this script and this style, by their hashes, and forbids
every request.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import math
import re
from dataclasses import asdict
from importlib import resources
from typing import Any

from curriculum_kit.report.data import Report

_SCRIPTS = (
    "dom.js",
    "colours.js",
    "charts.js",
    "overview.js",
    "matrix.js",
    "heatmap_drawing.js",
    "heatmap.js",
    "matrix_section.js",
    "audit.js",
    "cards.js",
    "groups.js",
    "training.js",
    "provenance.js",
    "main.js",
)
"""In the order in which they use each other."""

_DIGITS = 6
"""Of a number in the page: more are not shown."""


def render(report: Report) -> str:
    """Return the page; the same report gives the same page."""
    style = _text("style.css")
    script = "(() => {\n'use strict';\n" + "\n".join(_text(name) for name in _SCRIPTS) + "\n})();"
    data = json.dumps(_plain(asdict(report)), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    parts = {
        "title": html.escape(f"{report.name}: a curriculum"),
        "policy": f"default-src 'none'; img-src data:; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'",
        "style": style,
        "script": script,
        "data": data.replace("<", "\\u003c"),
    }
    # In one pass: whatever stands in the data is no placeholder.
    return re.sub(r"\{\{(\w+)\}\}", lambda place: parts[place[1]], _text("page.html"))


def _text(name: str) -> str:
    return (resources.files("curriculum_kit.report") / "web" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii") + "'"


def _plain(value: Any) -> Any:
    """Return a value with rounded numbers, and None for what JSON has no number for."""
    if isinstance(value, float):
        return round(value, _DIGITS) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value
