"""Wordings from a chat model on this machine, through transformers: same template and same reading as the server's.

Reads the model's files and writes nothing, except what the Hugging Face cache keeps of a model that may be fetched.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from curriculum_kit import torchvision_repair
from curriculum_kit.errors import ConfigInvalid, ModelUnavailable
from curriculum_kit.wordings.base import Ask, Reply
from curriculum_kit.writers.model_files import find_model, fingerprint_of, first_line, quiet
from curriculum_kit.writers.reading import read_wordings
from curriculum_kit.writers.template import REWORDING, Template

_FORMAT = 1
"""Part of the fingerprint: goes up when prompts are batched or replies read in another way."""


class LocalWriter:
    """A causal language model with a chat template, asked in batches.

    `model` is a folder or a name in the Hugging Face cache; with `download` a name that is not there is fetched.
    `device` is `cpu` or `auto` (an accelerator where there is one). `max_tokens` is the limit of one reply. A
    `temperature` of 0 takes the likeliest token each time; above, what is drawn depends on `seed` and on the prompts of
    the batch, so that the same asks in the same order give the same replies on the same machine.

    The weights are loaded by the first `write` that asks for anything. Raises `ModelUnavailable` where there is no such
    model and `ConfigInvalid` for a number or device that makes no sense.
    """

    def __init__(
        self,
        model: str,
        *,
        device: str = "auto",
        batch_size: int = 8,
        max_tokens: int = 512,
        temperature: float = 0.8,
        seed: int = 0,
        download: bool = False,
        template: Template = REWORDING,
    ) -> None:
        if device not in {"cpu", "auto"}:
            raise ConfigInvalid(f"device {device!r} is not known; take cpu or auto")
        if batch_size < 1 or max_tokens < 1 or not 0 <= temperature <= 2:
            raise ConfigInvalid(
                f"a batch of {batch_size}, {max_tokens} tokens and a temperature of {temperature:g} do not go; "
                "take at least 1, at least 1, and 0 to 2"
            )
        self._shown, self._folder = find_model(model, download=download)
        self._device, self._batch_size, self._max_tokens = device, batch_size, max_tokens
        self._temperature, self._seed, self._template = temperature, seed, template

    @property
    def name(self) -> str:
        """`local:` and the model, of a folder its last part."""
        return f"local:{self._shown}"

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the model's files, the sampling and the template; the files are read once."""
        decides = {
            "writer": "local",
            "format": _FORMAT,
            "model": fingerprint_of(self._folder),
            "device": self._device,
            "batch_size": self._batch_size,
            "max_tokens": self._max_tokens,
            "temperature": self._temperature,
            "seed": self._seed,
            "template": self._template.sha256,
        }
        return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()

    def write(self, asks: Sequence[Ask]) -> Iterator[tuple[int, Reply]]:
        """Yield (position, reply) batch by batch, prompts of about one length together.

        Raises `ModelUnavailable` where the weights do not load, the model is no chat model, or a batch does not fit
        into its context or the memory.
        """
        if not asks:
            return
        prompts = [self._prompt(ask) for ask in asks]
        order = sorted(range(len(asks)), key=lambda position: len(prompts[position]))
        for start in range(0, len(order), self._batch_size):
            batch = order[start : start + self._batch_size]
            salt = [asks[position].attempt for position in batch]
            written = self._generate([prompts[position] for position in batch], salt)
            for position, (text, finish, tokens_in, tokens_out) in zip(batch, written, strict=True):
                reply = read_wordings(text, asks[position].wanted, finish=finish)
                yield position, replace(reply, tokens_in=tokens_in, tokens_out=tokens_out)

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        """The tokenizer and the model, in evaluation mode on their device."""
        torchvision_repair.install()
        with quiet():
            try:
                import torch
                from transformers import AutoModelForCausalLM, AutoTokenizer

                place = "cuda" if self._device == "auto" and torch.cuda.is_available() else "cpu"
                tokenizer = AutoTokenizer.from_pretrained(self._folder, local_files_only=True, padding_side="left")
                model: Any = AutoModelForCausalLM.from_pretrained(self._folder, local_files_only=True, dtype="auto")
                model = model.to(place).eval()
            except Exception as error:  # broken weights raise whatever their library happens to raise
                raise ModelUnavailable(
                    f"the model in {self._folder} does not load ({first_line(error)}); "
                    "fetch it again, or name another one"
                ) from error
        if not tokenizer.chat_template:
            raise ModelUnavailable(f"the model in {self._folder} has no chat template; take one made for instructions")
        if tokenizer.pad_token_id is None:
            tokenizer.pad_token = tokenizer.eos_token
        return tokenizer, model

    def _prompt(self, ask: Ask) -> str:
        """Return the ask in the model's own chat format, without the model's thinking where that can be left out."""
        from jinja2 import TemplateError

        tokenizer, _ = self._loaded
        messages = self._template.messages(ask)
        own: dict[str, Any] = {"tokenize": False, "add_generation_prompt": True, "enable_thinking": False}
        try:
            prompt: str = tokenizer.apply_chat_template(messages, **own)
        except TemplateError:  # templates that know no system message raise
            task = "\n\n".join(message["content"] for message in messages)
            prompt = tokenizer.apply_chat_template([{"role": "user", "content": task}], **own)
        return prompt

    def _generate(self, prompts: list[str], salt: list[int]) -> list[tuple[str, str, int, int]]:
        """Return for each prompt what the model writes, why it ended, and the tokens in and out."""
        import torch

        tokenizer, model = self._loaded
        batch = tokenizer(prompts, return_tensors="pt", padding=True, add_special_tokens=False).to(model.device)
        length = batch["input_ids"].shape[1]
        context = getattr(model.config.get_text_config(), "max_position_embeddings", None)
        room = context - length if context else self._max_tokens
        if room < 1:
            raise ModelUnavailable(
                f"{self.name} reads {context:,} tokens and a prompt has {length:,}; take a model with a longer context"
            )
        how: dict[str, Any] = {"do_sample": False, "temperature": None, "top_p": None, "top_k": None}
        if self._temperature > 0:
            how = {"do_sample": True, "temperature": self._temperature}
        drawn = hashlib.sha256(json.dumps([self._seed, salt, prompts]).encode()).digest()
        try:
            with quiet(), torch.inference_mode(), torch.random.fork_rng():
                torch.manual_seed(int.from_bytes(drawn[:7], "big"))
                written = model.generate(
                    input_ids=batch["input_ids"],
                    attention_mask=batch["attention_mask"],
                    max_new_tokens=min(self._max_tokens, room),
                    pad_token_id=tokenizer.pad_token_id,
                    **how,
                )
        except torch.OutOfMemoryError as error:
            raise ModelUnavailable(
                f"{self.name}: a batch of {len(prompts)} prompts does not fit into memory; take smaller batches"
            ) from error
        replies = []
        ends = _ends(model, tokenizer)
        for row, tokens_in in zip(
            written[:, length:].tolist(), batch["attention_mask"].sum(dim=1).tolist(), strict=True
        ):
            end = next((i for i, token in enumerate(row) if token in ends), None)
            tokens = row if end is None else row[:end]
            text = tokenizer.decode(tokens, skip_special_tokens=True)
            replies.append((text, "length" if end is None else "stop", tokens_in, len(tokens)))
        return replies


def _ends(model: Any, tokenizer: Any) -> set[int]:
    """Return the tokens that end a reply: those of the model's generation and of the tokenizer."""
    named = model.generation_config.eos_token_id
    found = named if isinstance(named, list) else [named]
    return {token for token in (*found, tokenizer.eos_token_id) if token is not None}
