"""Replies of writers on disk, so that none is paid for twice.

A SQLite file per writer, below the user's cache, holds each reply by the hash of what was asked. It is written as
soon as it comes: a run that is killed has lost nothing but what was under way.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from curriculum_kit.errors import OutputUnwritable
from curriculum_kit.storage import hash_of
from curriculum_kit.wordings import Ask, Failure, Reply, Variety, Wording, Writer

_NOT_KEPT = (Failure.UNREACHABLE, Failure.OVER_BUDGET)
"""What says nothing about the question: another run may fare better."""

_PREFIX = 16  # characters of the fingerprint that name the file
_PATIENCE = 60.0  # seconds to wait for another process that writes


class CachedWriter:
    """A writer whose replies are kept. `asked` counts the replies that the writer itself gave."""

    def __init__(self, writer: Writer, folder: Path, max_tokens: int = 0) -> None:
        """Name a cache below `folder`; `max_tokens` is the limit of one reply of the writer."""
        self._writer = writer
        self.max_tokens = max_tokens
        self.file = folder / f"{writer.fingerprint[:_PREFIX]}.sqlite"
        self.asked = 0
        self.tokens_in = 0
        self.tokens_out = 0

    @property
    def name(self) -> str:
        """The name of the writer."""
        return self._writer.name

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the writer."""
        return self._writer.fingerprint

    @property
    def remarks(self) -> list[str]:
        """What the writer has to say of its server, in plain words."""
        return list(getattr(self._writer, "remarks", ()))

    def missing(self, asks: Sequence[Ask]) -> list[Ask]:
        """Return the asks that the writer would be asked for."""
        with self._open() as database:
            return [ask for ask in asks if self._known(database, ask) is None]

    def write(self, asks: Sequence[Ask]) -> Iterator[tuple[int, Reply]]:
        """Yield (position in `asks`, reply): first those that are known, then the others as they come."""
        with self._open() as database:
            new = []
            for place, ask in enumerate(asks):
                known = self._known(database, ask)
                if known is None:
                    new.append(place)
                else:
                    yield place, known
            for place, reply in self._writer.write([asks[place] for place in new]):
                self.asked += 1
                self.tokens_in += reply.tokens_in
                self.tokens_out += reply.tokens_out
                if reply.failure not in _NOT_KEPT:
                    self._keep(database, asks[new[place]], reply)
                yield new[place], reply

    def _open(self) -> _Database:
        return _Database(self.file)

    def _known(self, database: sqlite3.Connection, ask: Ask) -> Reply | None:
        row = database.execute("SELECT reply FROM replies WHERE key = ?", (self._key(ask),)).fetchone()
        return _reply_of(row[0]) if row else None

    def _keep(self, database: sqlite3.Connection, ask: Ask, reply: Reply) -> None:
        value = json.dumps(asdict(reply), ensure_ascii=False)
        database.execute("INSERT OR REPLACE INTO replies VALUES (?, ?)", (self._key(ask), value))
        database.commit()

    def _key(self, ask: Ask) -> str:
        return hash_of({"writer": self.fingerprint, **asdict(ask)})


class _Database:
    """Opens the file for a while; a failure of SQLite becomes one line."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __enter__(self) -> sqlite3.Connection:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._connection = sqlite3.connect(self._file, timeout=_PATIENCE)
            self._connection.execute("CREATE TABLE IF NOT EXISTS replies (key TEXT PRIMARY KEY, reply TEXT NOT NULL)")
        except sqlite3.Error as error:
            raise OutputUnwritable(
                f"{self._file} cannot be used as a cache of replies ({error}); remove it or pass another --cache"
            ) from error
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._connection.close()


def _reply_of(text: str) -> Reply:
    value = json.loads(text)
    wordings = tuple(
        Wording(each["text"], Variety(each["variety"]) if each["variety"] else None) for each in value["wordings"]
    )
    failure = Failure(value["failure"]) if value["failure"] else None
    # What is known costs nothing a second time.
    return Reply(wordings, failure, value["detail"])
