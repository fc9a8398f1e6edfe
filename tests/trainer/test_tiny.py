import filecmp

import pytest
import torch
from PIL import Image

from trainer.tiny import TinyShape, write_tiny_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_tiny_model(tmp_path_factory.mktemp("tiny"), seed=1, labels=["cystic plate"])


def test_the_model_reads_an_image_and_generates(folder):
    from transformers import AutoModelForImageTextToText, AutoProcessor

    model, processor = AutoModelForImageTextToText.from_pretrained(folder), AutoProcessor.from_pretrained(folder)
    asked = [{"type": "image", "image": Image.new("RGB", (640, 480))}, {"type": "text", "text": "Was ist das, é?"}]
    inputs = processor.apply_chat_template(
        [[{"role": "user", "content": asked}]],
        add_generation_prompt=True,
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
    )
    said = model.generate(**inputs, max_new_tokens=3, do_sample=False)
    assert said.shape[1] == inputs["input_ids"].shape[1] + 3
    assert sum(weight.numel() for weight in model.parameters()) < 200_000

    text = processor.decode(inputs["input_ids"][0])
    assert text.startswith("<|im_start|>user\n<|vision_start|><|image_pad|>")
    assert text.endswith("Was ist das, é?<|im_end|>\n<|im_start|>assistant\n")
    # 56 x 56 pixels at most, 14 x 14 of them a token.
    assert 8 < (inputs["input_ids"] == model.config.image_token_id).sum() <= 16


def test_what_the_image_shows_reaches_the_logits(folder):
    from transformers import AutoModelForImageTextToText, AutoProcessor

    model, processor = AutoModelForImageTextToText.from_pretrained(folder), AutoProcessor.from_pretrained(folder)
    logits = []
    for colour in ("red", "blue"):
        content = [{"type": "image", "image": Image.new("RGB", (56, 56), colour)}, {"type": "text", "text": "?"}]
        inputs = processor.apply_chat_template(
            [[{"role": "user", "content": content}]], tokenize=True, return_dict=True, return_tensors="pt"
        )
        logits.append(model(**inputs).logits[0, -1])
    assert not torch.allclose(*logits)


def test_labels_are_one_token_a_word_and_special_ones_are_left_out(folder):
    from transformers import AutoProcessor

    tokenizer = AutoProcessor.from_pretrained(folder).tokenizer
    assert tokenizer.tokenize("cystic plate") == ["cystic", "\u0120", "plate"]
    assert len(tokenizer.tokenize("platelet")) == 8
    assert tokenizer.tokenize("<answer>B</answer>") == ["<answer>", "B", "</answer>"]
    ids = tokenizer("<|im_start|>a cystic duct<|im_end|>")["input_ids"]
    assert tokenizer.decode(ids, skip_special_tokens=True) == "a cystic duct"
    assert (tokenizer.padding_side, tokenizer.pad_token == tokenizer.eos_token) == ("left", False)


def test_the_seed_alone_decides_the_weights(folder, tmp_path):
    torch.manual_seed(5)
    before = torch.get_rng_state()
    same = write_tiny_model(tmp_path / "same", seed=1, labels=["cystic plate"])
    other = write_tiny_model(tmp_path / "other", seed=2, labels=["cystic plate"], shape=TinyShape())
    assert torch.get_rng_state().equal(before)
    assert filecmp.cmp(folder / "model.safetensors", same / "model.safetensors", shallow=False)
    assert not filecmp.cmp(folder / "model.safetensors", other / "model.safetensors", shallow=False)
