"""Does it learn? A small model that was taught the phantom meets shifted scenes, and `ckit train` takes it from there.

A Qwen2.5-VL of half a million parameters, made in code, is taught with the supervised arm: first to find the letter
of a structure that is named, without images, then to name the structure that a region of a scene shows. Then the
colours of the scenes move by 70 % to those of each structure's look-alike, with more noise, and GRPO trains it on such
scenes, with a seed of its own each time. Accuracy is that of the likeliest answer on 1,000 held-out shifted scenes
with four options; chance is 0.25, and a blank image must leave it there.

    python bench/learn.py [--seeds 0 1 2] [--steps 120] [-o bench/results]
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from learning.curves import Run, draw_curves, summary
from learning.rows import OPTIONS, WORDS, lessons_of_pictures, lessons_of_words, questions, write_curriculum
from learning.scenes import SIDE, Shift
from rich.console import Console
from rich.table import Table

from curriculum_kit import torchvision_repair
from curriculum_kit.enums import Arm, Split

GAIN = 0.05
"""Accuracy that GRPO has to add."""
HELD_OUT = 1000
CHANCE = 1 / OPTIONS
MARGIN = 0.04
"""How far from chance an accuracy may be by chance: 3 standard errors of 1,000 questions."""
SHIFT = Shift(color=0.7, noise=12.0)

LEARNT_FROM, SHIFTED, UNSEEN = 81001, 82001, 83001
"""Seeds of the phantoms: of the lessons, of GRPO's scenes (plus the run's own), of what is held out."""

BATCH, WORD_STEPS, PICTURE_STEPS, SCENES = 64, 300, 450, 2500
SCENES_A_STEP, ROLLOUTS = 16, 8
BETWEEN = 40
"""Steps between two looks at what is held out."""

COMMON: dict[str, Any] = {
    "dtype": "float32",
    "use_cpu": True,
    "bf16": False,
    "gradient_checkpointing": False,
    "max_completion_length": 14,
    "logging_strategy": "no",
    "report_to": "none",
    "disable_tqdm": True,
}
TEACHING = COMMON | {
    # A chunk of 128 completions in groups of two is a batch of 64 rows to the supervised arm.
    "num_generations": 2,
    "per_device_train_batch_size": BATCH,
    "gradient_accumulation_steps": 2,
    "lr_scheduler_type": "cosine",
    "warmup_steps": 30,
    "adam_beta2": 0.98,
    "save_strategy": "no",
}
LEARNING = COMMON | {
    "num_generations": ROLLOUTS,
    "per_device_train_batch_size": SCENES_A_STEP * ROLLOUTS,
    "gradient_accumulation_steps": 1,
    "learning_rate": 2e-4,
    "lr_scheduler_type": "linear",
    "temperature": 1.0,
    "beta": 0.0,
    "save_steps": BETWEEN,
    "save_total_limit": None,
    "curriculum": {"rewards": {"accuracy": 1.0, "learning.rewards:sincere": 1.0}},
}


class Rewards:
    """An observer that keeps the accuracy of each step's completions."""

    def __init__(self) -> None:
        self.accuracy: list[float] = []

    def generated(self, batch: Any) -> None:
        """Note the mean of a chunk, which is a step."""
        self.accuracy.append(statistics.fmean(batch.rewards["accuracy"]))


def train(curriculum: Path, settings: dict[str, Any], arm: Arm, observer: Any = None) -> Path:
    """Run what `ckit train` runs; return the folder of the model."""
    from trainer.config import parse_config
    from trainer.plan import make_plan
    from trainer.run import train as run

    return run(make_plan(curriculum, parse_config(settings)), arm=arm, observer=observer).output


def accuracy(model: Path, curriculum: Path, folder: Path, blank: bool = False) -> tuple[float, float]:
    """Return what `ckit evaluate` finds on the held-out questions, and with blank images where asked for (NaN else)."""
    from trainer.evaluate import Evaluation, evaluate
    from trainer.results import Condition

    conditions = (Condition.IMAGE, Condition.BLANK) if blank else (Condition.IMAGE,)
    limits = {"batch_size": 125, "max_tokens": COMMON["max_completion_length"], "device": "cpu"}
    found = evaluate(Evaluation(str(model), curriculum, Split.TEST, conditions=conditions, **limits), folder)
    known = found.parts[0].accuracy
    return known[Condition.IMAGE].value, known[Condition.BLANK].value if blank else math.nan


def teach(folder: Path) -> Path:
    """Return a model that has had both lessons, made unless it is there."""
    from trainer.tiny import TinyShape, write_tiny_model

    model, taught = folder / "new", folder / "taught-pictures"
    if (taught / "config.json").is_file():
        return taught
    shape = TinyShape(hidden=96, layers=2, vision_hidden=64, vision_layers=3, side=SIDE, initial_std=0.08)
    write_tiny_model(model, labels=WORDS, shape=shape)
    words = lessons_of_words(LEARNT_FROM, WORD_STEPS * BATCH)
    pictures = lessons_of_pictures(LEARNT_FROM, PICTURE_STEPS * BATCH, SCENES)
    for name, rows, rate in (("words", words, 3e-3), ("pictures", pictures, 2e-3)):
        output = folder / f"taught-{name}"
        settings = {"model_name_or_path": str(model), "output_dir": str(output), "learning_rate": rate}
        curriculum = write_curriculum(folder / name, rows)
        start = time.process_time()
        model = train(curriculum, TEACHING | settings, Arm.SFT)
        print(f"lesson of {name}: {time.process_time() - start:.0f} s of CPU", flush=True)
    return model


def learn(model: Path, seed: int, steps: int, held_out: Path, before: float, folder: Path) -> Run:
    """Train on shifted scenes that no other seed sees, and look at what is held out every `BETWEEN` steps."""
    from transformers import AutoConfig

    rows = questions(SHIFTED + seed, steps * SCENES_A_STEP, SHIFT, Split.TRAIN)
    known = AutoConfig.from_pretrained(model)
    # A model of half a million parameters says so at times, and a sampled image token would have no image.
    never = [known.image_token_id, known.video_token_id, known.vision_start_token_id]
    settings = {
        "model_name_or_path": str(model),
        "output_dir": str(folder / "out"),
        "seed": seed,
        "max_steps": steps,
        "generation_kwargs": {"suppress_tokens": never},
    }
    curriculum, rewards = write_curriculum(folder / "shifted", rows), Rewards()
    start = time.process_time()
    output = train(curriculum, LEARNING | settings, Arm.GRPO, rewards)
    seconds = time.process_time() - start
    found, blank = {0: before}, math.nan
    for step in range(BETWEEN, steps + 1, BETWEEN):
        is_last = step + BETWEEN > steps
        found[step], blank = accuracy(output / f"checkpoint-{step}", held_out, folder / f"at-{step}", blank=is_last)
    return Run(seed, found, blank, rewards.accuracy, seconds)


def measure(seeds: list[int], steps: int, folder: Path, output: Path) -> bool:
    """Teach, train once a seed, print and draw what came of it; say whether it learnt, and from what it saw."""
    start = time.process_time()
    model = teach(folder)
    questions_unseen = {"as taught": Shift(), "shifted": SHIFT}
    unseen = {
        name: write_curriculum(folder / name, questions(UNSEEN, HELD_OUT, shift, Split.TEST))
        for name, shift in questions_unseen.items()
    }
    table = Table("model", "scenes", "accuracy", "blank image", title=f"{HELD_OUT:,} held-out scenes, chance {CHANCE}")
    before = {name: accuracy(model, unseen[name], folder / f"taught {name}", blank=True) for name in unseen}
    for name, (seen, blank) in before.items():
        table.add_row("taught", name, f"{seen:.3f}", f"{blank:.3f}")
    runs = []
    for seed in seeds:
        run = learn(model, seed, steps, unseen["shifted"], before["shifted"][0], folder / f"seed-{seed}")
        print(json.dumps(asdict(run)), flush=True)
        after = run.held_out[max(run.held_out)]
        table.add_row(f"{steps} steps of GRPO, seed {seed}", "shifted", f"{after:.3f}", f"{run.blank:.3f}")
        runs.append(run)
    draw_curves(runs, CHANCE, output / "learn.png")
    figures = summary(runs)
    (output / "learn.json").write_text(json.dumps(figures | {"runs": [asdict(run) for run in runs]}, indent=2) + "\n")
    console = Console()
    console.print(table)
    console.print(
        f"GRPO adds {figures['gain']:.3f} (at least {GAIN}), seeds {figures['gain by seed']}; blank image "
        f"{figures['blank']:.3f} (chance {CHANCE} within {MARGIN}); {time.process_time() - start:.0f} s of CPU in all; "
        f"curves in {output / 'learn.png'}"
    )
    return bool(figures["gain"] >= GAIN and abs(figures["blank"] - CHANCE) <= MARGIN)


def main() -> int:
    """Return 1 where it did not learn, or where it answers without looking."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=120, help=f"a multiple of {BETWEEN}")
    parser.add_argument("-o", "--output", type=Path, default=Path("bench/results"), help="where picture and figures go")
    parser.add_argument("--work", type=Path, help="keep the models there; a taught one is used again")
    given = parser.parse_args()
    torchvision_repair.install()
    import torch

    from trainer.run import quieten

    torch.set_num_threads(1)
    quieten()
    with tempfile.TemporaryDirectory() as name:
        given.output.mkdir(parents=True, exist_ok=True)
        return 0 if measure(given.seeds, given.steps, given.work or Path(name), given.output) else 1


if __name__ == "__main__":
    sys.exit(main())
