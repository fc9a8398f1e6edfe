"""A real Chromium, driven over a pipe by the DevTools protocol, and a small report."""

import contextlib
import copy
import fcntl
import itertools
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from curriculum_kit.report import Report
from curriculum_kit.report.audit import audit_of
from curriculum_kit.report.cards import Sample, cards_of, draw
from curriculum_kit.report.matrix import matrix_of
from curriculum_kit.report.overview import answers_of, channels_of, curve_of, histograms_of, tiers_of
from curriculum_kit.report.provenance import provenance_of
from curriculum_kit.report.thumbnails import Picture
from curriculum_kit.schemas import schema_of

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_SECONDS = 60


class Tab:
    """A page of the browser: what it was told, what it logged, and what it asked of the network."""

    def __init__(self, send: int, receive: int) -> None:
        self._send, self._receive = send, receive
        self._numbers = itertools.count(1)
        self._read = b""
        self._session: dict[str, str] = {}
        self.complaints: list[str] = []
        self.requests: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = {"sessionId": self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]}
        for domain in ("Runtime", "Log", "Network", "Page"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **values: Any) -> dict[str, Any]:
        """Return what a method of the protocol answers."""
        number = next(self._numbers)
        os.write(
            self._send, json.dumps({"id": number, "method": method, "params": values, **self._session}).encode() + b"\0"
        )
        while (message := self._next()).get("id") != number:
            self._note(message)
        assert "error" not in message, message
        return message["result"]

    def _next(self) -> dict[str, Any]:
        until = time.monotonic() + _SECONDS
        while b"\0" not in self._read:
            assert select.select([self._receive], [], [], max(until - time.monotonic(), 0))[0], "the browser is silent"
            more = os.read(self._receive, 1 << 20)
            assert more, "the browser has gone"
            self._read += more
        message, self._read = self._read.split(b"\0", 1)
        return json.loads(message)

    def _note(self, message: dict[str, Any]) -> None:
        method, values = message.get("method"), message.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(values["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(values["exceptionDetails"]))
        elif method in {"Runtime.consoleAPICalled", "Log.entryAdded"}:
            self.complaints.append(json.dumps(values))

    def run(self, script: str) -> Any:
        """Return the value of an expression in the page, or of the promise that it is."""
        found = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def open(self, page: Path, asked: str = "", *, width: int = 1280, height: int = 900) -> None:
        """Open a page in a window of this size and wait until it is drawn."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=page.resolve().as_uri() + asked)
        self.until("document.readyState === 'complete' && location.protocol === 'file:'")
        self.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def until(self, script: str) -> None:
        """Wait until an expression in the page is true."""
        until = time.monotonic() + _SECONDS
        while not self.run(script):
            assert time.monotonic() < until, script
            time.sleep(0.02)

    def press(self, key: str) -> None:
        """Press and release a key."""
        for kind in ("keyDown", "keyUp"):
            text = {"text": key} if kind == "keyDown" and len(key) == 1 else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, **text)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the browser, or skip and say that there is none."""
    found = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if found is None:
        pytest.skip("no Chromium is installed: apt-get install chromium")
    return found


def _high_pipe() -> list[int]:
    """Return both ends of a pipe, as descriptors from 10 on."""
    low = os.pipe()
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in low]
    for end in low:
        os.close(end)
    return high


@pytest.fixture(scope="session")
def browser(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """Return a tab of a headless Chromium with a profile of its own."""
    # Chromium reads the protocol from descriptor 3 and writes to 4, so none of these may be one of the two.
    to_browser, send = _high_pipe()
    receive, from_browser = _high_pipe()
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
    profile = f"--user-data-dir={tmp_path_factory.mktemp('profile')}"
    start = f"import os, sys; os.dup2({to_browser}, 3); os.dup2({from_browser}, 4); os.execv(sys.argv[1], sys.argv[1:])"
    process = subprocess.Popen(
        [sys.executable, "-c", start, chromium, *flags, profile, "--remote-debugging-pipe"],
        pass_fds=(to_browser, from_browser),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_browser)
    os.close(from_browser)
    try:
        yield Tab(send, receive)
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        os.close(send)
        os.close(receive)


@pytest.fixture
def tab(browser: Tab) -> Tab:
    """Return the tab, with nothing logged yet."""
    browser.complaints.clear()
    browser.requests.clear()
    return browser


def _row(number: int, **other: Any) -> dict[str, Any]:
    """Return a shard row of four choices; every field but the number can be given."""
    choices = other.get("choices", ["gut", "heart", "liver", "lung"])
    answer_index = other.pop("answer_index", 0)
    row = {
        "question_id": f"q{number}",
        "group_id": f"q{number}",
        "variant_id": 0,
        "tier": 0,
        "difficulty": 0.5,
        "benchmark": "tiny",
        "split": "train",
        "unit_id": f"unit{number}",
        "question": f"What does picture {number} show?",
        "choices": choices,
        "answer": choices[answer_index],
        "answer_index": answer_index,
        "solution": "ABCDEFGH"[answer_index],
        "prompt": [],
        "images": [{"bytes": None, "path": f"{number}.png"}],
        "metadata": [],
    }
    return row | other


@pytest.fixture(scope="session")
def shard_row() -> Callable[..., dict[str, Any]]:
    """Return what makes a row of a shard: (number, columns that differ)."""
    return _row


@pytest.fixture(scope="session")
def tables() -> Iterator[Callable[..., duckdb.DuckDBPyConnection]]:
    """Return what makes a database of tables: (shards=rows, similarity={(label, label): fused}, other=rows)."""
    opened: list[duckdb.DuckDBPyConnection] = []

    def make(shards: Sequence[Any] = (), similarity: Any = None, **others: Any) -> duckdb.DuckDBPyConnection:
        opened.append(database := duckdb.connect())
        labels = sorted(
            {label for row in shards for label in row["choices"]} | set(itertools.chain(*(similarity or {})))
        )
        choices = [
            {"choice_id": number, "label": label, "surface_forms": [label], "n_as_answer": 1}
            | {"n_as_choice": sum(label in row["choices"] for row in shards)}
            for number, label in enumerate(labels)
        ]
        pairs = [
            {"choice_a": min(map(labels.index, pair)), "choice_b": max(map(labels.index, pair)), "fused": fused}
            for pair, fused in (similarity or {}).items()
        ]
        tables = {"shards": shards, "choices": choices, "similarity": pairs} | others
        for name, rows in tables.items():
            schema = schema_of("shard" if name == "shards" else name)
            held = pa.Table.from_pylist(list(rows), schema=schema)
            database.register("held", held)
            database.execute(f"CREATE TABLE {name} AS SELECT * FROM held")
            database.unregister("held")
        return database

    yield make
    for database in opened:
        database.close()


MANIFEST = {
    "ckit": "0.1.0",
    "config": {"order": "easy-to-hard", "seed": 0, "where": None, "sources": ["tiny"], "sample": False},
    "sources": [
        {
            "benchmark": {"name": "tiny", "title": "Tiny", "licence": "none", "homepage": "https://example.org/tiny"},
            "rows": {"in": 9, "questions": 8, "rejects": 1},
            "source": {"sha256": "ab" * 32},
        }
    ],
    "stages": {
        "encode": {"encoder": "given"},
        "select": {"selected": 8, "rejected": 2},
        "similarity": {"weights": {"text": 1.0}},
        "tiers": {"distinct": 5},
        "audit": {"findings": []},
    },
    "prompt": {"name": "think", "sha256": "cd" * 32, "user": "{question}"},
    "versions": {"python": "3.11"},
    "files": {"choices.parquet": {"rows": 4, "sha256": "ef" * 32}},
}


@pytest.fixture
def manifest() -> dict[str, Any]:
    """Return the manifest of a curriculum, as far as a report reads it."""
    return copy.deepcopy(MANIFEST)


@pytest.fixture(scope="session")
def report_of() -> Callable[..., Report]:
    """Return what makes a report of a database: (database, pictures=None, manifest=..., parts that differ)."""

    def make(
        database: duckdb.DuckDBPyConnection, pictures: Any = None, manifest: Any = MANIFEST, **parts: Any
    ) -> Report:
        tiers, channels = tiers_of(database), channels_of(database)
        cards, images = cards_of(database, draw(database, seed=0))
        made = {
            "name": "tiny",
            "tiers": tiers,
            "curve": curve_of(database, tiers, channels),
            "histograms": histograms_of(database, tiers, channels),
            "matrix": matrix_of(database),
            "answers": answers_of(database, tiers),
            "audit": audit_of(database, manifest),
            "sample": Sample(len(cards), sum(tier.questions for tier in tiers)),
            "cards": cards,
            "pictures": pictures or [Picture(path, note="The image file is not there.") for _, path in images],
            "groups": None,
            "training": None,
            "provenance": provenance_of(manifest),
        }
        return Report(**made | parts)

    return make
