"""Writes a phantom release: the files of SSG-VQA's layout, drawn instead of recorded.

Reads nothing. Writes `qa_txt/VIDxx/<frame>.txt`, `scene_graph/VIDxx_<frame>.json` and, with frames,
`CholecT45/data/VIDxx/<frame, six digits>.png`. Turns away a folder that holds something already.
The videos bear the names of SSG-VQA's, so that its split by video applies.
"""

from __future__ import annotations

import json
import random
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from curriculum_kit.benchmarks.phantom.asking import question_lines
from curriculum_kit.benchmarks.phantom.drawing import draw
from curriculum_kit.benchmarks.phantom.graph import graph_json
from curriculum_kit.benchmarks.phantom.scenes import sample_scene
from curriculum_kit.errors import ConfigInvalid, OutputOccupied, OutputUnwritable

_TRAIN = "73 40 62 42 29 56 50 78 66 13 52 06 36 05 12 26 68 32 49 65 47 04 23 79 51 10 57 75 25 14 15 08 80 27 70"
_VALIDATION = "18 48 01 35 31"
_TEST = "22 74 60 02 43"


def _in_turn() -> tuple[str, ...]:
    """Return the videos so that any nine in a row hold seven of train, one of validation and one of test."""
    train, rest = _TRAIN.split(), zip(_VALIDATION.split(), _TEST.split(), strict=True)
    return tuple(f"VID{name}" for k, pair in enumerate(rest) for name in (*train[7 * k : 7 * k + 7], *pair))


VIDEOS = _in_turn()


def write_release(
    folder: Path, scenes: int, seed: int, frames: bool = True, on_progress: Callable[[int], None] | None = None
) -> None:
    """Write a release of so many scenes into `folder`, a new or empty one.

    Scene k is frame k // 45 of video k % 45 and depends on the seed, the video and the frame alone: a
    larger release begins with the smaller one, and questions are the same with and without `frames`. The same
    arguments give the same bytes. `on_progress` is called with the number of scenes written. The folder
    is filled when all is written. Raises `ConfigInvalid`, `OutputOccupied` or `OutputUnwritable`.
    """
    if scenes < 1:
        raise ConfigInvalid(f"a phantom of {scenes} scenes cannot be made; ask for 1 or more")
    if folder.is_dir() and any(folder.iterdir()):
        raise OutputOccupied(f"{folder} is not empty; name a new folder or empty this one")
    if folder.exists() and not folder.is_dir():
        raise OutputUnwritable(f"{folder} is not a folder; name another one")
    try:
        beside = folder.resolve().parent
        beside.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".phantom-", dir=beside) as unfinished:
            _write(Path(unfinished), scenes, seed, frames, on_progress)
            folder.mkdir(exist_ok=True)
            for part in sorted(Path(unfinished).iterdir()):
                shutil.move(part, folder / part.name)
    except OSError as error:
        raise OutputUnwritable(
            f"{folder} cannot be written ({error.strerror or error}); make room there or name another folder"
        ) from error


def _write(root: Path, scenes: int, seed: int, frames: bool, on_progress: Callable[[int], None] | None) -> None:
    (root / "scene_graph").mkdir()
    for video in VIDEOS[:scenes]:
        (root / "qa_txt" / video).mkdir(parents=True)
        if frames:
            (root / "CholecT45" / "data" / video).mkdir(parents=True)
    for number in range(scenes):
        frame, video = number // len(VIDEOS), VIDEOS[number % len(VIDEOS)]
        scene = sample_scene(seed, video, frame)
        graph = graph_json(scene)
        rng = random.Random(f"{seed}/{video}/{frame}/questions")
        lines = question_lines(scene.things, graph["scenes"][0]["relationships"], scene.triplets, rng)
        (root / "qa_txt" / video / f"{frame}.txt").write_bytes(("\n".join(lines) + "\n").encode())
        (root / "scene_graph" / f"{scene.name}.json").write_bytes(json.dumps(graph).encode())
        if frames:
            image = draw(scene, random.Random(f"{seed}/{video}/{frame}/drawing"))
            image.save(root / "CholecT45" / "data" / video / f"{frame:06d}.png", compress_level=1)
        if on_progress:
            on_progress(number + 1)
