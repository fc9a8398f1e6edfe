"""Fixtures that several test modules share."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from curriculum_kit import torchvision_repair


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder with the real benchmark files, or skip and say where it was looked for."""
    folder = Path(os.environ.get("CKIT_REAL_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"real benchmark files are absent: {folder} does not exist; set CKIT_REAL_DATA")
    return folder


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the curriculum that `make demo` builds, made by the command itself."""
    folder = tmp_path_factory.mktemp("quickstart")
    ckit = Path(sys.executable).with_name("ckit")
    subprocess.run([ckit, "build-curriculum", "--sample", "-o", "demo"], cwd=folder, check=True, capture_output=True)
    return folder / "demo"


@pytest.fixture(scope="session")
def encoded() -> Callable[..., bytes]:
    """Return what gives the bytes of an image as a file: (image, form="PNG", options of Pillow)."""

    def encode(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
        stream = io.BytesIO()
        image.save(stream, form, **options)
        return stream.getvalue()

    return encode


@pytest.fixture(scope="session")
def quarters() -> Image.Image:
    """Return 4 x 4 pixels: red and green above, blue and white below."""
    image = Image.new("RGB", (4, 4), (255, 0, 0))
    for colour, box in (((0, 255, 0), (2, 0, 4, 2)), ((0, 0, 255), (0, 2, 2, 4)), ((255, 255, 255), (2, 2, 4, 4))):
        image.paste(colour, box)
    return image


@pytest.fixture(scope="session")
def patchwork() -> Callable[[int], Image.Image]:
    """Return what draws 4 x 4 patches of eight colours, by a seed; no two pictures look alike."""

    def draw(seed: int) -> Image.Image:
        colours = 255 * np.random.default_rng(seed).integers(0, 2, (4, 4, 3), dtype=np.uint8)
        return Image.fromarray(colours).resize((96, 64), Image.Resampling.NEAREST)

    return draw


# Tiny CLIP models with random weights, in open_clip's own format: they build in milliseconds and read any text.

VISION = {"image_size": 32, "layers": [1, 1, 1, 1], "width": 8, "patch_size": None}  # a ResNet, with BatchNorm
TEXT = {"context_length": 24, "vocab_size": 300, "width": 32, "heads": 2, "layers": 1, "hf_tokenizer_name": "local"}
MODEL = {"embed_dim": 16, "vision_cfg": VISION, "text_cfg": TEXT}
GREY = {"mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25], "interpolation": "bicubic", "resize_mode": "shortest"}


def _write_tokenizer(folder: Path) -> None:
    """Write a byte-level tokenizer of 259 tokens: no word is unknown, and no two are alike."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = [
        "<pad>",
        *alphabet,
        "<start>",
        "<end>",
    ]  # the end comes last: open_clip looks there for the highest number
    tokenizer = Tokenizer(models.BPE({token: i for i, token in enumerate(vocabulary)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.post_processor = processors.TemplateProcessing(
        "<start> $A <end>", None, [("<start>", 257), ("<end>", 258)]
    )
    names = {"pad_token": "<pad>", "bos_token": "<start>", "eos_token": "<end>"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names).save_pretrained(folder)


def _write_model(
    folder: Path, model: dict[str, Any] = MODEL, seed: int = 0, vision: dict[str, Any] | None = None, **more: Any
) -> Path:
    """Write a model's folder with weights drawn by `seed`; `more` goes into its configuration."""
    torchvision_repair.install()
    import open_clip
    import torch
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    config = {"model_cfg": model | ({"vision_cfg": vision} if vision else {}), "preprocess_cfg": GREY, **more}
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    _write_tokenizer(folder)
    torch.manual_seed(seed)
    made = open_clip.create_model(f"local-dir:{folder}", load_weights=False, pretrained_text=False)
    weights = {name: tensor.contiguous() for name, tensor in made.state_dict().items()}
    # Statistics that differ from those of a batch: a tower that is not in evaluation mode gives other vectors.
    weights |= {name: tensor + 0.5 for name, tensor in weights.items() if name.endswith("running_var")}
    save_file(weights, folder / "open_clip_model.safetensors")
    return folder


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a ResNet CLIP with its own tokenizer."""
    return _write_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def vit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a ViT, which unlike the ResNet tells pictures of other colours apart."""
    vision = {"image_size": 32, "layers": 2, "width": 32, "patch_size": 8, "head_width": 16}
    return _write_model(tmp_path_factory.mktemp("models") / "vit", vision=vision)


@pytest.fixture(scope="session")
def write_clip_model() -> Callable[..., Path]:
    """Return what writes a model's folder: (folder, model=..., seed=..., more configuration)."""
    return _write_model


@pytest.fixture
def clip_model_config() -> dict[str, Any]:
    """Return the configuration of the tiny model."""
    return dict(MODEL)


@pytest.fixture
def write_tokenizer() -> Callable[[Path], None]:
    """Return what writes a tokenizer into a folder."""
    return _write_tokenizer
