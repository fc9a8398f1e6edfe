"""A tiny Qwen2.5-VL made in code: config, tokenizer, processor and random weights, in a tenth of a second.

It has all the parts of the real one (vision tower, patch merger, multimodal rotary positions, chat template), so that
what trains it trains the real one too, on one core and with no download. It has seen nothing: out of it come
random bytes until it is taught.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curriculum_kit import torchvision_repair
from curriculum_kit.prompts import TEMPLATES

PAD, IMAGE, VIDEO = "<|endoftext|>", "<|image_pad|>", "<|video_pad|>"
START, END = "<|im_start|>", "<|im_end|>"
VISION_START, VISION_END = "<|vision_start|>", "<|vision_end|>"
SPECIAL = (PAD, START, END, VISION_START, VISION_END, IMAGE, VIDEO)

CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<|vision_start|><|image_pad|><|vision_end|>"
    "{% elif part['type'] == 'text' %}{{ part['text'] }}{% endif %}{% endfor %}{% endif %}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
"""Qwen's own without its default system message and its videos."""


@dataclass(frozen=True)
class TinyShape:
    """How large the model is; the default has 0.2 million parameters."""

    hidden: int = 32
    """Width of the text model, a multiple of 16; heads are 16 wide."""
    layers: int = 2
    vision_hidden: int = 32
    vision_layers: int = 2
    patch: int = 7
    """Side of a patch in pixels; 2 x 2 patches make one image token."""
    side: int = 56
    """Side of an image in pixels: any image is scaled to about side x side, which is (side / patch / 2)^2 tokens."""
    initial_std: float = 0.02
    """Standard deviation of the initial weights; 0.08 is needed where such a model shall learn to see."""


def write_tiny_model(folder: Path, seed: int = 0, labels: Iterable[str] = (), shape: TinyShape | None = None) -> Path:
    """Write model, tokenizer and processor into `folder`, which `from_pretrained` then reads; return it.

    Weights are drawn by `seed`. The tokenizer knows every byte, so no text is unknown to it, and has one token for each
    word of the prompt templates and of `labels`. The random state of torch is left as it was.
    """
    torchvision_repair.install()
    import torch
    from transformers import Qwen2_5_VLForConditionalGeneration

    shape = shape or TinyShape()
    processor = _processor(_words(labels), shape)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Qwen2_5_VLForConditionalGeneration(_config(processor.tokenizer, shape))
    model.generation_config.eos_token_id = processor.tokenizer.eos_token_id
    model.generation_config.pad_token_id = processor.tokenizer.pad_token_id
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def _words(labels: Iterable[str]) -> list[str]:
    """Return the words that get a token of their own, sorted."""
    texts = [*labels, *(f"{template.system} {template.user}" for template in TEMPLATES.values())]
    found = {word for text in texts for word in re.findall(r"[^\W\d_]{2,}", text)}
    return sorted(found | {"<think>", "</think>", "<answer>", "</answer>"})


def _processor(words: list[str], shape: TinyShape) -> Any:
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast, Qwen2_5_VLProcessor, Qwen2VLImageProcessor, Qwen2VLVideoProcessor

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: i for i, token in enumerate((*SPECIAL, *alphabet))}
    bytewise = Tokenizer(models.BPE(vocabulary, []))
    bytewise.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bytewise.decoder = decoders.ByteLevel()
    make_tokenizer: Any = PreTrainedTokenizerFast
    tokenizer = make_tokenizer(
        tokenizer_object=bytewise,
        pad_token=PAD,
        eos_token=END,
        additional_special_tokens=[token for token in SPECIAL if token not in (PAD, END)],
        padding_side="left",
        chat_template=CHAT_TEMPLATE,
    )
    tokenizer.add_tokens([AddedToken(word, single_word=word.isalpha(), normalized=False) for word in words])
    pixels = shape.side**2
    size = {"shortest_edge": pixels, "longest_edge": pixels}
    images = Qwen2VLImageProcessor(size=size, patch_size=shape.patch, merge_size=2, temporal_patch_size=2)
    videos = Qwen2VLVideoProcessor(size=size, patch_size=shape.patch, merge_size=2, temporal_patch_size=2)
    make_processor: Any = Qwen2_5_VLProcessor
    return make_processor(images, tokenizer, videos, chat_template=CHAT_TEMPLATE)


def _config(tokenizer: Any, shape: TinyShape) -> Any:
    from transformers import Qwen2_5_VLConfig

    token = tokenizer.convert_tokens_to_ids
    text = {
        "hidden_size": shape.hidden,
        "intermediate_size": 2 * shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.hidden // 16,
        "num_key_value_heads": shape.hidden // 16,
        "vocab_size": len(tokenizer),
        "max_position_embeddings": 4096,
        # The sections share out half of the width of a head: time, height, width.
        "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [2, 3, 3]},
        "initializer_range": shape.initial_std,
        "pad_token_id": token(PAD),
        "eos_token_id": token(END),
        "bos_token_id": None,
    }
    vision = {
        "hidden_size": shape.vision_hidden,
        "intermediate_size": 2 * shape.vision_hidden,
        "depth": shape.vision_layers,
        "num_heads": shape.vision_hidden // 16,
        "out_hidden_size": shape.hidden,
        "patch_size": shape.patch,
        "spatial_merge_size": 2,
        "temporal_patch_size": 2,
        "window_size": 4 * shape.side,
        "fullatt_block_indexes": list(range(shape.vision_layers)),
        "initializer_range": shape.initial_std,
    }
    return Qwen2_5_VLConfig(
        text_config=text,
        vision_config=vision,
        image_token_id=token(IMAGE),
        video_token_id=token(VIDEO),
        vision_start_token_id=token(VISION_START),
        vision_end_token_id=token(VISION_END),
        tie_word_embeddings=False,
    )


if __name__ == "__main__":
    import sys

    print(write_tiny_model(Path(sys.argv[1] if len(sys.argv) > 1 else "tiny-model")))
