from pathlib import Path

import pytest

from curriculum_kit.enums import ScheduleKind
from curriculum_kit.errors import ConfigInvalid, SourceNotFound
from trainer.config import MODEL, load_config, parse_config


def test_a_file_names_settings_of_trl_of_peft_and_of_the_curriculum(tmp_path):
    file = tmp_path / "train.yaml"
    file.write_text(
        "learning_rate: 1e-5\nreport_to: [tensorboard]\nscale_rewards: false\nattn_implementation: sdpa\n"
        "save_strategy: no\n"
        "peft: {r: 8, target_modules: [q_proj]}\n"
        "curriculum:\n  schedule: mixed\n  replay: 0.2\n  tiers: [0, 2]\n  rollouts: 4\n  image_root: frames\n"
        "  rewards: {accuracy: 2}\n"
    )
    config = load_config(file, skip_missing=True)
    assert config.training["learning_rate"] == 1e-5  # YAML reads it as text
    assert (config.training["num_generations"], config.training["report_to"]) == (4, ["tensorboard"])
    assert (config.training["scale_rewards"], config.training["save_strategy"]) == (False, "no")  # both `false` in YAML
    assert config.model == {"attn_implementation": "sdpa", "model_name_or_path": MODEL, "dtype": "bfloat16"}
    assert config.peft == {"r": 8, "target_modules": ["q_proj"]}
    section = config.curriculum
    assert (section.schedule, section.replay, section.tiers) == (ScheduleKind.MIXED, 0.2, (0, 2))
    assert (section.image_root, section.rewards, section.skip_missing) == (Path("frames"), {"accuracy": 2.0}, True)
    assert config.asked == {"learning_rate", "report_to", "scale_rewards", "attn_implementation", "save_strategy"}


def test_without_a_file_everything_is_as_by_default():
    config = load_config(None)
    assert config.curriculum.schedule is ScheduleKind.STEPS
    assert (config.model["model_name_or_path"], config.peft, config.asked) == (MODEL, None, frozenset())


def test_all_mistakes_are_reported_at_once_with_the_nearest_name():
    values = {
        "learning_rat": 1, "num_generations": "8", "bf16": "yes", "max_steps": True, "temperature": "hot",
        "peft": {"lora_alfa": 3}, "curriculum": {"shedule": 1, "schedule": "step", "tiers": 3, "splits": ["trian"],
        "rewards": {"accuracy": "much"}, "wordings": 0},
    }  # fmt: skip
    with pytest.raises(ConfigInvalid) as caught:
        parse_config(values, "train.yaml")
    said = str(caught.value)
    assert said.startswith("train.yaml: ")
    for part in (
        "learning_rat is unknown (did you mean 'learning_rate'?)",
        "num_generations is '8', must be a whole number",
        "bf16 is 'yes', must be true or false",
        "max_steps is True, must be a whole number",
        "temperature is 'hot', must be a number",
        "peft.lora_alfa is unknown (did you mean 'lora_alpha'?)",
        "curriculum.shedule is unknown (did you mean 'schedule'?)",
        "curriculum.schedule is 'step', must be one of steps, linear, competence, mixed, shuffled, reversed (did you",
        "curriculum.tiers is 3, must be a list",
        "curriculum.splits is ['trian'], must be one of train, validation, test, unassigned (did you mean 'train'?)",
        "curriculum.rewards is {'accuracy': 'much'}, must be a number",
        "curriculum.wordings is 0, must be at least 1",
    ):
        assert part in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"shuffle_dataset": True}, r"set curriculum\.schedule to shuffled"),
        ({"reward_weights": [1.0]}, r"give weights in curriculum\.rewards"),
        ({"remove_unused_columns": True}, "would take away"),
        ({"ignore_data_skip": True}, "begin the curriculum again"),
        ({"resume_from_checkpoint": "x"}, "pass --resume"),
        ({"save_only_model": True}, "no run can go on from"),
        ({"eval_strategy": "steps"}, "score checkpoints with ckit evaluate"),
        ({"num_generations": 4, "curriculum": {"rollouts": 8}}, "rollouts is 8 and num_generations 4; give one"),
        ({"curriculum": [1]}, r"curriculum is \[1\], must be a section"),
    ],
)
def test_settings_that_would_undo_the_curriculum_are_refused(values, message):
    with pytest.raises(ConfigInvalid, match=message):
        parse_config(values)


@pytest.mark.parametrize(
    ("text", "message"), [("a: [", "is not YAML in line 1"), ("- a", "holds no settings"), ("\xff", "is unknown")]
)
def test_files_that_are_no_config_are_refused(tmp_path, text, message):
    file = tmp_path / "train.yaml"
    file.write_text(text if text != "\xff" else "\xff: 1", encoding="utf-8")
    with pytest.raises(ConfigInvalid, match=message):
        load_config(file)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SourceNotFound, match=r"none\.yaml does not exist"):
        load_config(tmp_path / "none.yaml")
