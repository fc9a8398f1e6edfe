"""The similarity of pairs of choices, as one sorted table that answers for any pair at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curriculum_kit.schemas import CHANNELS, schema_of

Calibration = Literal["exact", "sampled"]


@dataclass(frozen=True)
class PairTable:
    """Pairs of choice ids, sorted by (a, b) with a < b; all arrays have one length.

    `raw` holds cosines and `calibrated` ranks in [0, 1] by channel, NaN where the channel lacks one of
    the labels; `fused` is their weighted mean, never NaN. `calibration` says whether ranks are among all
    pairs of the vocabulary (`exact`) or a random sample of them; None after `from_arrow`, as no column holds it.
    """

    n_labels: int
    a: NDArray[np.int64]
    b: NDArray[np.int64]
    raw: Mapping[str, NDArray[np.float64]]
    calibrated: Mapping[str, NDArray[np.float64]]
    fused: NDArray[np.float64]
    calibration: Calibration | None

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.a)

    @property
    def channels(self) -> tuple[str, ...]:
        """Return the names of the channels that exist."""
        return tuple(self.raw)

    def columns(self) -> dict[str, NDArray[np.float64]]:
        """Return the values by column name: channels, channels with `_calibrated`, `fused`."""
        ranks = {f"{channel}_calibrated": values for channel, values in self.calibrated.items()}
        return {**self.raw, **ranks, "fused": self.fused}

    def lookup(self, a: NDArray[np.integer], b: NDArray[np.integer], column: str = "fused") -> NDArray[np.float64]:
        """Return one column for pairs of choice ids, in any order and of any shape; 1.0 where a equals b.

        Raises KeyError for a column or a pair that the table does not have: callers ask for pairs that
        they had the table made for.
        """
        values = self.columns()[column]
        low, high = np.minimum(a, b).astype(np.int64), np.maximum(a, b).astype(np.int64)
        same = low == high
        if same.all():
            return np.ones(same.shape)
        place = self._place(low, high)
        lacking = (self.a[place] != low) | (self.b[place] != high) if len(self) else ~same
        lacking &= ~same
        if lacking.any():
            pair = int(low[lacking][0]), int(high[lacking][0])
            raise KeyError(f"{int(lacking.sum())} pairs are not in the similarity table, the first is {pair}")
        return np.where(same, 1.0, values[place])

    def _place(self, low: NDArray[np.int64], high: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return where each pair stands or, for one that is absent, any place that the caller can compare."""
        n = self.n_labels
        if len(self) == n * (n - 1) // 2:  # complete, so the place follows from the ids: ten times faster
            found = low * (2 * n - low - 1) // 2 + high - low - 1
        else:
            found = np.searchsorted(self._keys, low * n + high)
        return np.asarray(np.clip(found, 0, max(len(self) - 1, 0)), dtype=np.int64)

    @cached_property
    def _keys(self) -> NDArray[np.int64]:
        return self.a * self.n_labels + self.b

    def to_arrow(self) -> pa.Table:
        """Return the rows of `similarity.parquet`; where a channel is absent its columns are null."""
        schema, absent = schema_of("similarity"), np.full(len(self), np.nan)
        columns = {"choice_a": self.a, "choice_b": self.b, **self.columns()}
        arrays = [pa.array(columns.get(field.name, absent), from_pandas=True).cast(field.type) for field in schema]
        return pa.Table.from_arrays(arrays, schema=schema)

    @classmethod
    def from_arrow(cls, table: pa.Table, n_labels: int) -> PairTable:
        """Return the pairs of a `similarity` table over `n_labels` choices.

        A channel without any value is taken as absent.
        """

        def column(name: str) -> NDArray[np.float64]:
            return np.asarray(table[name].cast(pa.float64()).to_numpy(), dtype=np.float64)

        present = [channel for channel in CHANNELS if table[channel].null_count < len(table)]
        return cls(
            n_labels=n_labels,
            a=np.asarray(table["choice_a"].to_numpy(), dtype=np.int64),
            b=np.asarray(table["choice_b"].to_numpy(), dtype=np.int64),
            raw={channel: column(channel) for channel in present},
            calibrated={channel: column(f"{channel}_calibrated") for channel in present},
            fused=column("fused"),
            calibration=None,
        )
