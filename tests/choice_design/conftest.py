"""Toys that several modules of this folder share."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from curriculum_kit.choice_design.asked import Asked
from curriculum_kit.choice_design.problem import Pool, Problem


class Dense:
    """Similarities of all pairs, as a matrix."""

    def __init__(self, matrix: np.ndarray) -> None:
        self.matrix = matrix

    def lookup(self, a: np.ndarray, b: np.ndarray, column: str = "fused") -> np.ndarray:
        return self.matrix[a, b]


@pytest.fixture(scope="session")
def matrix() -> Callable[..., np.ndarray]:
    """Return a function that makes a symmetric matrix of a list of pairs and the value of all others."""

    def make(size: int, rest: float, **pairs: float) -> np.ndarray:
        made = np.full((size, size), rest)
        for pair, value in pairs.items():
            one, other = int(pair[1]), int(pair[2])
            made[one, other] = made[other, one] = value
        np.fill_diagonal(made, 1.0)
        return made

    return make


@pytest.fixture(scope="session")
def four(matrix: Callable[..., np.ndarray]) -> np.ndarray:
    """Return four labels: 0 and 1 are much alike, 2 and 3 somewhat, all others hardly."""
    return matrix(4, 0.1, s01=0.9, s23=0.7)


@pytest.fixture(scope="session")
def problem() -> Callable[..., Problem]:
    """Return a function that makes the problem of one pool."""

    def make(
        similarity: np.ndarray,
        share: Sequence[float],
        options: int,
        target: float,
        max_gain: float = 0.0,
        clash: Sequence[tuple[int, int]] = (),
        room: np.ndarray | None = None,
    ) -> Problem:
        apart = np.zeros(similarity.shape, bool)
        for one, other in clash:
            apart[one, other] = apart[other, one] = True
        return Problem((Pool(similarity, apart, np.array(share, float), options, room),), target, max_gain)

    return make


@pytest.fixture(scope="session")
def dense() -> type[Dense]:
    return Dense


@pytest.fixture(scope="session")
def random_similarity() -> Callable[[int, int], np.ndarray]:
    """Return a function that makes ranks between 0 and 1 for all pairs of labels, at random."""

    def make(size: int, seed: int) -> np.ndarray:
        upper = np.triu_indices(size, 1)
        made = np.eye(size)
        ranks = (np.random.default_rng(seed).permutation(len(upper[0])) + 0.5) / len(upper[0])
        made[upper] = ranks
        made.T[upper] = ranks
        return made

    return make


@pytest.fixture(scope="session")
def asking() -> Callable[..., Asked]:
    """Return a function that asks `counts[a]` questions about each label a, all in tier 0 of one pool."""

    def make(*counts: int, tiers: int = 1) -> Asked:
        answer = np.repeat(np.arange(len(counts)), counts)
        ids = pa.array([f"q{number:05d}" for number in range(len(answer))])
        return Asked(ids, answer, np.zeros(len(answer), int), np.arange(len(answer)) % tiers)

    return make


@pytest.fixture(scope="session")
def anatomy(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    """Return OmniMedVQA's questions about anatomy."""
    from curriculum_kit.benchmarks import reader_of
    from curriculum_kit.pipeline.ingest import ingest
    from curriculum_kit.storage import read_table

    folder = tmp_path_factory.mktemp("omnimedvqa")
    ingest(reader_of("omnimedvqa"), real_data / "omnimedvqa", folder)
    table = read_table(folder / "questions.parquet", "questions")
    return table.filter(pc.equal(table["question_type"], "Anatomy Identification"))
