import json

import numpy as np
import pyarrow as pa
import pytest

from curriculum_kit.errors import SchemaMismatch, SourceNotFound
from curriculum_kit.prompts import TEMPLATES
from curriculum_kit.schemas import SCHEMA_VERSION, schema_of
from curriculum_kit.shards import shard_rows
from curriculum_kit.storage import ParquetSink, write_json
from trainer.rows import load_rows, shard_files


def write_curriculum(folder, tiers):
    """Write a curriculum whose tier n holds the questions named in tiers[n]."""
    files = {}
    for tier, names in enumerate(tiers):
        rows = len(names)
        columns = {
            "question_id": names, "benchmark": ["b"] * rows, "split": ["train"] * rows, "unit_id": ["u"] * rows,
            "image_ids": [[]] * rows, "question": ["What?"] * rows, "answer": ["liver"] * rows,
            "choices": [["gut", "liver"]] * rows, "answer_index": [1] * rows, "question_type": [None] * rows,
            "modality": [None] * rows, "metadata": [[]] * rows, "difficulty": [tier / 10] * rows,
            "difficulty_text": [None] * rows, "difficulty_clip_text": [None] * rows,
            "difficulty_clip_image": [None] * rows, "difficulty_image": [None] * rows, "hops": [None] * rows,
            "blind": [None] * rows, "step": [None] * rows,
        }  # fmt: skip
        scored = pa.table(columns, schema_of("scored"))
        name = f"shards/tier={tier:02d}/part-00000.parquet"
        with ParquetSink(folder / name, "shard") as sink:
            sink.write(shard_rows(scored, np.full(rows, tier), TEMPLATES["think"], None))
        files[name] = {"sha256": ""}
    write_json(folder / "manifest.json", {"kind": "curriculum", "schema_version": SCHEMA_VERSION, "files": files})
    return folder


def test_rows_come_in_curriculum_order_beyond_ten_tiers(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "hf" / "datasets"))
    names = [[f"q{tier:02d}-{i}" for i in range(2)] for tier in range(12)]
    rows = load_rows(write_curriculum(tmp_path / "c", names))
    assert rows["question_id"][:] == [name for tier in names for name in tier]
    assert rows[0]["solution"] == "B"
    assert rows[0]["prompt"][-1]["role"] == "user"


def test_unfinished_or_foreign_curricula_are_refused(tmp_path):
    folder = write_curriculum(tmp_path / "c", [["q0"]])
    manifest = json.loads((folder / "manifest.json").read_text())

    write_json(folder / "manifest.json", manifest | {"schema_version": SCHEMA_VERSION + 1})
    with pytest.raises(SchemaMismatch, match="another version of ckit"):
        shard_files(folder)

    (folder / "manifest.json").unlink()
    with pytest.raises(SourceNotFound, match="no finished curriculum"):
        shard_files(folder)


def test_a_shard_that_is_gone_is_named(tmp_path):
    folder = write_curriculum(tmp_path / "c", [["q0"], ["q1"]])
    (folder / "shards" / "tier=01" / "part-00000.parquet").unlink()
    with pytest.raises(SourceNotFound, match=r"tier=01/part-00000\.parquet does not exist"):
        shard_files(folder)
