"""How much memory a run will take on each device, before its model is loaded.

An estimate to choose batch sizes by, from the shapes in the model's config alone. Not counted are the fragments that an
allocator leaves, a vLLM engine in the same device, and what DeepSpeed or FSDP shares out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

GIB = 2**30

FORMULA = (
    "weights + reference model + 3 x trained weights (gradients, two moments of AdamW) + pixels of the batch + the "
    "larger of the KV cache while generating and the activations while learning (34 bytes x hidden size of each layer "
    "and token, of one layer and the inputs of all where they are recomputed; Korthikanti et al. 2022)"
)


@dataclass(frozen=True)
class Memory:
    """Bytes on one device."""

    weights: int
    reference: int
    training: int
    """Gradients and moments of what is trained."""
    pixels: int
    cache: int
    activations: int

    @property
    def total(self) -> int:
        """What has to be there at once."""
        return self.weights + self.reference + self.training + self.pixels + max(self.cache, self.activations)


def estimate_memory(model: Any, arguments: Any, bytes_per_weight: int, prompt_tokens: int, image_tokens: int) -> Memory:
    """Return the memory of a run.

    `model` is on the meta device, its adapters on it where some are trained; `arguments` TRL's config;
    `prompt_tokens` are those of the longest prompt, images included, `image_tokens` those of its images.
    """
    whole = sum(parameter.numel() for parameter in model.parameters())
    trained = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    adapters = trained if trained < whole else 0
    # peft keeps adapters in 32 bits; what is trained as a whole stays in the type of its weights.
    per_trained = 4 if adapters else bytes_per_weight
    text = model.config.get_text_config()
    head = getattr(text, "head_dim", None) or text.hidden_size // text.num_attention_heads
    tokens = prompt_tokens + arguments.max_completion_length
    generated = arguments.per_device_train_batch_size * arguments.steps_per_generation
    learnt = arguments.per_device_train_batch_size * tokens
    layers, layer = text.num_hidden_layers, 34 * text.hidden_size
    recomputed = getattr(arguments, "gradient_checkpointing", False)
    return Memory(
        weights=(whole - adapters) * bytes_per_weight + adapters * per_trained,
        reference=whole * bytes_per_weight if arguments.beta and not adapters else 0,
        training=3 * trained * per_trained,
        # An image token stands for 4 patches of 14 x 14 pixels in 3 colours, twice, in 32 bits.
        pixels=generated * image_tokens * 4 * 14 * 14 * 3 * 2 * 4,
        cache=generated * tokens * 2 * layers * text.num_key_value_heads * head * bytes_per_weight,
        activations=learnt * (layer + 2 * text.hidden_size * layers if recomputed else layer * layers),
    )
