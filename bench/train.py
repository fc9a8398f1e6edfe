"""What `ckit train` costs and keeps beside TRL itself, on the CPU with a tiny model.

`speed` runs the same rows in the same sizes through TRL's own trainer and through ckit, in turns: steps per second, how
often an image is decoded, the peak of memory. `memory` compares that peak on few and on many images. `resume` kills
runs of 50 steps over three tiers, groups of four wordings, with signal 9 at a random step of epoch 0 and of epoch 1, in
one process and in two, and compares what they end with to the run that was not killed.

    python bench/train.py speed [--steps 20] [--rounds 3]
    python bench/train.py memory
    python bench/train.py resume [--seed 0]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

from curriculum_kit import torchvision_repair

LIMIT = 1.0
"""Steps per second of ckit over those of TRL that are asked for."""

SETTINGS: dict[str, Any] = {
    "per_device_train_batch_size": 8,
    "gradient_accumulation_steps": 4,
    "num_generations": 8,
    "max_completion_length": 8,
    "learning_rate": 1e-3,
    "save_strategy": "no",
    "disable_tqdm": True,
    "logging_strategy": "no",
}


def prepare(folder: Path, scenes: int) -> Path:
    """Build a curriculum of drawn scenes with embedded images and a tiny model; return the curriculum."""
    from curriculum_kit.config import BuildConfig
    from curriculum_kit.pipeline.build import build
    from trainer.tiny import write_tiny_model

    curriculum = folder / f"scenes-{scenes}"
    asked = {"sample": True, "scenes": scenes, "images": "embed", "where": "question_type = 'query_component'"}
    build(BuildConfig.model_validate(asked), curriculum)
    write_tiny_model(folder / "tiny")
    return curriculum


def run_ckit(curriculum: Path, model: Path, steps: int, output: Path, **changed: Any) -> dict[str, float]:
    """Train by ckit; return the seconds of training, the images decoded and the peak of memory."""
    from trainer.config import parse_config
    from trainer.loading import load_processor
    from trainer.plan import make_plan
    from trainer.run import make_trainer, quieten

    quieten()
    section = {"rewards": {"length": 1.0}, "splits": ["train", "validation", "test"]}
    values = SETTINGS | {"model_name_or_path": str(model), "output_dir": str(output), "max_steps": steps}
    plan = make_plan(curriculum, parse_config(values | changed | {"curriculum": section}))
    trainer = make_trainer(plan, load_processor(plan))
    start = time.perf_counter()
    trainer.train()
    return {"seconds": time.perf_counter() - start, "decoded": trainer.images_decoded, "peak_mb": _peak_mb()}


def run_trl(curriculum: Path, model: Path, steps: int, output: Path) -> dict[str, float]:
    """Train by TRL's own trainer as its documentation has it, on the same rows in the same sizes."""
    torchvision_repair.install()
    from trl.trainer.grpo_config import GRPOConfig
    from trl.trainer.grpo_trainer import GRPOTrainer

    from trainer.rewards import reward_functions
    from trainer.rows import load_rows
    from trainer.run import quieten

    quieten()
    functions, weights = reward_functions({"length": 1.0}, completion_tokens=8)
    options = SETTINGS | {"max_steps": steps, "output_dir": str(output), "reward_weights": weights}
    arguments = GRPOConfig(**options, use_cpu=True, bf16=False, shuffle_dataset=False)
    trainer: Any = GRPOTrainer(
        model=str(model), reward_funcs=functions, args=arguments, train_dataset=load_rows(curriculum)
    )
    start = time.perf_counter()
    trainer.train()
    return {"seconds": time.perf_counter() - start, "peak_mb": _peak_mb()}


def _peak_mb() -> float:
    # Not getrusage: what a process was before `exec`, its parent, counts there.
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def _in_a_process(what: str, *words: object) -> dict[str, float]:
    """Run one training in a process of its own; return its figures."""
    command = [sys.executable, __file__, what, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{what} failed:\n{done.stderr[-2000:]}")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def speed(folder: Path, steps: int, rounds: int) -> bool:
    """Print steps per second side by side; say whether ckit is as quick as TRL."""
    curriculum = prepare(folder, 200)
    ratios = []
    for number in range(rounds):
        one = _in_a_process("ckit", curriculum, folder / "tiny", steps, folder / "out")
        other = _in_a_process("trl", curriculum, folder / "tiny", steps, folder / "out")
        ratios.append(other["seconds"] / one["seconds"])
        print(
            f"round {number}: ckit {steps / one['seconds']:.2f} steps/s, {one['decoded']:.0f} images decoded, "
            f"peak {one['peak_mb']:.0f} MB; TRL {steps / other['seconds']:.2f} steps/s, peak {other['peak_mb']:.0f} MB"
        )
    rollouts = steps * 32
    share = one["decoded"] / rollouts
    print(f"ckit over TRL: {statistics.median(ratios):.2f} (at least {LIMIT}); {share:.3f} images decoded a rollout")
    return statistics.median(ratios) >= LIMIT


def memory(folder: Path) -> bool:
    """Print the peak of memory on few and on many images; say whether it stays within a tenth."""
    peaks = []
    for scenes in (100, 400):
        curriculum = prepare(folder, scenes)
        peaks.append(_in_a_process("ckit", curriculum, folder / "tiny", 20, folder / "out")["peak_mb"])
        print(f"{scenes} images: peak {peaks[-1]:.0f} MB")
    return peaks[1] < 1.1 * peaks[0]


def resume(folder: Path, seed: int) -> bool:
    """Print whether killed runs end with the same bytes as whole ones."""
    curriculum, chance = prepare(folder, 14), random.Random(seed)
    ckit = Path(sys.executable).with_name("ckit")
    words = ["groups", curriculum, "--writer", "rules", "--variants", "4", "--tiers", "0,1,2"]
    subprocess.run([ckit, *words], check=True, capture_output=True)
    lora = {"r": 4, "target_modules": ["q_proj", "v_proj"]}
    fine = True
    for processes in (1, 2):
        for kind, changed in (("full", {}), ("lora", {"peft": lora})):
            # Some 90 groups, four a step: an epoch ends after about 23 steps.
            steps = (chance.randrange(5, 20), chance.randrange(28, 45))
            for epoch, same in enumerate(_killed_and_whole(folder, curriculum, processes, steps, changed)):
                fine &= same
                said = "identical" if same else "DIFFERENT"
                print(
                    f"{processes} process(es), {kind}, killed in epoch {epoch}, step {steps[epoch]}: {said}", flush=True
                )
    return fine


def _killed_and_whole(
    folder: Path, curriculum: Path, processes: int, steps: tuple[int, ...], changed: dict[str, Any]
) -> list[bool]:
    """Train once whole and once for each step killed after it and resumed; say which end with the same bytes."""
    base = SETTINGS | {
        "model_name_or_path": str(folder / "tiny"), "max_steps": 50, "save_strategy": "steps", "save_steps": 5,
        "per_device_train_batch_size": 8 // processes, "lr_scheduler_type": "constant",
    }  # fmt: skip
    made = []
    with tempfile.TemporaryDirectory(dir=folder) as work:
        for step in (None, *steps):
            output, file = Path(work) / f"killed-{step}", Path(work) / f"{step}.yaml"
            section = {"rewards": {"length": 1.0}, "splits": ["train", "validation", "test"]}
            file.write_text(yaml.safe_dump(base | changed | {"output_dir": str(output), "curriculum": section}))
            if step is not None:
                _launch(curriculum, file, processes, kill_after=output / f"checkpoint-{step // 5 * 5}")
            _launch(curriculum, file, processes, resume=step is not None)
            made.append(next(output.glob("*model.safetensors")).read_bytes())
    whole, *killed = made
    return [weights == whole for weights in killed]


def _launch(curriculum: Path, file: Path, processes: int, resume: bool = False, kill_after: Path | None = None) -> None:
    """Run `python -m trainer`; kill all of its processes as soon as `kill_after` is there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    at = ["--master-addr=127.0.0.1", f"--master-port={port}"]
    several = ["torch.distributed.run", f"--nproc-per-node={processes}", *at, "-m"] if processes > 1 else []
    command = [sys.executable, "-m", *several, "trainer", str(curriculum), "--config", str(file)]
    command += ["--resume"] if resume else []
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    while kill_after is not None and process.poll() is None and not (kill_after / "ckit.json").exists():
        time.sleep(0.01)
    if kill_after is not None and process.poll() is None:
        time.sleep(random.Random(str(kill_after)).random() * 0.5)  # amid whatever it does then
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return
    _, said = process.communicate()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{said[-2000:]}")


def main() -> int:
    """Run what was asked for; return 1 where a limit is not kept."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    words = sys.argv[1:]
    if words[:1] in (["ckit"], ["trl"]):
        run = run_ckit if words[0] == "ckit" else run_trl
        print(json.dumps(run(Path(words[1]), Path(words[2]), int(words[3]), Path(words[4]))))
        return 0
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["speed", "memory", "resume"])
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ.setdefault("HF_HOME", str(folder / "hf"))
        kept = {
            "speed": lambda: speed(folder, given.steps, given.rounds),
            "memory": lambda: memory(folder),
            "resume": lambda: resume(folder, given.seed),
        }[given.what]()
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
