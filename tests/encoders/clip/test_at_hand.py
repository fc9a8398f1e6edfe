"""Weights at hand: what lies in the caches is named as `--clip-model` takes it, and nothing is fetched for that."""

from pathlib import Path

import pytest

from curriculum_kit.encoders.clip.at_hand import weights_at_hand

SNAPSHOT = "snapshots/0123456789abcdef"


@pytest.fixture(autouse=True)
def caches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return a home whose caches are empty."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("TORCH_HOME", raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path


def put(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).touch()


def test_without_caches_there_is_nothing() -> None:
    assert weights_at_hand() == []


def test_a_repository_in_open_clips_format_is_named_by_its_place_on_the_hub(caches: Path) -> None:
    put(caches / "hub/models--microsoft--Some-CLIP" / SNAPSHOT, "open_clip_config.json", "open_clip_pytorch_model.bin")
    put(caches / "hub/models--half--fetched" / SNAPSHOT, "open_clip_config.json")
    put(caches / "hub/models--bert--base" / SNAPSHOT, "config.json", "model.safetensors")
    assert weights_at_hand() == ["hf-hub:microsoft/Some-CLIP"]


def test_weights_that_open_clip_lists_are_named_by_their_tag(caches: Path) -> None:
    put(caches / "hub/models--laion--CLIP-ViT-B-32-laion2B-s34B-b79K" / SNAPSHOT, "open_clip_model.safetensors")
    assert weights_at_hand() == ["ViT-B-32:laion2b_s34b_b79k"]


def test_a_link_to_what_was_not_fetched_to_its_end_is_nothing(caches: Path) -> None:
    folder = caches / "hub/models--laion--CLIP-ViT-B-32-laion2B-s34B-b79K" / SNAPSHOT
    put(folder)
    (folder / "open_clip_model.safetensors").symlink_to("../../blobs/absent")
    assert weights_at_hand() == []


@pytest.mark.parametrize("cache", [".cache/clip", ".cache/torch/hub/checkpoints"])
def test_files_of_other_caches_are_named_with_their_architecture(cache: str, caches: Path) -> None:
    put(caches / cache, "vit_b_32-quickgelu-laion400m_e32-46683a32.pt", "resnet50.pth")
    assert f"ViT-B-32-quickgelu:{caches / cache / 'vit_b_32-quickgelu-laion400m_e32-46683a32.pt'}" in weights_at_hand()
    assert not [name for name in weights_at_hand() if "resnet50" in name]
