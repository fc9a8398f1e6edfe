"""The folders that `ckit ingest` wrote, as input of a curriculum; the embedded sample makes its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from curriculum_kit.errors import ConfigInvalid, SchemaMismatch, SourceNotFound
from curriculum_kit.schemas import SCHEMA_VERSION, columns_of
from curriculum_kit.storage import MANIFEST, open_table, read_json, sha256_of


@dataclass(frozen=True)
class Source:
    """One ingested benchmark: its folder, the name to show for it and its manifest."""

    root: Path
    shown: str
    manifest: dict[str, Any]

    @property
    def questions(self) -> Path:
        """The table of questions."""
        return self.root / "questions.parquet"

    @property
    def scenes(self) -> Path | None:
        """The table of scene graphs, where the benchmark has them."""
        path = self.root / "scenes.parquet"
        return path if path.is_file() else None

    @property
    def image_root(self) -> Path | None:
        """The folder that image paths start from, where one was named at ingest."""
        root = self.manifest["request"].get("image_root")
        return Path(root) if root else None

    def hashes(self) -> dict[str, str]:
        """Hash every table that a curriculum may read."""
        names = ("questions", "images", "choices", "scenes")
        files = [(name, self.root / f"{name}.parquet") for name in names]
        return {name: sha256_of(file) for name, file in files if file.is_file()}


def open_source(root: Path, shown: str | None = None) -> Source:
    """Open a folder that `ckit ingest` wrote and check its tables."""
    if not root.is_dir():
        raise SourceNotFound(f"{root} does not exist; name a folder that ckit ingest wrote")
    manifest = read_json(root / MANIFEST)
    if not manifest or manifest.get("kind") != "questions":
        what = "a curriculum" if manifest and manifest.get("kind") == "curriculum" else "no finished ingest"
        raise SourceNotFound(f"{root} holds {what}; name a folder that ckit ingest wrote")
    if manifest.get("schema_version") != SCHEMA_VERSION:
        raise SchemaMismatch(f"{root} was written by another version of ckit; ingest it again")
    for name in ("questions", "images", "choices"):
        open_table(root / f"{name}.parquet", name)
    return Source(root, shown or str(root), manifest)


class Selection:
    """The questions of all sources that meet the condition, through DuckDB."""

    def __init__(self, database: duckdb.DuckDBPyConnection, sources: Sequence[Source], where: str | None) -> None:
        self._database = database
        self.paths = [str(source.questions) for source in sources]
        # The newline ends a comment that the condition may hold.
        self._clause = f"WHERE ({where}\n)" if where else ""
        self._check(where)

    def _check(self, where: str | None) -> None:
        if not where:
            return
        try:
            self.rows("count(*)", "LIMIT 1")
        except duckdb.Error as error:
            reason = str(error).split("\n\n")[0].replace("\n", " ")
            names = ", ".join(column.name for column in columns_of("questions"))
            raise ConfigInvalid(f"--where {where!r} fails: {reason}; the columns are {names}") from error

    def rows(self, columns: str, rest: str = "") -> list[tuple[Any, ...]]:
        """Return a small result over the selected questions."""
        query = f"SELECT {columns} FROM read_parquet(?) {self._clause} {rest}"
        return self._database.cursor().execute(query, [self.paths]).fetchall()

    def batches(self, size: int) -> Iterator[Any]:
        """Stream the selected questions in the order of the sources, with `filename` and `file_row_number`."""
        query = f"SELECT * FROM read_parquet($paths, filename = true, file_row_number = true) {self._clause}"
        yield from self._database.cursor().sql(query, params={"paths": self.paths}).to_arrow_reader(size)

    def check_ids(self) -> None:
        """Raise `ConfigInvalid` where one question comes from two sources."""
        repeated = self._database.execute(
            "SELECT any_value(question_id), count(*) FROM (SELECT question_id FROM read_parquet(?) "
            "GROUP BY question_id HAVING count(*) > 1)",
            [self.paths],
        ).fetchall()
        if repeated and repeated[0][1]:
            raise ConfigInvalid(
                f"{repeated[0][1]} questions stand in more than one of the folders named ({repeated[0][0]}, ...); "
                "name each ingest once"
            )


def describe(sources: Sequence[Source]) -> list[dict[str, Any]]:
    """Return what the manifest says of each source."""
    return [
        {
            "folder": source.shown,
            "tables": source.hashes(),
            **{key: source.manifest[key] for key in ("benchmark", "source", "rows")},
        }
        for source in sources
    ]
