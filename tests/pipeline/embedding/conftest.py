"""Images and models small enough to be made in a test, and an engine that needs neither."""

import hashlib
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from curriculum_kit.encoders.clip import vector_schema
from curriculum_kit.pipeline.embedding import EmbeddingCache

VISION = {"image_size": 32, "layers": 1, "width": 32, "head_width": 16, "patch_size": 8}
FINGERPRINT = hashlib.sha256(b"a model").hexdigest()
WIDTH = 4


def rows_of(keys: list[str], status: str = "ok") -> pa.Table:
    """Return an encoded table: the vector of a key is made of its hash, and null where the status is not `ok`."""
    digests = [np.frombuffer(hashlib.sha256(key.encode()).digest()[:WIDTH], np.uint8) for key in keys]
    vectors = [(digest / 255).tolist() if status == "ok" else None for digest in digests]
    return pa.table([keys, vectors, [status] * len(keys)], schema=vector_schema(WIDTH))


class FakeEngine:
    """Encodes by hashing, `size` rows at a time, and remembers the keys that it was given."""

    def __init__(self, size: int = 2, status: str = "ok") -> None:
        self.size, self.status = size, status
        self.keys: list[str] = []
        self.closed = False

    def __call__(self, wanted: pa.Table) -> Generator[pa.Table]:
        try:
            for start in range(0, wanted.num_rows, self.size):
                keys = wanted["key"][start : start + self.size].to_pylist()
                self.keys += keys
                yield rows_of(keys, self.status)
        finally:
            self.closed = True


@pytest.fixture
def make_rows() -> Callable[..., pa.Table]:
    return rows_of


@pytest.fixture
def engine() -> type[FakeEngine]:
    return FakeEngine


@pytest.fixture
def warnings_seen() -> list[str]:
    return []


@pytest.fixture
def cache(tmp_path: Path, warnings_seen: list[str]) -> EmbeddingCache:
    return EmbeddingCache(tmp_path / "cache", FINGERPRINT, "a model", warnings_seen.append)


@pytest.fixture(scope="session")
def model_folder(write_clip_model: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a ViT: the tiny ResNet gives much the same to all noise."""
    return write_clip_model(tmp_path_factory.mktemp("models") / "vit", vision=VISION)


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Keep torch from waiting for threads that a busy machine does not run."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """Return six files of noise."""
    random = np.random.default_rng(0)
    paths = [tmp_path / "images" / f"{number}.png" for number in range(6)]
    paths[0].parent.mkdir()
    for path in paths:
        Image.fromarray(random.integers(0, 255, (40, 60, 3), dtype=np.uint8)).save(path)
    return paths
