"""S(q) over a curriculum: the order of the shards, and means that can be worked out by hand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from curriculum_kit.errors import SourceNotFound
from curriculum_kit.pipeline.curves import POINTS, curve_of, moving_mean
from curriculum_kit.schemas import schema_of
from curriculum_kit.storage import write_table


def write_shard(folder: Path, tier: int, part: int, difficulties: list[float]) -> None:
    """Write a shard whose columns are empty but for S(q)."""
    rows = len(difficulties)
    values = {
        pa.string(): "",
        pa.int32(): 0,
        pa.float64(): 0.0,
    }
    columns: dict[str, Any] = {
        field.name: pa.array([values.get(field.type, [])] * rows, field.type) for field in schema_of("shard")
    }
    columns["difficulty"] = pa.array(difficulties)
    write_table(folder / f"tier={tier}" / f"part-{part:05d}.parquet", pa.table(columns, schema_of("shard")), "shard")


def test_tiers_and_parts_come_in_their_order(tmp_path: Path) -> None:
    for tier, part, difficulties in ((10, 0, [0.9]), (2, 1, [0.6, 0.7]), (2, 0, [0.5]), (0, 0, [0.1])):
        write_shard(tmp_path, tier, part, difficulties)
    x, y = curve_of(tmp_path)
    assert x.tolist() == [0, 0.25, 0.5, 0.75, 1]
    # Three rows at a time, two at the ends: (.1 + .5) / 2, (.1 + .5 + .6) / 3, ...
    assert y == pytest.approx([0.3, 0.4, 0.6, 2.2 / 3, 0.8])


def test_the_window_is_a_share_of_the_rows() -> None:
    values = np.arange(400.0)
    # 2 % of 400 rows are 8: 4 before, 4 after, and the row itself.
    assert moving_mean(values, np.array([0, 100, 399])).tolist() == [2.0, 100.0, 397.0]


def test_a_long_curriculum_has_no_more_points_than_are_seen(tmp_path: Path) -> None:
    write_shard(tmp_path, 0, 0, [0.25] * 3_000)
    x, y = curve_of(tmp_path)
    assert len(x) == len(y) == POINTS
    assert (x[0], x[-1], set(y.tolist())) == (0, 1, {0.25})


def test_a_build_climbs_from_its_easiest_to_its_hardest(make: Callable[..., Any], tmp_path: Path) -> None:
    summary = make(tiers=3)
    x, y = curve_of(tmp_path / "curriculum" / "shards")
    assert len(x) == summary.rows
    assert (np.diff(y) >= 0).all()
    assert summary.tiers[0]["low"] <= y[0] < y[-1] <= summary.tiers[-1]["high"]


def test_a_folder_without_shards(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="holds no shards; name the shards/ of a curriculum"):
        curve_of(tmp_path)
