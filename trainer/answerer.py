"""A vision-language model that answers prompts in batches, as it is asked in training.

Reads a model's files: a folder, a name on the Hugging Face hub, or the folder of a LoRA adapter. Prompts are rendered
and sampled as TRL's GRPO does it (image before the text of the first user message, no repetition penalty, image
tokens never sampled), so that what is measured is what was trained.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from curriculum_kit import torchvision_repair
from curriculum_kit.errors import ConfigInvalid, ModelUnavailable
from trainer.image_tokens import never_sampled
from trainer.model_files import adapter_base, find_base, find_model, first_line

if TYPE_CHECKING:
    from PIL import Image

Message = Mapping[str, Any]
_PROCESSOR = ("processor_config.json", "preprocessor_config.json")


class Answerer(Protocol):
    """What answers prompts: a model, or a stand-in for one."""

    def write(
        self, prompts: Sequence[Sequence[Message]], images: Sequence[Sequence[Image.Image]], samples: int, seed: int
    ) -> list[list[str]]:
        """Return `samples` completions of each prompt; either all of the prompts have images, or none has."""
        ...


class VisionModel:
    """A model of transformers that reads images and text.

    `device` is `cpu` or `auto` (an accelerator where there is one). `max_tokens` is the limit of a completion. At
    `temperature` 0 the likeliest token is taken each time; above, what is drawn depends on the seed and on the prompts
    of the batch alone. Raises `ModelUnavailable` in one line where there is no such model, where it does not load, and
    where it takes no images.
    """

    def __init__(self, model: str, *, device: str = "auto", max_tokens: int = 512, temperature: float = 0.0) -> None:
        if device not in {"cpu", "auto"}:
            raise ConfigInvalid(f"device {device!r} is not known; take cpu or auto")
        self._name, self._max_tokens, self._temperature = model, max_tokens, temperature
        base = adapter_base(Path(model))
        folder = find_model(model) if base is None else find_base(Path(model), base)
        torchvision_repair.install()
        try:
            with _quiet():
                self._model, self._processor = _load(folder, None if base is None else Path(model), device)
        except ModelUnavailable:
            raise
        except Exception as error:  # broken files raise whatever their library happens to raise
            raise ModelUnavailable(
                f"the model {model} does not load ({first_line(error)}); write or fetch it again, or name another one"
            ) from error
        if not getattr(self._processor, "chat_template", None):
            raise ModelUnavailable(f"the model {model} has no chat template; take one made for instructions")

    def write(
        self, prompts: Sequence[Sequence[Message]], images: Sequence[Sequence[Image.Image]], samples: int, seed: int
    ) -> list[list[str]]:
        """Return `samples` completions of each prompt, without what the tokenizer holds for special.

        Raises `ModelUnavailable` where a batch does not fit into memory or into the model.
        """
        import torch

        seen = [_with_images(prompt, shown) for prompt, shown in zip(prompts, images, strict=True)]
        how: dict[str, Any] = {"do_sample": False, "temperature": None, "top_p": None, "top_k": None}
        if self._temperature > 0:
            how = {"do_sample": True, "temperature": self._temperature, "top_p": 1.0, "top_k": 0}
        tokenizer = self._processor.tokenizer
        pad = tokenizer.eos_token_id if tokenizer.pad_token_id is None else tokenizer.pad_token_id
        try:
            batch = self._processor.apply_chat_template(
                seen, add_generation_prompt=True, tokenize=True, return_dict=True, return_tensors="pt",
                processor_kwargs={"padding": True, "padding_side": "left"},
            ).to(self._model.device, self._model.dtype)  # fmt: skip
            with torch.inference_mode(), torch.random.fork_rng():
                torch.manual_seed(seed)
                written = self._model.generate(
                    **batch,
                    **how,
                    max_new_tokens=self._max_tokens,
                    num_return_sequences=samples,
                    repetition_penalty=1.0,
                    suppress_tokens=self._never_sampled or None,
                    pad_token_id=pad,
                )
        except torch.OutOfMemoryError as error:
            raise ModelUnavailable(
                f"{len(prompts)} questions x {samples} samples do not fit into memory; "
                "lower --batch-size, --max-pixels or --max-tokens"
            ) from error
        except (ValueError, IndexError, RuntimeError, TypeError) as error:
            raise ModelUnavailable(
                f"the model {self._name} fails on a batch ({first_line(error)}); check that it is made for "
                "questions about images, and that --max-pixels fits it"
            ) from error
        texts = tokenizer.batch_decode(written[:, batch["input_ids"].shape[1] :], skip_special_tokens=True)
        return [texts[start : start + samples] for start in range(0, len(texts), samples)]

    @property
    def _never_sampled(self) -> list[int]:
        return never_sampled(self._model.config)


def _load(folder: Path, adapter: Path | None, device: str) -> tuple[Any, Any]:
    """Return the model in evaluation mode on its device, and its processor."""
    import torch
    import transformers
    from transformers.models.auto.modeling_auto import MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES

    config = transformers.AutoConfig.from_pretrained(folder)
    if config.model_type not in MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES:
        raise ModelUnavailable(
            f"the model {folder} ({config.model_type}) takes no images; name an image-text-to-text model"
        )
    has_own = adapter is not None and any((adapter / name).is_file() for name in _PROCESSOR)
    processors: Any = transformers.AutoProcessor
    processor = processors.from_pretrained(adapter if has_own else folder)
    place = "cuda" if device == "auto" and torch.cuda.is_available() else "cpu"
    model: Any = transformers.AutoModelForImageTextToText.from_pretrained(folder, dtype="auto")
    if adapter is not None:
        try:
            import peft
        except ImportError:
            raise ModelUnavailable("an adapter needs the package peft; install curriculum-kit[train]") from None
        model = peft.PeftModel.from_pretrained(model, adapter)
    return model.to(place).eval(), processor


def _with_images(prompt: Sequence[Message], images: Sequence[Image.Image]) -> list[dict[str, Any]]:
    """Return a conversation whose contents are lists of parts, the images first in the first user message."""
    messages = [
        {"role": message["role"], "content": [{"type": "text", "text": message["content"]}]} for message in prompt
    ]
    first = next((message for message in messages if message["role"] == "user"), messages[0])
    first["content"] = [*({"type": "image", "image": image} for image in images), *first["content"]]
    return messages


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what transformers and peft report of loading off the terminal, and give their settings back."""
    from transformers.utils import logging

    reports: Any = logging
    verbosity, has_bars = reports.get_verbosity(), reports.is_progress_bar_enabled()
    reports.set_verbosity_error()
    reports.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of one library about another: nothing a user can mend
            yield
    finally:
        reports.set_verbosity(verbosity)
        if has_bars:
            reports.enable_progress_bar()
