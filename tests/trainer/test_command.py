import json
import subprocess
import sys

import pytest
import yaml

from curriculum_kit.cli import main as ckit
from trainer.__main__ import main


@pytest.fixture(scope="module")
def curriculum(tmp_path_factory, write_curriculum):
    return write_curriculum(tmp_path_factory.mktemp("c"), (2, 3), images="paths")


@pytest.fixture
def config(tmp_path, settings):
    file = tmp_path / "train.yaml"
    file.write_text(yaml.safe_dump(settings | {"num_train_epochs": 1}))
    return file


def run_ckit(monkeypatch, *words):
    monkeypatch.setattr("sys.argv", ["ckit", *map(str, words)])
    try:
        ckit()
    except SystemExit as end:
        return end.code or 0
    return 0


def test_a_dry_run_shows_the_plan_and_writes_nothing(curriculum, config, monkeypatch, capsys, tmp_path):
    assert run_ckit(monkeypatch, "train", curriculum, "--config", config, "--dry-run") == 0
    said = capsys.readouterr().out
    assert said.splitlines()[:2] == [
        "3 steps of 2 groups, schedule steps, saved every 1 steps",
        "5 groups of 8 rollouts (5 in 4 wordings), 5 images; 48 rollouts in all",
    ]
    assert "   0       2       2        16  1 to 1" in said
    assert "of 5 groups are asked: once 4, twice 1" in said
    assert "memory of a device, estimated: " in said
    prompt = "<|im_start|>user\n<|vision_start|><|image_pad|><|vision_end|>[t0g{}/{}] A. gut B. liver<|im_end|>\n"
    assert all(f"--- prompt {n} ---\n" in said for n in (1, 2, 3))
    # The first group of the schedule, in three of its wordings.
    first = said[said.index("--- prompt 1") :]
    assert prompt.format(1, 0) in first or prompt.format(0, 0) in first
    assert "expected share of dead groups" in said
    assert not (tmp_path / "out").exists()


def test_a_dry_run_as_json(curriculum, config, monkeypatch, capsys):
    assert run_ckit(monkeypatch, "train", curriculum, "--config", config, "--dry-run", "--json") == 0
    seen = json.loads(capsys.readouterr().out)
    assert [(tier["tier"], tier["asked"], tier["first_step"], tier["last_step"]) for tier in seen["tiers"]] == [
        (0, 2, 1, 1),
        (1, 4, 2, 3),
    ]
    assert (seen["steps"], seen["rollouts"], seen["images"]) == (3, 48, 5)
    assert seen["memory"]["total"] > 0
    assert "forecast" in seen


def test_what_needs_the_model_is_left_out_where_it_is_not_at_hand(curriculum, config, settings, capsys, tmp_path):
    config.write_text(yaml.safe_dump(settings | {"model_name_or_path": str(tmp_path / "nowhere")}))
    assert main([str(curriculum), "--config", str(config), "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "not known: memory and chat template, since model" in said
    assert "user: [t0g" in said


def test_training_and_resuming_from_the_command_line(curriculum, config, monkeypatch, capsys, tmp_path):
    words = [str(curriculum), "--config", str(config)]
    assert main([*words, "--json"]) == 0
    done = json.loads(capsys.readouterr().out)
    assert (done["steps"], done["resumed_from"], done["left_out"]) == (3, None, {})
    assert (tmp_path / "out" / "model.safetensors").exists()

    assert main(words) == 2
    assert "pass --resume" in capsys.readouterr().err
    assert main([*words, "--resume"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{tmp_path / 'out'}: 3 steps, from step 3, 6 groups of 8 rollouts",
        "of 5 groups are asked: once 4, twice 1",
        f"its figures: {tmp_path / 'out' / 'training.html'}",
    ]


@pytest.mark.parametrize("run", ["ckit", "module"])
def test_a_mistake_is_one_line_and_exit_code_2(curriculum, config, monkeypatch, capsys, tmp_path, settings, run):
    (tmp_path / "bad.yaml").write_text("learning_rat: 1\n")
    cases = [
        (tmp_path / "none", config, "holds no finished curriculum"),
        (curriculum, tmp_path / "none.yaml", "does not exist"),
        (curriculum, tmp_path / "bad.yaml", "did you mean 'learning_rate'?"),
    ]
    for folder, file, message in cases:
        if run == "ckit":
            code = run_ckit(monkeypatch, "train", folder, "--config", file)
        else:
            code = main([str(folder), "--config", str(file)])
        said = capsys.readouterr().err
        assert code == 2
        assert message in said
        assert said.count("\n") == 1


def test_skip_missing_goes_on_without_the_group(write_curriculum, tmp_path, config, capsys):
    folder = write_curriculum(tmp_path / "lacking", (2, 1), images="paths")
    (folder / "pictures" / "t0g0.png").unlink()
    words = [str(folder), "--config", str(config), "--dry-run"]
    assert main(words) == 2
    assert "t0g0.png" in capsys.readouterr().err
    assert main([*words, "--skip-missing"]) == 0
    assert "left out: 1 groups without their image" in capsys.readouterr().out


def test_importing_the_trainer_loads_nothing_heavy():
    names = "__main__ command config plan preview run sampler selection sizes images pairing checkpoints tiny memory"
    code = f"""
import importlib, sys
for name in {names!r}.split():
    importlib.import_module(f"trainer.{{name}}")
loaded = {{"torch", "transformers", "trl", "datasets", "peft", "accelerate", "torchvision"}} & set(sys.modules)
assert not loaded, loaded
"""
    subprocess.run([sys.executable, "-c", code], check=True)
