"""Two processes that talk over gloo, as two GPUs would; launched once, because starting them takes longest."""

import json
import os
import socket
import subprocess
import sys

import numpy as np
import pytest
import yaml

from curriculum_kit.schedule import Schedule

SCRIPT = """
import json, os, sys
from pathlib import Path
import probe
from trainer.config import parse_config, load_config
from trainer.plan import make_plan
from trainer.run import train
import yaml

class Notes:
    def __init__(self):
        self.batches = []
    def generated(self, batch):
        self.batches.append([batch.chunk, [row["question_id"] for row in batch.rows],
                             [row["variant_id"] for row in batch.rows], batch.completions,
                             batch.rewards["varied"], batch.advantages])

curriculum, folder = Path(sys.argv[1]), Path(sys.argv[2])
settings = yaml.safe_load((folder / "train.yaml").read_text())

def run(name, stop_at=None, resume=False):
    probe.calls, probe.stop_at = 0, stop_at
    seen = Notes()
    plan = make_plan(curriculum, parse_config(settings | {"output_dir": str(folder / name)}))
    try:
        done = train(plan, resume=resume, observer=seen)
        if resume:
            assert done.resumed_from, "a run that was interrupted is resumed"
    except KeyboardInterrupt:
        assert stop_at, "no process stops by itself"
    return seen.batches

# Both processes stop amid epoch 1.
said = {"whole": run("whole"), "parts": run("parts", stop_at=5)}
said["parts"] += run("parts", resume=True)
if os.environ["RANK"] == "0":
    (folder / "said.json").write_text(json.dumps(said))
import torch
torch.distributed.destroy_process_group()
"""


@pytest.fixture(scope="module")
def launched(tmp_path_factory, write_curriculum, tiny_model, probe):
    """Three groups of 4 wordings x 2 rollouts a chunk, 12 rollouts a process, in two epochs of 3 steps."""
    folder = tmp_path_factory.mktemp("two")
    settings = {
        "model_name_or_path": str(tiny_model), "num_train_epochs": 2, "per_device_train_batch_size": 6,
        "gradient_accumulation_steps": 2, "num_generations": 8, "max_completion_length": 4, "learning_rate": 1e-2,
        "save_steps": 1, "disable_tqdm": True, "logging_strategy": "no", "lr_scheduler_type": "constant",
        "curriculum": {"rewards": {"probe.varied": 1.0}},
    }  # fmt: skip
    (folder / "train.yaml").write_text(yaml.safe_dump(settings))
    (folder / "script.py").write_text(SCRIPT)
    curriculum = write_curriculum(folder / "c", (3, 3, 3))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", "--master-addr=127.0.0.1",
        f"--master-port={port}", "--no-python", sys.executable, str(folder / "script.py"), str(curriculum), str(folder),
    ]  # fmt: skip
    quiet = {"OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"}
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | quiet, timeout=150, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder, json.loads((folder / "said.json").read_text())


def test_groups_are_whole_though_they_lie_in_two_processes(launched):
    _, said = launched
    names = [f"t{tier}g{number}" for tier in range(3) for number in range(3)]
    order = Schedule((3, 3, 3), total_steps=6, groups_per_step=3, seed=42).order.tolist()
    assert [chunk for chunk, *_ in said["whole"]] == list(range(6))
    for (_, questions, wordings, _, rewards, advantages), groups in zip(said["whole"], order, strict=True):
        assert questions == [names[group] for group in groups for _ in range(8)]
        assert wordings == [0, 0, 1, 1, 2, 2, 3, 3] * 3
        # The second group lies in both processes, and is compared as one.
        own = np.array(rewards).reshape(3, 8)
        wanted = (own - own.mean(axis=1, keepdims=True)) / (own.std(axis=1, ddof=1, keepdims=True) + 1e-4)
        np.testing.assert_allclose(advantages, wanted.ravel(), rtol=1e-4, atol=1e-5)


def test_a_resumed_run_of_two_processes_ends_as_if_it_had_not_been_interrupted(launched):
    folder, said = launched
    assert said["parts"] == said["whole"]
    weights = [(folder / name / "model.safetensors").read_bytes() for name in ("whole", "parts")]
    assert weights[0] == weights[1]
