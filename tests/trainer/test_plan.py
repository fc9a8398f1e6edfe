import json
import shutil

import pytest

from curriculum_kit.errors import ConfigInvalid, ModelUnavailable, OutputUnwritable, SchemaMismatch, SourceNotFound
from trainer.config import parse_config
from trainer.loading import adapters
from trainer.plan import make_plan
from trainer.run import OutOfMemory, train


@pytest.fixture(scope="module")
def curriculum(tmp_path_factory, write_curriculum):
    return write_curriculum(tmp_path_factory.mktemp("c"), (2, 3), images="paths")


def planned(curriculum, settings, section=(), **changed):
    merged = settings["curriculum"] | dict(section)
    return make_plan(curriculum, parse_config(settings | changed | {"curriculum": merged}))


def test_sizes_go_into_trls_arguments_and_the_schedule(curriculum, settings):
    plan = planned(curriculum, settings, num_train_epochs=1)
    assert (plan.arguments.max_steps, plan.schedule.order.shape) == (3, (3, 2))
    assert plan.remark == "of 5 groups are asked: once 4, twice 1"
    assert planned(curriculum, settings, max_steps=2).remark == "of 5 groups are asked: never 1, once 4"
    assert planned(curriculum, settings, max_steps=5).remark == ""
    assert json.loads(json.dumps(plan.identity))["groups"] == 5


def test_settings_of_the_section_reach_schedule_and_selection(curriculum, settings):
    plan = planned(curriculum, settings, {"schedule": "mixed", "replay": 0.5, "tiers": [1], "wordings": 2, "seed": 9})
    assert (str(plan.schedule.kind), plan.schedule.replay, plan.schedule.seed) == ("mixed", 0.5, 9)
    assert (plan.selection.tiers, set(plan.selection.wordings.tolist())) == ((1,), {2})


def test_missing_images_are_listed_before_training_or_left_out_and_counted(write_curriculum, tmp_path, settings):
    curriculum = write_curriculum(tmp_path / "c", (2, 2), images="paths")
    (curriculum / "pictures" / "t0g1.png").unlink()
    with pytest.raises(SourceNotFound, match=r"1 groups lack their image: t0g1\.png not found below .*pictures; set"):
        planned(curriculum, settings)
    plan = planned(curriculum, settings, {"skip_missing": True})
    assert plan.selection.left_out == {"without their image": 1}
    assert plan.selection.starts.tolist() == [0, 8, 12]
    # Nobody misses an image of a tier that is not trained on.
    assert planned(curriculum, settings, {"tiers": [1]}).selection.tier_sizes == (2,)


def test_images_below_another_root_are_found(write_curriculum, tmp_path, settings):
    curriculum = write_curriculum(tmp_path / "c", (1,), images="paths")
    (curriculum / "pictures").rename(tmp_path / "moved")
    with pytest.raises(SourceNotFound, match=r"set curriculum\.image_root"):
        planned(curriculum, settings)
    plan = planned(curriculum, settings, {"image_root": str(tmp_path / "moved")})
    assert plan.image_root == tmp_path / "moved"


@pytest.mark.parametrize(
    ("changed", "section", "message"),
    [
        ({"num_generations": 6}, {}, "a batch of 16 completions holds no whole groups of 6 rollouts; make per_device"),
        ({"num_generations": 2}, {}, "has 4 wordings, which do not divide 2 rollouts"),
        ({"max_steps": 3, "num_iterations": 2}, {}, "max_steps 3 ends amid .* take 2 or 4"),
        (
            {"loss_type": "none", "beta": -1.0, "num_generations": 1},
            {"wordings": 1},
            "TRL refuses the config: GRPO requires",
        ),
        ({"accelerator_config": {"split_batches": True}}, {}, "tears groups apart"),
        ({}, {"start": 0.5}, "start goes with linear or competence, not with steps"),
    ],
)
def test_sizes_that_do_not_fit_are_refused_in_one_line(curriculum, settings, changed, section, message):
    with pytest.raises(ConfigInvalid, match=message) as caught:
        planned(curriculum, settings, section, **changed)
    assert "\n" not in str(caught.value)


def test_a_curriculum_without_solutions_is_refused(write_curriculum, tmp_path, settings):
    with pytest.raises(SchemaMismatch, match="8 rows have no solution"):
        planned(write_curriculum(tmp_path / "c", (2,), solution=""), settings)


def test_a_model_that_takes_no_images_is_refused(curriculum, settings, tmp_path, tiny_model):
    from transformers import AutoTokenizer, Qwen2Config

    AutoTokenizer.from_pretrained(tiny_model).save_pretrained(tmp_path / "text")
    told = tmp_path / "text" / "tokenizer_config.json"
    told.write_text(json.dumps({k: v for k, v in json.loads(told.read_text()).items() if k != "processor_class"}))
    Qwen2Config().save_pretrained(tmp_path / "text")
    with pytest.raises(ConfigInvalid, match="takes no images, but the curriculum has some"):
        train(planned(curriculum, settings, model_name_or_path=str(tmp_path / "text")))


def test_a_model_that_is_not_there_is_refused(curriculum, settings, tmp_path):
    with pytest.raises(ModelUnavailable, match=r"nowhere cannot be loaded .* name a folder"):
        train(planned(curriculum, settings, model_name_or_path=str(tmp_path / "nowhere")))


def test_an_output_that_cannot_be_written_is_refused(curriculum, settings, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputUnwritable, match="is a file, not a folder"):
        train(planned(curriculum, settings, output_dir=str(tmp_path / "file")))
    with pytest.raises(OutputUnwritable, match="file"):
        train(planned(curriculum, settings, output_dir=str(tmp_path / "file" / "below")))


@pytest.mark.parametrize("changed", [{"use_peft": True}, {"peft": {"r": 4}}])
def test_adapters_are_put_to_the_attention_of_the_language_model(curriculum, settings, changed):
    seen = adapters(planned(curriculum, settings, **changed).config)
    assert seen.target_modules == {"q_proj", "k_proj", "v_proj", "o_proj"}


def test_running_out_of_memory_says_what_to_lower(curriculum, settings):
    class Full:
        def generated(self, batch):
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 80 bytes.")

    with pytest.raises(OutOfMemory) as caught:
        train(planned(curriculum, settings), observer=Full())
    for setting in ("per_device_train_batch_size", "max_completion_length", "curriculum.max_pixels"):
        assert setting in str(caught.value)


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"sync_ref_model": True}, ConfigInvalid, "TRL refuses the config: You passed `sync_ref_model=True`"),
        ({"use_vllm": True}, ConfigInvalid, "TRL refuses the config: vLLM is not available"),
        ({"peft": {"target_modules": ["nothing"]}}, ConfigInvalid, "TRL refuses the config: Target modules"),
        ({"use_peft": True, "lora_r": 0}, ConfigInvalid, "refuses"),
    ],
)
def test_what_trl_refuses_when_the_model_is_there_is_one_line(curriculum, settings, changed, error, message):
    with pytest.raises(error, match=message) as caught:
        train(planned(curriculum, settings, **changed))
    assert "\n" not in str(caught.value)


def test_a_model_without_weights_is_refused(curriculum, settings, tmp_path, tiny_model):
    shutil.copytree(tiny_model, tmp_path / "bare")
    (tmp_path / "bare" / "model.safetensors").unlink()
    with pytest.raises(ModelUnavailable, match="bare cannot be loaded"):
        train(planned(curriculum, settings, model_name_or_path=str(tmp_path / "bare")))
