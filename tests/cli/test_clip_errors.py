"""What can be wrong with a CLIP model or with images: one line and exit code 2, or a count of what was not seen."""

import json
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageFile

Ckit = Callable[..., Any]


def foreign(folder: Path, tiny: Path, vit: Path) -> None:
    """Write a ResNet's configuration beside the weights of a ViT."""
    shutil.copytree(tiny, folder)
    shutil.copy(vit / "open_clip_model.safetensors", folder)


def cut(folder: Path, tiny: Path, vit: Path) -> None:
    shutil.copytree(tiny, folder)
    weights = folder / "open_clip_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:3000])


def text_for_weights(folder: Path, tiny: Path, vit: Path) -> None:
    shutil.copytree(tiny, folder)
    (folder / "open_clip_model.safetensors").unlink()
    (folder / "open_clip_pytorch_model.bin").write_text("hello")


def no_weights(folder: Path, tiny: Path, vit: Path) -> None:
    shutil.copytree(tiny, folder)
    (folder / "open_clip_model.safetensors").unlink()


def no_model(folder: Path, tiny: Path, vit: Path) -> None:
    folder.mkdir()
    (folder / "thesis.tex").write_text("words")


def sentence_transformers(folder: Path, tiny: Path, vit: Path) -> None:
    folder.mkdir()
    (folder / "modules.json").write_text("[]")


def of_transformers(folder: Path, tiny: Path, vit: Path) -> None:
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "clip"}')


def no_json(folder: Path, tiny: Path, vit: Path) -> None:
    shutil.copytree(tiny, folder)
    (folder / "open_clip_config.json").write_text("{")


@pytest.fixture
def pictures(ckit: Ckit, patchwork: Callable[[int], Image.Image]) -> Path:
    """Return a folder, where the command runs, with a picture for each question of `tables`."""
    folder = Path("pictures")
    folder.mkdir()
    for number in range(56):
        patchwork(number).save(folder / f"{number}.png")
    return folder


@pytest.fixture
def looked(ckit: Ckit, source: Path) -> Callable[..., Any]:
    """Return what ingests the questions with their pictures again, as they are now."""
    return lambda: ckit("ingest", "mcq", source, "--images", "pictures", "-o", "looked")


@pytest.fixture
def by_clip(ckit: Ckit, vectors: Path) -> Callable[..., Any]:
    """Return what builds a curriculum with a model: (tables, model, options)."""
    return lambda tables, model, *options: ckit(
        *("build-curriculum", tables, "--embeddings", vectors, "-o", "curriculum", "--clip-model", model),
        *("--device", "cpu", "--cache", "cache", *options),
    )


@pytest.mark.parametrize(
    ("write", "says"),
    [
        (
            foreign,
            "its tensors are not those of the model); these weights are not for what open_clip_config.json there",
        ),
        (cut, "model does not load from model/open_clip_model.safetensors (SafetensorError"),
        (text_for_weights, "(the file is no checkpoint, or holds more than tensors); fetch it again"),
        (no_weights, "model holds open_clip_config.json and no weights; keep one as open_clip_model.safetensors or"),
        (no_model, "model holds no CLIP model (open_clip_config.json and weights); give --clip-model an open_clip"),
        (sentence_transformers, "model holds a sentence-transformers model, not CLIP; pass it as --text-model"),
        (of_transformers, "model is in the format of transformers (open_clip_config.json is missing); give a"),
        (no_json, "model/open_clip_config.json is no configuration of an open_clip model (JSONDecodeError"),
    ],
)
def test_a_folder_that_is_no_model_is_told_in_a_line(
    write: Callable[..., None],
    says: str,
    tables: Path,
    by_clip: Callable[..., Any],
    tiny: Path,
    vit: Path,
    pictures: Path,
) -> None:
    write(Path("model"), tiny, vit)
    assert says in by_clip(tables, "model", "--image-root", pictures).mistake
    assert not Path("curriculum/manifest.json").exists()


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (
            "ViT-B-32",
            "ViT-B-32 alone is an architecture with random weights, which say nothing; give --clip-model ViT-B",
        ),
        ("ViT-B-33:openai", "has no architecture 'ViT-B-33' (did you mean 'ViT-B-32'?)"),
        ("ViT-B-32:laion3b", "open_clip lists no weights 'laion3b' for ViT-B-32"),
        ("./absent", "the CLIP model './absent' does not exist; give --clip-model"),
        ("ViT-B-32:absent.pt", "absent.pt does not exist; give the file that holds the weights"),
        ("rows.json", "'rows.json' is a file and does not say for which architecture"),
    ],
)
def test_a_name_that_means_no_model_is_told_in_a_line(
    model: str, says: str, tables: Path, by_clip: Callable[..., Any]
) -> None:
    assert says in by_clip(tables, model).mistake


def test_weights_that_cannot_be_fetched_are_named_with_where_to_put_them(
    tables: Path, by_clip: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_network(*_: Any, **__: Any) -> None:
        raise OSError("[Errno -2] Name or service not known")

    monkeypatch.setattr("huggingface_hub.snapshot_download", no_network)
    monkeypatch.setattr("huggingface_hub.HfApi.model_info", no_network)
    line = by_clip(tables, "hf-hub:microsoft/BiomedCLIP-PubMedBERT_256-vit_base_patch16_224").mistake
    assert "is not in the Hugging Face cache and cannot be fetched ([Errno -2] Name or service not known)" in line
    assert "hf download microsoft/BiomedCLIP-PubMedBERT_256-vit_base_patch16_224 --local-dir clip-model`" in line
    assert line.endswith("copy the folder clip-model here and pass it as --clip-model")
    line = by_clip(tables, "ViT-B-32:laion2b_s34b_b79k").mistake
    assert "`hf download laion/CLIP-ViT-B-32-laion2B-s34B-b79K --local-dir clip-model`" in line


def test_without_any_image_the_build_says_so_and_goes_by_the_other_channels(
    tables: Path, by_clip: Callable[..., Any], tiny: Path
) -> None:
    result = by_clip(tables, tiny)
    assert result.code == 0
    assert "No image was found (56 missing): similarity goes by text and clip_text." in result.out
    assert (
        "No image was found, so that nothing is known of what labels look like."
        in Path("curriculum/README.md").read_text()
    )
    line = by_clip(tables, tiny, "--weights", "clip_image=1", "--force").mistake
    assert "no channel that has a weight has vectors: text, clip_text are there" in line


def bomb(encoded: Callable[..., bytes]) -> bytes:
    """Return a PNG that says it has 30,000 x 30,000 pixels."""
    small = encoded(Image.new("1", (8, 8)))
    head = b"IHDR" + (30_000).to_bytes(4, "big") * 2 + small[24:29]
    return small[:12] + head + zlib.crc32(head).to_bytes(4, "big") + small[33:]


def test_files_that_are_no_images_are_reported_and_the_rest_is_used(
    pictures: Path,
    looked: Callable[..., Any],
    by_clip: Callable[..., Any],
    tiny: Path,
    encoded: Callable[..., bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One pixel is an image; a text, a head without pixels and a file that is not there are none."""
    (pictures / "0.png").write_text("a text")
    (pictures / "1.png").write_bytes(bomb(encoded))
    (pictures / "2.png").unlink()
    Image.new("RGB", (1, 1), (255, 0, 0)).save(pictures / "3.png")
    sizes, load = [], ImageFile.ImageFile.load

    def watch(image: ImageFile.ImageFile) -> Any:
        sizes.append(image.size)
        return load(image)

    monkeypatch.setattr(ImageFile.ImageFile, "load", watch)
    ingested = looked()
    assert "56 images (2 corrupt, 1 missing, 53 ok)" in ingested.out
    assert "Missing below pictures: 2.png" in ingested.out
    result = by_clip("looked", tiny, "--min-images", "1")
    assert result.code == 0
    assert "The image tower saw 53 images (2 corrupt, 1 missing)" in result.out
    assert max(sizes) == (96, 64)  # nothing else was decoded
    facts = json.loads(Path("curriculum/manifest.json").read_text())["stages"]["looks"]
    assert facts["by_status"] == {"corrupt": 2, "missing": 1, "ok": 53}
