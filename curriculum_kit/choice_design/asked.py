"""What the draw of options reads: questions as integers, similarities of labels, and what is wanted of each tier."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from curriculum_kit.choice_design.problem import Ints
from curriculum_kit.errors import ConfigInvalid
from curriculum_kit.schemas import MAX_CHOICES


class Pairs(Protocol):
    """The similarity of pairs of labels."""

    def lookup(self, a: NDArray[np.integer], b: NDArray[np.integer], column: str = "fused") -> NDArray[np.float64]:
        """Return one column for pairs of label ids in any order, elementwise; 1 where they are equal."""


@dataclass(frozen=True)
class Asked:
    """n questions. Labels are numbered as in the sorted vocabulary."""

    ids: pa.Array
    """string, unique"""
    answer: Ints
    """The label of the right answer"""
    pool: Ints
    """Questions of one pool share their labels: same benchmark, question type, modality. Any numbers"""
    tier: Ints
    """From 0"""
    barred: tuple[Ints, Ints] = (np.empty(0, np.int64), np.empty(0, np.int64))
    """Questions (as places) and labels that must not be offered there, as they are right too; same length"""

    def __len__(self) -> int:
        """Return the number of questions."""
        return len(self.ids)

    def by_id(self) -> tuple[Asked, Ints]:
        """Return the questions sorted by id, with pools numbered as they come, and the place of each before."""
        order = np.asarray(pc.sort_indices(self.ids).to_numpy(), np.int64)
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        first, pool = np.unique(self.pool[order], return_index=True, return_inverse=True)[1:]
        number = np.empty(len(first), np.int64)
        number[np.argsort(first)] = np.arange(len(first))
        ordered = replace(
            self,
            ids=self.ids.take(pa.array(order)),
            answer=self.answer[order],
            pool=number[pool],
            tier=self.tier[order],
            barred=(place[self.barred[0]], self.barred[1]),
        )
        return ordered, order


@dataclass(frozen=True)
class Goal:
    """What one tier should be like: its mean S(q), the number of options, the greatest blind gain of the options."""

    target: float
    options: int = 4
    max_gain: float = 0.03

    def __post_init__(self) -> None:
        """Refuse what no tier can be like."""
        if not 2 <= self.options <= MAX_CHOICES:
            raise ConfigInvalid(f"{self.options} options were asked for; ask for 2 to {MAX_CHOICES} with --options")
        if not 0 <= self.target <= 1:
            raise ConfigInvalid(f"a target of S(q) is {self.target:g}; give targets from 0 to 1")
        if not 0 <= self.max_gain <= 1:
            raise ConfigInvalid(f"the greatest blind gain is {self.max_gain:g}; give --max-blind-gain from 0 to 1")


def deal_tiers(asked: Asked, tiers: int, seed: int = 0) -> Ints:
    """Return a tier for each question, such that all have as nearly the same answers in each pool as can be.

    Tiers of other answers would differ in more than their options: what is easy could be the gallbladder.
    """
    ordered, order = asked.by_id()
    random = np.random.default_rng(seed).random(len(asked))
    dealt = np.empty(len(asked), np.int64)
    dealt[order[np.lexsort((random, ordered.answer, ordered.pool))]] = np.arange(len(asked)) % tiers
    return dealt
