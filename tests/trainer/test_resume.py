import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from curriculum_kit.errors import ConfigInvalid, OutputOccupied, SourceUnreadable
from trainer.config import parse_config
from trainer.plan import make_plan
from trainer.run import train

LORA = {"r": 4, "lora_dropout": 0.1, "target_modules": ["q_proj", "v_proj"]}

KILLED = """
import os, signal, sys
from pathlib import Path
from trainer.config import load_config
from trainer.plan import make_plan
from trainer.run import train

class Kill:
    def generated(self, batch):
        if batch.chunk == int(sys.argv[3]):
            os.kill(os.getpid(), signal.SIGKILL)

train(make_plan(Path(sys.argv[1]), load_config(Path(sys.argv[2]))), observer=Kill())
"""


@pytest.fixture(scope="module")
def curriculum(tmp_path_factory, write_curriculum):
    return write_curriculum(tmp_path_factory.mktemp("c"))


def weights_of(output):
    name = "adapter_model.safetensors" if (output / "adapter_config.json").exists() else "model.safetensors"
    return (output / name).read_bytes()


def run(curriculum, settings, output, observer=None, resume=False):
    config = parse_config(settings | {"output_dir": str(output)})
    return train(make_plan(curriculum, config), resume=resume, observer=observer)


@pytest.mark.parametrize(
    ("changed", "each", "stops"),
    [({}, 1, (2, 3, 5)), ({"peft": LORA}, 1, (2, 5)), ({"num_iterations": 2, "save_steps": 2}, 2, (4,))],
    ids=["full", "lora", "two steps a chunk"],
)
def test_a_run_that_is_resumed_ends_as_if_it_had_not_been_interrupted(
    curriculum, settings, tmp_path, notes, changed, each, stops
):
    settings |= changed
    whole = notes()
    run(curriculum, settings, tmp_path / "whole", whole)
    assert sorted(whole.said) == [0, 1, 2, 3, 4, 5]

    # Interrupted in epoch 0 (chunks 0 to 2), as epoch 1 begins, and in it, one after the other.
    output, later = tmp_path / "parts", notes()
    for stop_at in (*stops, None):
        part = notes(stop_at)
        if stop_at is None:
            done = run(curriculum, settings, output, part, resume=True)
            assert (done.steps, done.resumed_from) == (6 * each, stops[-1] * each)
        else:
            with pytest.raises(KeyboardInterrupt):
                run(curriculum, settings, output, part, resume=True)
        later.batches += part.batches
    assert later.said == whole.said
    assert [batch.rows for batch in later.batches] == [batch.rows for batch in whole.batches]
    assert weights_of(output) == weights_of(tmp_path / "whole")


def test_a_run_killed_with_signal_9_goes_on_exactly(curriculum, settings, tmp_path):
    run(curriculum, settings, tmp_path / "whole")
    output = tmp_path / "killed"
    file = tmp_path / "train.yaml"
    file.write_text(yaml.safe_dump(settings | {"output_dir": str(output)}))
    command = [sys.executable, "-c", KILLED, str(curriculum), str(file), "4"]
    killed = subprocess.run(command, capture_output=True, env=os.environ | {"OMP_NUM_THREADS": "1"}, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()[-2000:]

    assert run(curriculum, settings, output, resume=True).resumed_from == 4
    assert weights_of(output) == weights_of(tmp_path / "whole")


def test_without_strict_loading_a_full_fine_tune_would_begin_again(curriculum, settings, tmp_path, monkeypatch):
    from transformers import Trainer

    from trainer.grpo import CurriculumTrainer

    with pytest.raises(KeyboardInterrupt):
        run(curriculum, settings, tmp_path / "out", Stop(3))
    seen = {}

    def look(self, checkpoint, model=None):
        model = self.model
        before = {name: weight.clone() for name, weight in model.state_dict().items()}
        Trainer._load_from_checkpoint(self, checkpoint)
        seen["all"] = len(before)
        seen["upstream"] = sum(not before[name].equal(weight) for name, weight in model.state_dict().items())
        ours(self, checkpoint)
        seen["ours"] = sum(not before[name].equal(weight) for name, weight in model.state_dict().items())
        raise KeyboardInterrupt

    ours = CurriculumTrainer._load_from_checkpoint
    monkeypatch.setattr(CurriculumTrainer, "_load_from_checkpoint", look)
    with pytest.raises(KeyboardInterrupt):
        run(curriculum, settings, tmp_path / "out", resume=True)
    # Of all names only that of the head is the same in the file: the rest would stay as it was before training.
    assert seen == {"upstream": 1, "ours": seen["all"], "all": seen["all"]}


class Stop:
    def __init__(self, chunk):
        self.chunk = chunk

    def generated(self, batch):
        if batch.chunk == self.chunk:
            raise KeyboardInterrupt


def test_what_does_not_fit_an_earlier_run_is_refused(curriculum, settings, tmp_path, write_curriculum):
    output = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        run(curriculum, settings, output, Stop(2))
    with pytest.raises(OutputOccupied, match="pass --resume"):
        run(curriculum, settings, output)
    with pytest.raises(ConfigInvalid, match="had seed 42, now it is 7"):
        run(curriculum, settings | {"seed": 7}, output, resume=True)
    with pytest.raises(ConfigInvalid, match="had curriculum"):
        run(write_curriculum(tmp_path / "other", (3, 2, 1)), settings, output, resume=True)

    Path(output / "checkpoint-2" / "model.safetensors").write_bytes(b"")
    with pytest.raises(SourceUnreadable, match="remove the checkpoint and resume"):
        run(curriculum, settings, output, resume=True)


def test_a_checkpoint_that_was_not_written_to_its_end_does_not_count(curriculum, settings, tmp_path):
    output = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        run(curriculum, settings, output, Stop(3))
    Path(output / "checkpoint-3" / "ckit.json").unlink()
    assert run(curriculum, settings, output, resume=True).resumed_from == 2
