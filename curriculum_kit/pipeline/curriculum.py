"""A finished curriculum from Python: its tiers, questions, similarities and tables.

    from curriculum_kit import Curriculum

    curriculum = Curriculum.open("demo")
    curriculum.tiers()

Tables come as polars data frames, each made when it is asked for; `lazy` reads the shards without loading them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curriculum_kit.enums import Channel
from curriculum_kit.errors import ConfigInvalid, did_you_mean
from curriculum_kit.pipeline.open import open_views, reading, run_sql

if TYPE_CHECKING:
    import datasets
    import duckdb
    import polars as pl
    from torch.utils.data import Dataset

FUSED = "fused"


@dataclass(frozen=True)
class Curriculum:
    """A curriculum on disk, opened by `Curriculum.open`. Nothing of it is changed."""

    folder: Path
    manifest: dict[str, Any]
    """What went in and what came out; `manifest.json`."""
    database: duckdb.DuckDBPyConnection
    """DuckDB with a view per table: `shards`, `choices`, `similarity`, `images`, `rejects`, `wordings`, ..."""

    @classmethod
    def open(cls, folder: str | Path) -> Curriculum:
        """Open a folder that `ckit build-curriculum` has written.

        Raises a `CkitError` in one line where there is none, where it is unfinished, or of another version.
        """
        kind, manifest, database = open_views(Path(folder))
        if kind != "curriculum":
            raise ConfigInvalid(f"{folder} holds ingested questions, no curriculum; name one of ckit build-curriculum")
        return cls(Path(folder), manifest, database)

    def __repr__(self) -> str:
        """Return folder, size and tiers."""
        tiers, rows = len(self.manifest["stages"]["tiers"]["tiers"]), self.manifest["stages"]["shards"]["rows"]
        return f"Curriculum({str(self.folder)!r}: {rows:,} questions in {tiers} tiers)"

    def tiers(self) -> pl.DataFrame:
        """Return a row per tier: `tier`, `questions`, `groups`, `rows`, and lowest, highest and mean S(q)."""
        return self.sql(
            "SELECT tier, count(DISTINCT question_id) AS questions, count(DISTINCT group_id) AS groups, "
            "count(*) AS rows, min(difficulty) AS lowest, max(difficulty) AS highest, avg(difficulty) AS mean "
            "FROM shards GROUP BY tier ORDER BY tier"
        )

    def questions(self, tier: int | None = None, wordings: bool = False) -> pl.DataFrame:
        """Return the shard rows, without the bytes of images, in curriculum order: of a tier, or of all.

        With `wordings` the further wordings of groups come too, each after its original. Raises `ConfigInvalid` for a
        tier that there is not.
        """
        known = [row[0] for row in self._rows("SELECT DISTINCT tier FROM shards ORDER BY 1")]
        if tier is not None and tier not in known:
            raise ConfigInvalid(f"there is no tier {tier}; the curriculum has {', '.join(map(str, known))}")
        conditions = [*([f"tier = {int(tier)}"] if tier is not None else []), *([] if wordings else ["variant_id = 0"])]
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        return self.sql(f"SELECT * REPLACE ([i.path FOR i IN images] AS images) FROM shards {where}")

    def similarity(self, channel: str = FUSED, calibrated: bool = False) -> pl.DataFrame:
        """Return the similarity of labels as a square: `label`, and a column per label; null where it is not known.

        `channel` is `fused` (0 to 1), or the raw cosines of `text`, `clip_text` or `clip_image` (-1 to 1); `calibrated`
        are their ranks among all pairs instead (0 to 1). A label is as similar to itself as can be: 1. Raises
        `ConfigInvalid` for another channel.
        """
        import polars as pl

        known = [FUSED, *(one.value for one in Channel)]
        if channel not in known:
            raise ConfigInvalid(
                f"channel {channel!r} is unknown{did_you_mean(channel, known)}; take one of {', '.join(known)}"
            )
        column = f"{channel}_calibrated" if calibrated and channel != FUSED else channel
        labels = [row[0] for row in self._rows("SELECT label FROM choices ORDER BY choice_id")]
        square: list[list[float | None]] = [
            [1.0 if row == place else None for row in range(len(labels))] for place in range(len(labels))
        ]
        for one, other, value in self._rows(f"SELECT choice_a, choice_b, {column} FROM similarity"):
            square[one][other] = square[other][one] = value
        columns = {label: pl.Series(label, values, pl.Float64) for label, values in zip(labels, square, strict=True)}
        return pl.DataFrame({"label": labels} | columns)

    def sql(self, query: str) -> pl.DataFrame:
        """Return the rows of a DuckDB query over the views; raise `ConfigInvalid` in one line where it fails."""
        import polars as pl

        with reading(self.folder):
            names, rows = run_sql(self.database, query)
        return pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None)

    def lazy(self) -> pl.LazyFrame:
        """Return all shard rows as a polars query that reads them when it is collected."""
        import polars as pl

        return pl.scan_parquet(self._shards(), hive_partitioning=False)

    def to_datasets(self) -> datasets.Dataset:
        """Return the shard rows as a `datasets.Dataset`, memory-mapped, in curriculum order."""
        import datasets

        return datasets.load_dataset("parquet", data_files=self._shards(), split="train")

    def to_torch(self) -> Dataset[dict[str, Any]]:
        """Return the shard rows as a dataset of torch: `len`, and a dictionary by index, in curriculum order.

        Take no `shuffle=True` in its data loader: the order is the curriculum.
        """
        from torch.utils.data import Dataset

        rows = self.to_datasets()

        class Rows(Dataset[dict[str, Any]]):
            def __len__(self) -> int:
                return len(rows)

            def __getitem__(self, index: int) -> dict[str, Any]:
                return dict(rows[index])

            def __iter__(self) -> Iterator[dict[str, Any]]:
                return iter(rows)

        return Rows()

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        with reading(self.folder):
            return self.database.cursor().execute(query).fetchall()

    def _shards(self) -> list[str]:
        names = sorted(name for name in self.manifest["files"] if name.startswith("shards/"))
        return [str(self.folder / name) for name in names]
