"""Small curricula, a tiny model and short runs for the tests of the trainer."""

import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from PIL import Image

from curriculum_kit.schemas import SCHEMA_VERSION, schema_of
from curriculum_kit.storage import ParquetSink, sha256_of, write_json

PROBE = '''
"""Rewards that differ from completion to completion, and end a run when they are told to."""
import zlib

calls, stop_at = 0, None


def varied(completions, **_):
    global calls
    calls += 1
    if calls == stop_at:
        raise KeyboardInterrupt
    return [zlib.crc32(each[-1]["content"].encode()) % 8 / 8 for each in completions]
'''


def _png(colour: tuple[int, int, int]) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(stream, "PNG")
    return stream.getvalue()


def _row(group: str, variant: int, tier: int, images: list[dict[str, Any]], **changed: Any) -> dict[str, Any]:
    empty = dict.fromkeys(schema_of("shard").names)
    return empty | {
        "question_id": group, "group_id": group, "variant_id": variant, "tier": tier, "difficulty": tier / 10,
        "benchmark": "b", "split": "train", "unit_id": "u", "question": f"{group}/{variant}?",
        "choices": ["gut", "liver"], "answer": "liver", "answer_index": 1, "solution": "B",
        "prompt": [{"role": "user", "content": f"[{group}/{variant}] A. gut B. liver"}], "images": images,
        "metadata": [],
    } | changed  # fmt: skip


def _write_curriculum(
    folder: Path, tiers: Sequence[int] = (2, 2, 2), wordings: int = 4, images: str | None = "embed", **changed: Any
) -> Path:
    """Write a curriculum of `tiers[n]` groups in tier n, named t0g0, t0g1, ...; `changed` goes into every row."""
    files = {}
    for tier, groups in enumerate(tiers):
        rows = []
        for number in range(groups):
            group, content = f"t{tier}g{number}", _png((80 * tier, 20 * number % 256, 128))
            path = f"{group}.png"
            image = {"embed": [{"bytes": content, "path": path}], "paths": [{"bytes": None, "path": path}], None: []}
            rows += [_row(group, variant, tier, image[images], **changed) for variant in range(wordings)]
            if images == "paths":
                (folder / "pictures").mkdir(parents=True, exist_ok=True)
                (folder / "pictures" / path).write_bytes(content)
        name = f"shards/tier={tier}/part-00000.parquet"
        with ParquetSink(folder / name, "shard") as sink:
            sink.write(pa.Table.from_pylist(rows, schema=schema_of("shard")))
        files[name] = {"sha256": sha256_of(folder / name)}
    config = {"image_root": str(folder / "pictures") if images == "paths" else None}
    manifest = {"kind": "curriculum", "schema_version": SCHEMA_VERSION, "files": files, "config": config}
    write_json(folder / "manifest.json", manifest)
    return folder


@pytest.fixture(scope="session")
def write_curriculum() -> Callable[..., Path]:
    """Return what writes a curriculum: (folder, groups per tier, wordings, images="embed"|"paths"|None, ...)."""
    return _write_curriculum


@pytest.fixture(scope="session", autouse=True)
def caches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what `datasets` and the hub cache out of the home folder, and off the network."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("hf")
        for name, value in (("HF_HOME", folder), ("HF_DATASETS_CACHE", folder / "datasets"), ("HF_HUB_OFFLINE", "1")):
            patch.setenv(name, str(value))
        if "datasets" in sys.modules:  # which has read them already
            patch.setattr("datasets.config.HF_DATASETS_CACHE", folder / "datasets")
        yield


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a tiny Qwen2.5-VL."""
    from trainer.tiny import TinyShape, write_tiny_model

    shape = TinyShape(layers=1, vision_layers=1, side=28)
    return write_tiny_model(tmp_path_factory.mktemp("tiny"), labels=["liver", "gut"], shape=shape)


@pytest.fixture(scope="session")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return the module `probe`, on the path, whose reward `probe.varied` differs from completion to completion."""
    folder = tmp_path_factory.mktemp("rewards")
    (folder / "probe.py").write_text(PROBE)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        patch.setenv("PYTHONPATH", os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]))
        import probe

        yield probe


@dataclass
class Notes:
    """An observer that keeps all that it is told, and ends the run when it is told of chunk `stop_at`."""

    stop_at: int | None = None
    batches: list[Any] = field(default_factory=list)

    def generated(self, batch: Any) -> None:
        """Keep a chunk."""
        if batch.chunk == self.stop_at:
            raise KeyboardInterrupt
        self.batches.append(batch)

    @property
    def said(self) -> dict[int, list[str]]:
        """The completions by chunk."""
        return {batch.chunk: batch.completions for batch in self.batches}


@pytest.fixture(scope="session")
def notes() -> type[Notes]:
    """Return the class of observers."""
    return Notes


@pytest.fixture
def settings(tiny_model: Path, tmp_path: Path, probe: Any) -> dict[str, Any]:
    """Return a config of 3 chunks an epoch, of 2 groups x 4 wordings x 2 rollouts each, a step a chunk; 2 epochs."""
    return {
        "model_name_or_path": str(tiny_model), "output_dir": str(tmp_path / "out"), "num_train_epochs": 2,
        "per_device_train_batch_size": 8, "gradient_accumulation_steps": 2, "num_generations": 8,
        "max_completion_length": 6, "learning_rate": 1e-2, "save_steps": 1, "save_total_limit": 20,
        "disable_tqdm": True, "logging_strategy": "no", "lr_scheduler_type": "constant",
        "curriculum": {"rewards": {"probe.varied": 1.0}},
    }  # fmt: skip
