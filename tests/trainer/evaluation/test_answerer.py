import json

import pytest
from PIL import Image

from curriculum_kit.errors import ConfigInvalid, ModelUnavailable
from trainer.answerer import VisionModel
from trainer.evaluate import Evaluation, evaluate
from trainer.model_files import find_model, model_state
from trainer.tiny import write_tiny_model

PROMPTS = [[{"role": "user", "content": "What? " * (4 * times)}] for times in range(1, 4)]
IMAGES = [[Image.new("RGB", (60 + 20 * place, 40), (90 * place, 0, 0))] for place in range(3)]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Return the folder of a tiny Qwen2.5-VL with random weights."""
    return write_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def adapter(tiny, tmp_path_factory):
    """Return the folder of a LoRA adapter of the tiny model that changes what it says."""
    import peft
    import torch
    from transformers import AutoModelForImageTextToText

    folder = tmp_path_factory.mktemp("models") / "adapter"
    base = AutoModelForImageTextToText.from_pretrained(tiny)
    config = peft.LoraConfig(r=4, target_modules=["q_proj", "v_proj", "o_proj", "down_proj"], task_type="CAUSAL_LM")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = peft.get_peft_model(base, config)
        for name, weights in model.named_parameters():
            if "lora_B" in name:
                torch.nn.init.normal_(weights)
    model.save_pretrained(folder)
    return folder


def test_padding_changes_no_greedy_answer(tiny):
    model = VisionModel(str(tiny), device="cpu", max_tokens=8)
    together = model.write(PROMPTS, IMAGES, 1, seed=0)
    alone = [model.write([prompt], [shown], 1, seed=7)[0] for prompt, shown in zip(PROMPTS, IMAGES, strict=True)]
    assert together == alone
    assert all(len(each) == 1 and each[0] for each in together)


def test_the_image_is_seen_and_can_be_left_out(tiny):
    model = VisionModel(str(tiny), device="cpu", max_tokens=8, temperature=1.0)
    red = model.write(PROMPTS, IMAGES, 4, seed=0)
    blank = model.write(PROMPTS, [[Image.new("RGB", (40, 40), (0, 200, 0))]] * 3, 4, seed=0)
    without = model.write(PROMPTS, [[]] * 3, 4, seed=0)
    assert red != blank
    assert without not in (red, blank)


def test_samples_depend_on_the_seed_alone(tiny):
    import torch

    model = VisionModel(str(tiny), device="cpu", max_tokens=8, temperature=1.0)
    state = torch.random.get_rng_state()
    one = model.write(PROMPTS, IMAGES, 2, seed=3)
    assert torch.equal(torch.random.get_rng_state(), state)
    torch.manual_seed(1)
    assert model.write(PROMPTS, IMAGES, 2, seed=3) == one
    assert model.write(PROMPTS, IMAGES, 2, seed=4) != one
    assert all(len(set(each)) == 2 for each in one)


def test_an_adapter_is_put_on_its_base(tiny, adapter):
    base = VisionModel(str(tiny), device="cpu", max_tokens=8)
    tuned = VisionModel(str(adapter), device="cpu", max_tokens=8)
    assert tuned.write(PROMPTS, IMAGES, 1, seed=0) != base.write(PROMPTS, IMAGES, 1, seed=0)


def test_a_real_model_answers_a_curriculum(tiny, curriculum, tmp_path):
    asked = Evaluation(str(tiny), curriculum, samples=2, max_tokens=4, batch_size=4, device="cpu")
    done = evaluate(asked, tmp_path / "out")
    assert done.parts[0].questions == 8
    assert done.parts[0].unreadable["image"] == 1.0


def test_a_batch_that_does_not_fit_says_what_to_lower(tiny, monkeypatch):
    import torch

    def full(*_, **__):
        raise torch.OutOfMemoryError("CUDA out of memory")

    model = VisionModel(str(tiny), device="cpu")
    monkeypatch.setattr(type(model._model), "generate", full)
    with pytest.raises(ModelUnavailable, match="3 questions x 2 samples do not fit into memory; lower --batch"):
        model.write(PROMPTS, IMAGES, 2, seed=0)


def test_models_that_cannot_answer(tiny, tmp_path):
    from transformers import Qwen2Config

    with pytest.raises(ModelUnavailable, match=r"the model folder './absent' does not exist"):
        VisionModel("./absent")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelUnavailable, match="holds no model"):
        VisionModel(str(tmp_path / "empty"))
    Qwen2Config().save_pretrained(tmp_path / "text")
    with pytest.raises(ModelUnavailable, match=r"text \(qwen2\) takes no images; name an image-text-to-text model"):
        VisionModel(str(tmp_path / "text"))
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "config.json").write_text((tiny / "config.json").read_text())
    with pytest.raises(ModelUnavailable, match="does not load"):
        VisionModel(str(tmp_path / "broken"))
    (tmp_path / "moved").mkdir()
    (tmp_path / "moved" / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": "./gone"}))
    with pytest.raises(
        ModelUnavailable, match=r"moved is an adapter of another model, and the model folder './gone' does"
    ):
        VisionModel(str(tmp_path / "moved"))
    (tmp_path / "lost").mkdir()
    (tmp_path / "lost" / "adapter_config.json").write_text(json.dumps({"r": 4}))
    with pytest.raises(ModelUnavailable, match="names no base model"):
        VisionModel(str(tmp_path / "lost"))
    with pytest.raises(ConfigInvalid, match="device 'tpu' is not known"):
        VisionModel(str(tiny), device="tpu")


def test_a_name_that_is_nowhere_says_how_to_fetch_it(monkeypatch, tmp_path):
    import huggingface_hub

    def no_network(*_, **__):
        raise OSError("no network")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", no_network)
    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", no_network)
    with pytest.raises(
        ModelUnavailable, match=r"'Some/Model' is no folder here.*\(no network\).*hf download Some/Model"
    ):
        find_model("Some/Model")


def test_the_state_of_a_model_changes_with_its_files(tiny, tmp_path):
    (tmp_path / "config.json").write_text("{}")
    before = model_state(str(tmp_path))
    assert before == model_state(str(tmp_path))
    (tmp_path / "model.safetensors").write_bytes(b"1")
    assert model_state(str(tmp_path)) != before
    assert model_state("Some/Model") == ["Some/Model"]
