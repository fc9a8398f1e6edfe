import json
from dataclasses import replace

import numpy as np
import pytest

from curriculum_kit.enums import Arm
from curriculum_kit.errors import ConfigInvalid, OutputOccupied
from trainer.__main__ import main
from trainer.config import parse_config
from trainer.lesson import lesson_of, target
from trainer.plan import make_plan
from trainer.rewards import accuracy, has_format
from trainer.run import load_processor, make_supervised_trainer, train

LORA = {"r": 4, "target_modules": ["q_proj", "v_proj"]}


@pytest.fixture(scope="module")
def curriculum(tmp_path_factory, write_curriculum):
    return write_curriculum(tmp_path_factory.mktemp("c"), (3, 2), wordings=2)


def planned(curriculum, settings, section=(), **changed):
    return make_plan(
        curriculum, parse_config(settings | changed | {"curriculum": settings["curriculum"] | dict(section)})
    )


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("Think in <think> and </think>, then <answer>.", "<think>liver</think> <answer>B</answer>"),
        ("Give the letter.", "<answer>B</answer>"),
    ],
)
def test_the_target_has_the_form_that_the_prompt_asks_for_and_earns_every_reward(prompt, expected):
    said = target([{"role": "system", "content": "Be brief."}, {"role": "user", "content": prompt}], "liver", "B")
    assert said == expected
    assert accuracy([said], choices=[["gut", "liver"]], answer_index=[1]) == [1.0]
    assert has_format(said, "think" if "<think>" in prompt else "answer")


def test_a_step_takes_the_groups_of_a_step_of_grpo_with_each_wording_once(curriculum, settings):
    # Chunks of 2 groups x 2 wordings x 4 rollouts; 5 groups in 2 epochs are 5 chunks.
    plan = planned(curriculum, settings)
    lesson = lesson_of(plan)
    assert (lesson.steps, lesson.per_step, lesson.per_device, lesson.accumulation) == (5, 4, 4, 1)
    first_rows = plan.selection.starts[plan.schedule.order.ravel()]
    assert lesson.rows.tolist() == [row for first in first_rows.tolist() for row in (first, first + 1)]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        # (steps, rows a step, rows a micro-step, micro-steps, steps between checkpoints)
        ({"per_device_train_batch_size": 3, "gradient_accumulation_steps": 8}, (4, 6, 3, 2, 1)),
        # GRPO learns from each chunk in two steps, and saves after the second.
        ({"steps_per_generation": 4, "save_steps": 2}, (3, 8, 8, 1, 1)),
    ],
)
def test_steps_and_batches_are_fitted_to_the_plan(curriculum, settings, changed, expected):
    lesson = lesson_of(planned(curriculum, settings, **changed))
    assert (lesson.steps, lesson.per_step, lesson.per_device, lesson.accumulation, lesson.save_steps) == expected


def test_wordings_have_equal_weight_whatever_their_number(write_curriculum, tmp_path, settings):
    import pyarrow as pa
    import pyarrow.parquet as pq

    from curriculum_kit.schemas import schema_of

    mixed = write_curriculum(tmp_path / "c", (2,), wordings=2)
    file = mixed / "shards/tier=0/part-00000.parquet"
    pq.write_table(pa.Table.from_pylist(pq.read_table(file).to_pylist()[:3], schema_of("shard")), file)
    lesson = lesson_of(planned(mixed, settings, num_train_epochs=1))
    assert sorted(lesson.rows.tolist()) == [0, 1, 2, 2]


def test_rows_that_processes_cannot_share_are_refused(curriculum, settings, monkeypatch):
    plan = planned(curriculum, settings)
    monkeypatch.setattr(type(plan.arguments), "world_size", property(lambda self: 3))
    with pytest.raises(ConfigInvalid, match="a step of 4 rows cannot be shared by 3 processes; make"):
        lesson_of(plan)


def test_settings_are_those_of_the_run_where_they_have_a_meaning(curriculum, settings):
    from trainer.sft import sft_arguments

    plan = planned(curriculum, settings, beta=0.1, loss_type="dapo", weight_decay=0.3)
    arguments = sft_arguments(plan, lesson_of(plan))
    assert (arguments.learning_rate, arguments.weight_decay, arguments.loss_type) == (1e-2, 0.3, "nll")
    del settings["learning_rate"]
    plan = planned(curriculum, settings)
    assert sft_arguments(plan, lesson_of(plan)).learning_rate == 2e-5


def test_batches_hold_rows_in_order_and_the_loss_is_on_the_answer_alone(curriculum, settings):
    plan = planned(curriculum, settings)
    processor = load_processor(plan)
    trainer = make_supervised_trainer(plan, processor)
    batches = list(trainer.get_train_dataloader())
    learnt = [row[labels != -100] for batch in batches for row, labels in [(batch["input_ids"], batch["labels"])]]
    assert {processor.decode(each) for each in learnt} == {"<answer>B</answer><|im_end|>\n" * 4}
    texts = [text for batch in batches for text in processor.batch_decode(batch["input_ids"])]
    groups = [text.split("[")[1].split("/")[0] for text in texts][::2]
    names = ["t0g0", "t0g1", "t0g2", "t1g0", "t1g1"]
    assert groups == [names[place] for place in plan.schedule.order.ravel()]
    # Two wordings of a group share its image, which is decoded once; TRL looks at the first row beforehand.
    assert trainer.images_decoded == 10 + 1


@pytest.mark.parametrize("peft", [None, LORA], ids=["full", "lora"])
def test_it_learns_the_answers_and_resumes_exactly(curriculum, settings, tmp_path, peft):
    settings |= {"peft": peft} if peft else {}
    losses = []

    from transformers import TrainerCallback

    class Losses(TrainerCallback):
        def on_log(self, args, state, control, logs=None, **others):
            losses.append(logs.get("loss"))

    def run(output, **options):
        changed = {"output_dir": str(tmp_path / output), "logging_strategy": "steps", "lr_scheduler_type": "constant"}
        return train(planned(curriculum, settings, **changed), arm=Arm.SFT, **options)

    done = run("whole", callbacks=[Losses()])
    assert done.steps == 5
    assert losses[4] < losses[0] - 0.01

    class Stop(TrainerCallback):
        def on_step_begin(self, args, state, control, **others):
            if state.global_step == 4:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run("parts", callbacks=[Stop()])
    with pytest.raises(OutputOccupied, match="pass --resume"):
        run("parts")
    assert run("parts", resume=True).resumed_from == 4
    name = "adapter_model.safetensors" if peft else "model.safetensors"
    assert (tmp_path / "parts" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    with pytest.raises(ConfigInvalid, match="had arm sft, now it is grpo"):
        train(planned(curriculum, settings, output_dir=str(tmp_path / "parts")), resume=True)


@pytest.mark.parametrize("images", ["paths", None])
def test_images_in_files_and_rows_without_any_are_learnt_from(write_curriculum, tmp_path, settings, images):
    curriculum = write_curriculum(tmp_path / "c", (2,), wordings=2, images=images)
    done = train(planned(curriculum, settings, num_train_epochs=1, save_strategy="no"), arm=Arm.SFT)
    assert (done.steps, done.images_decoded) == (1, 2 + 1 if images else 0)


def test_rows_with_and_without_an_image_share_a_batch(curriculum, settings, tmp_path):
    import shutil

    import pyarrow as pa
    import pyarrow.parquet as pq

    from curriculum_kit.schemas import schema_of

    mixed = shutil.copytree(curriculum, tmp_path / "c")
    file = mixed / "shards/tier=0/part-00000.parquet"
    rows = pq.read_table(file).to_pylist()
    pq.write_table(
        pa.Table.from_pylist([*rows[:2], *({**row, "images": []} for row in rows[2:])], schema_of("shard")), file
    )
    done = train(planned(mixed, settings, {"tiers": [0]}, num_train_epochs=1, save_strategy="no"), arm=Arm.SFT)
    assert (done.steps, done.images_decoded) == (2, 1 + 1)


def test_a_text_model_learns_from_rows_without_images(curriculum, settings, tiny_model):
    from trainer.rows import load_rows
    from trainer.sft import lesson_rows

    plan = planned(curriculum, settings)
    lesson = replace(lesson_of(plan), rows=np.array([3, 0]))
    rows = lesson_rows(load_rows(curriculum).remove_columns("images"), lesson, None)
    assert rows.column_names == ["prompt", "completion"]
    assert [row["prompt"][0]["content"][:8] for row in rows] == ["[t0g1/1]", "[t0g0/0]"]


def test_the_command_trains_the_baseline_and_previews_it(curriculum, settings, tmp_path, capsys):
    import yaml

    config = tmp_path / "train.yaml"
    config.write_text(yaml.safe_dump(settings | {"max_steps": 1, "save_strategy": "no"}))
    words = [str(curriculum), "--config", str(config), "--arm", "sft"]
    assert main([*words, "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sft"] == {"steps": 1, "rows_per_step": 4, "rows_per_micro_step": 4}
    assert main(words) == 0
    assert "1 steps, 2 groups, supervised" in capsys.readouterr().out
