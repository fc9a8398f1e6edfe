"""What CLIP's image tower costs around the model: decoding, hashing and writing, and against a plain open_clip loop.

Both go through the same files with the same model (random weights: only time is measured), in turn, in one process;
figures are ratios within a round, in wall time and, for a machine that others use too, in CPU time of all threads.
What stands outside the model is what a run takes beyond the same images as tensors in memory, a batch at a time;
on a GPU, where it is hidden behind the model, "model alone" is the ceiling. Without --images, frames of the phantom
are made.

    python bench/clip.py [--images FOLDER] [--model ViT-B-32] [--device auto] [--rounds 5] [--limit 96]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image
from rich.console import Console
from rich.table import Table
from timing import Spread

from curriculum_kit.encoders.clip import ClipModel
from curriculum_kit.encoders.clip.decoding import regions_of
from curriculum_kit.encoders.clip.model import IMAGE_BATCH
from curriculum_kit.encoders.clip.names import open_clip
from curriculum_kit.enums import Engine
from curriculum_kit.pipeline.embedding import EmbeddingCache, embed, engine_for, wanted_images

SUFFIXES = {".png", ".jpg", ".jpeg"}


def save_random(architecture: str, folder: Path) -> str:
    """Write a checkpoint with random weights and return the name under which ckit loads it."""
    import torch

    path = folder / "random.pt"
    torch.manual_seed(0)
    torch.save(open_clip().create_model(architecture).state_dict(), path)
    return f"{architecture}:{path}"


def phantom_frames(folder: Path, count: int) -> list[Path]:
    """Draw scenes of the phantom, a file each."""
    from curriculum_kit.benchmarks.phantom.release import write_release

    write_release(folder, scenes=count, seed=0)
    return images_below(folder)


def images_below(folder: Path) -> list[Path]:
    """Return the image files of a folder, sorted."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)


def ours(model: ClipModel, files: list[Path], folder: Path) -> None:
    """Do what a build does with images that no cache has: hash, embed, write to the cache, and read the vectors."""
    paths = pa.array([str(path) for path in files], pa.string())
    wanted = wanted_images(pa.table({"sha256": pa.nulls(len(files), pa.string()), "path": paths}))
    with tempfile.TemporaryDirectory(dir=folder) as empty:
        cache = EmbeddingCache(Path(empty), model.fingerprint, model.name)
        embed(wanted, cache, engine_for(Engine.LOCAL, lambda: model, model.name, model.fingerprint))
        found = cache.vectors(wanted["key"])
    assert not np.isnan(found).any(), "every image has a vector"


def plain_loop(model: Any, preprocess: Callable[[Image.Image], Any], files: list[Path], device: Any, size: int) -> None:
    """Do what open_clip's own example does with a list of files: no hashes, nothing written."""
    import torch

    for start in range(0, len(files), size):
        images = torch.stack([preprocess(Image.open(path)) for path in files[start : start + size]]).to(device)
        with torch.inference_mode(), torch.autocast(device.type, torch.float16, enabled=device.type != "cpu"):
            features = model.encode_image(images)
            features /= features.norm(dim=-1, keepdim=True)
        features.cpu()


def model_alone(model: ClipModel, pixels: np.ndarray, size: int) -> None:
    """Run the image tower over what is decoded already."""
    for start in range(0, len(pixels), size):
        model.embed(pixels[start : start + size])


def seconds(work: Callable[[], None]) -> tuple[float, float]:
    """Return the wall time of a call and the CPU time of all threads meanwhile."""
    start, used = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - start, time.process_time() - used


def main() -> None:
    """Print images per second of each way, the share outside the model, and the ratio to the plain loop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=Path, help="folder with images; frames of the phantom where it is not given")
    parser.add_argument("--model", default="ViT-B-32", help="an architecture of open_clip")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--limit", type=int, default=96, help="images per round")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = images_below(given.images) if given.images else phantom_frames(folder / "phantom", given.limit)
        files = found[: given.limit] or parser.error("no images there")
        model = ClipModel.load(save_random(given.model, folder), given.device)
        towers = model.towers
        _, _, preprocess = open_clip().create_model_and_transforms(given.model, load_weights=False)
        size = IMAGE_BATCH[towers.half]
        shaped = [regions_of(path, [None], towers.shape_image)[0][0] for path in files]
        pixels = np.stack([one for one in shaped if one is not None])
        ways: dict[str, Callable[[], None]] = {
            "model alone": lambda: model_alone(model, pixels, size),
            "ckit": lambda: ours(model, files, folder),
            "plain loop": lambda: plain_loop(towers.model, preprocess, files, towers.device, size),
        }
        rounds = [{way: seconds(work) for way, work in ways.items()} for _ in range(given.rounds + 1)][1:]
        report(rounds, len(files), f"{given.model} on {towers.device}, batches of {size}")


def report(rounds: list[dict[str, tuple[float, float]]], images: int, title: str) -> None:
    """Print the medians and the ratios round by round."""
    table = Table(title=f"{images} images, {title}, {len(rounds)} rounds")
    for column in ("way", "images/s", "lowest", "highest", "CPU ms per image"):
        table.add_column(column, justify="left" if column == "way" else "right")
    for way in rounds[0]:
        rate = Spread.of([images / one[way][0] for one in rounds])
        used = statistics.median(one[way][1] / images for one in rounds)
        table.add_row(way, *(f"{value:.1f}" for value in (rate.median, rate.low, rate.high)), f"{1000 * used:.1f}")
    console = Console()
    console.print(table)
    for clock, name in enumerate(("wall", "CPU")):
        outside = statistics.median(1 - one["model alone"][clock] / one["ckit"][clock] for one in rounds)
        slower = statistics.median(one["plain loop"][clock] / one["ckit"][clock] for one in rounds)
        console.print(
            f"{name} time: {outside:.1%} outside the model (target: under 20%), "
            f"a plain loop takes {slower:.2f} times as long as ckit (target: at least 1)"
        )


if __name__ == "__main__":
    main()
