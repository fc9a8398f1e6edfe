"""The parts of a training run as a plan names them: processor, model settings, adapters, rows and images.

Reads a curriculum and the files of a model. What cannot be had is refused in one line.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from curriculum_kit.errors import ConfigInvalid, ModelUnavailable
from trainer.config import TrainConfig
from trainer.image_tokens import never_sampled
from trainer.images import Cells, Images
from trainer.plan import Plan
from trainer.rows import load_rows

ADAPTED = ("q_proj", "k_proj", "v_proj", "o_proj")
"""What LoRA adapts unless told otherwise: the attention of the language model. peft has no default for Qwen2.5-VL."""


@contextlib.contextmanager
def refusals(plan: Plan) -> Iterator[None]:
    """Say in one line what TRL and transformers refuse before training begins."""
    try:
        yield
    except OSError as error:
        name = plan.config.model["model_name_or_path"]
        raise ModelUnavailable(f"model {name} cannot be loaded ({_line_of(error)}); bring its files there") from error
    except (ValueError, TypeError, ImportError, NotImplementedError) as error:
        raise ConfigInvalid(f"TRL refuses the config: {_line_of(error)}") from error


def _line_of(error: Exception) -> str:
    return " ".join(str(error).split())[:300]


def rows_and_images(plan: Plan) -> tuple[Any, Images]:
    """Return the rows of a curriculum, and apart from them their images."""
    rows = load_rows(plan.curriculum)
    images = Images(image_cells(rows), plan.image_root, plan.config.curriculum.max_pixels)
    return rows.remove_columns("images"), images


def without_image_tokens(plan: Plan) -> dict[str, Any]:
    """Return what keeps a model from writing tokens that stand for images: training on them ends in an error."""
    from transformers import AutoConfig

    model = plan.config.model
    with refusals(plan):
        config = AutoConfig.from_pretrained(
            model["model_name_or_path"],
            revision=model.get("model_revision", "main"),
            trust_remote_code=plan.arguments.trust_remote_code,
        )
    tokens = never_sampled(config)
    return {"suppress_tokens": tokens} if tokens else {}


def load_processor(plan: Plan) -> Any:
    """Return the model's processor, its tokenizer where it has none.

    Raises `ModelUnavailable` where the model cannot be found, and `ConfigInvalid` where it takes no images but rows
    have some.
    """
    from transformers import AutoProcessor, ProcessorMixin

    name = plan.config.model["model_name_or_path"]
    untyped: Any = AutoProcessor
    try:
        processor = untyped.from_pretrained(
            name,
            revision=plan.config.model.get("model_revision", "main"),
            truncation_side="left",
            padding_side="left",
            trust_remote_code=plan.arguments.trust_remote_code,
        )
    except Exception as error:  # a folder that holds something else fails in whatever way it does
        raise ModelUnavailable(
            f"model {name} cannot be loaded ({_line_of(error)}); name a folder with its files in model_name_or_path"
        ) from error
    if not isinstance(processor, ProcessorMixin) and plan.found.images[plan.selection.starts].any():
        raise ConfigInvalid(
            f"{name} takes no images, but the curriculum has some; set model_name_or_path to one that does"
        )
    return processor


def image_cells(rows: Any) -> Cells:
    """Return the images of the rows of a `datasets.Dataset` as they are stored, whatever it would make of them."""
    raw = rows.select_columns(["images"]).with_format("arrow")

    def cells(row: int) -> Any:
        return raw[row]["images"][0].as_py()

    return cells


def model_settings(plan: Plan) -> dict[str, Any]:
    """Return what `from_pretrained` is told of the model."""
    from trl.trainer.model_config import ModelConfig

    model = ModelConfig(**plan.config.model)
    return {
        "revision": model.model_revision,
        "attn_implementation": model.attn_implementation,
        "dtype": weight_type(plan),
        **(plan.arguments.model_init_kwargs or {}),
    }


def quantization(config: TrainConfig) -> Any:
    """Return how the weights are quantized; None where they are not."""
    from trl.trainer.model_config import ModelConfig
    from trl.trainer.utils import get_quantization_config

    return get_quantization_config(ModelConfig(**config.model))


def weight_type(plan: Plan) -> str:
    """Return the type of the weights: without an accelerator float32, unless another was asked for."""
    asked = "dtype" in plan.config.asked or not plan.arguments.use_cpu
    return str(plan.config.model["dtype"]) if asked else "float32"


def adapters(config: TrainConfig) -> Any:
    """Return peft's config of what is trained beside the model; None where the model itself is."""
    from peft import LoraConfig
    from trl.trainer.model_config import ModelConfig
    from trl.trainer.utils import get_peft_config

    try:
        if config.peft is not None:
            known = {"task_type": "CAUSAL_LM", "r": 16, "lora_alpha": 32, "target_modules": list(ADAPTED)}
            return LoraConfig(**{**known, **config.peft})
        settings = ModelConfig(**config.model)
        if settings.use_peft and not settings.lora_target_modules and not settings.lora_target_parameters:
            settings.lora_target_modules = list(ADAPTED)
        return get_peft_config(settings)
    except (TypeError, ValueError) as error:
        raise ConfigInvalid(f"peft refuses its settings: {_line_of(error)}") from error
