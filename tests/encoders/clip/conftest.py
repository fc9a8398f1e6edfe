"""Models of other shapes than the tiny one that all tests share."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

BERT = {
    "model_type": "bert",
    "vocab_size": 300,
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 32,
}


@pytest.fixture
def model_folder(tmp_path: Path, write_clip_model: Callable[..., Path]) -> Callable[..., Path]:
    """Return what writes another model into this test's folder."""
    return lambda name="model", **more: write_clip_model(tmp_path / name, **more)


@pytest.fixture
def with_bert(tmp_path: Path, write_clip_model: Callable[..., Path], clip_model_config: dict[str, Any]) -> Path:
    """Return the folder of a CLIP whose text tower is a BERT of its own repository, as in BiomedCLIP."""
    tower = tmp_path / "bert"
    tower.mkdir()
    (tower / "config.json").write_text(json.dumps(BERT))
    text = {
        "hf_model_name": str(tower),
        "hf_tokenizer_name": str(tower),
        "hf_proj_type": "mlp",
        "hf_pooler_type": "cls_last_hidden_state_pooler",
        "context_length": 24,
    }
    return write_clip_model(tmp_path / "with-bert", clip_model_config | {"text_cfg": text})
