"""Crops of the phantom's structures, as ckit cuts regions out of its frames and shapes them for the model."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from curriculum_kit import torchvision_repair
from curriculum_kit.benchmarks.phantom.drawing import draw
from curriculum_kit.benchmarks.phantom.scenes import sample_scene
from curriculum_kit.benchmarks.phantom.world import STRUCTURES

SIDE = 32
"""Pixels. At 40 a step takes half as long again, and the figures are the same."""

NAMES = sorted(STRUCTURES)


@dataclass(frozen=True)
class Crops:
    """Regions that show a structure: pixels (n, 32, 32, 3) and which of `NAMES` each shows (n,)."""

    pixels: NDArray[np.uint8]
    structure: NDArray[np.int64]

    def first(self, count: int) -> Crops:
        """Return the first `count` of them."""
        return Crops(self.pixels[:count], self.structure[:count])


def crops_of_phantom(seed: int, frames: int) -> Crops:
    """Return the regions of so many frames of a phantom, in the order of the frames.

    The longer side is scaled to 32 and the rest stays black: squashed to a square, long structures would look as
    round as others.
    """
    shape = _shaping()
    pixels, structure = [], []
    for number in range(frames):
        scene = sample_scene(seed, "VID01", number)
        frame = draw(scene, random.Random(f"{seed}/VID01/{number}/drawing"))
        for thing in scene.things:
            if thing.component in STRUCTURES:
                x0, y0, x1, y1 = thing.box
                pixels.append(np.asarray(shape(frame.crop((x0, y0, x1 + 1, y1 + 1)))))
                structure.append(NAMES.index(thing.component))
    return Crops(np.stack(pixels), np.array(structure))


PREPROCESS = {"interpolation": "bicubic", "resize_mode": "longest", "fill_color": 0}


def _shaping():  # noqa: ANN202 - a torchvision transform
    torchvision_repair.install()
    from open_clip.transform import PreprocessCfg, image_transform_v2
    from torchvision.transforms import Compose

    *shaping, _, _ = image_transform_v2(PreprocessCfg(size=SIDE, **PREPROCESS), is_train=False).transforms
    compose = Compose(shaping)

    def shape(image: Image.Image) -> Image.Image:
        return compose(image)

    return shape
