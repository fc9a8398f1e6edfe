"""Dead groups asked anew: others of the same tier take their place in a chunk (after DAPO, arXiv 2503.14476, 3.2).

DAPO samples until a batch is full of groups that have a gradient, from anywhere in the data. Here a dead group gives
way to one of its own tier, so that the curriculum keeps its order, and only so often as was allowed. Which group comes
follows from seed, chunk and attempt alone: a resumed run asks the same.

Heavy libraries load inside: what a batch of TRL looks like is known here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

Ints = NDArray[np.int64]

_LEFT = ("prompt_ids", "prompt_mask")
"""Padded on the left, (rows, prompt)."""
_BOTH = ("token_type_ids", "mm_token_type_ids")
"""Prompt and completion behind each other, (rows, prompt + completion)."""


def replacements(tier: Ints, groups: Ints, dead: Sequence[bool], seed: str) -> Ints:
    """Return the groups of a chunk with the dead ones replaced by others of their tier, drawn without repetition.

    `tier` has the tier of every group, `groups` the chunk's. A group whose tier has no further one stays.

    >>> replacements(np.array([0, 0, 0, 1]), np.array([0, 3]), [True, True], "0").tolist() in ([1, 3], [2, 3])
    True
    """
    chosen = groups.copy()
    taken = set(groups.tolist())
    # `Random.random` is the one generator whose numbers Python promises to keep from version to version.
    random = Random(seed).random
    for place in np.flatnonzero(np.asarray(dead)):
        left = [group for group in np.flatnonzero(tier == tier[groups[place]]).tolist() if group not in taken]
        if left:
            chosen[place] = left[int(random() * len(left))]
            taken.add(int(chosen[place]))
    return chosen


def exchanged(
    first: Mapping[str, Any], second: Mapping[str, Any], from_second: Sequence[bool], pad_token: int
) -> dict[str, Any]:
    """Return a batch of TRL with some rows of another batch of as many rows, by what stands in `from_second`.

    Both are as `GRPOTrainer._generate_and_score_completions` gives them. Rows are padded to the longer of both. The
    number of tokens, `num_items_in_batch`, is that of `first`: count it anew.
    """
    from trl.trainer.utils import split_pixel_values_by_grid, unsplit_pixel_values_by_grid

    one: dict[str, Any] = split_pixel_values_by_grid(dict(first))
    other: dict[str, Any] = split_pixel_values_by_grid(dict(second))
    prompt = max(one["prompt_ids"].size(1), other["prompt_ids"].size(1))
    completion = max(one["completion_ids"].size(1), other["completion_ids"].size(1))

    def fitted(batch: Mapping[str, Any], name: str) -> torch.Tensor:
        return _padded(batch, name, prompt, completion, pad_token)

    made: dict[str, Any] = {}
    for name, value in one.items():
        if isinstance(value, list):
            made[name] = [b if new else a for a, b, new in zip(value, other[name], from_second, strict=True)]
        elif value is None or value.ndim == 0:
            made[name] = value
        else:
            made[name] = fitted(one, name).clone()
            rows = [row for row, new in enumerate(from_second) if new]
            made[name][rows] = fitted(other, name)[rows]
    return dict(unsplit_pixel_values_by_grid(made))


def _padded(batch: Mapping[str, Any], name: str, prompt: int, completion: int, pad_token: int) -> torch.Tensor:
    """Return a tensor of a batch with room for so long a prompt and a completion."""
    from torch.nn.functional import pad

    value: torch.Tensor = batch[name]
    if value.ndim != 2 or value.size(1) == 1:  # a figure per row
        return value
    before = prompt - batch["prompt_ids"].size(1)
    after = completion - batch["completion_ids"].size(1)
    left, right = (before, 0) if name in _LEFT else (before, after) if name in _BOTH else (0, after)
    return pad(value, (left, right), value=pad_token if name in ("prompt_ids", "completion_ids") else 0)
