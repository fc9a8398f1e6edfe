"""A test, before the first step, that each completion is paired with its own prompt.

In vLLM's server mode TRL 1.16 sends the first prompt of every `num_generations` and hands out what comes back to
all of them: of a group of several wordings only the first is answered, and nothing says so. Whatever the mode, the
trainer's own generation is run here on made-up prompts, with an echo in the place of the model or the server: what
comes back is the prompt's own last token, or the mode is refused.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from curriculum_kit.errors import ConfigInvalid


def check_pairing(trainer: Any, run_length: int) -> None:
    """Raise `ConfigInvalid` where the trainer's way of generating mixes up completions.

    `run_length` is how many rows in a row hold the same prompt. Every process has to call this. Nothing is generated,
    no weights are sent, and the trainer is left as it was.
    """
    if not trainer.use_vllm and (trainer.is_deepspeed_enabled or trainer.is_fsdp_enabled):
        # transformers keeps the rows of a tensor in order; weights that are shared out are not gathered to see that.
        return
    rows = trainer.args.per_device_train_batch_size * trainer.args.steps_per_generation
    first = trainer.accelerator.process_index * rows
    prompts = [_prompt(trainer, (first + row) // run_length) for row in range(rows)]
    with _in_training(trainer.model), _echo(trainer):
        completions, _ = trainer._generate_single_turn(prompts, None, {}, trainer.num_generations)
    if [list(completion) for completion in completions] != [prompt[-1:] for prompt in prompts]:
        mode = f"vllm_mode {trainer.vllm_mode}" if trainer.use_vllm else "generation with transformers"
        raise ConfigInvalid(
            f"{mode} pairs completions with prompts they do not answer; set curriculum.wordings to 1, or another mode"
        )


def _prompt(trainer: Any, number: int) -> list[int]:
    """Return two tokens, the last of which tells the number, and ends no completion."""
    ends = {*trainer.eos_token_ids, trainer._tokenizer.pad_token_id}
    tokens = [token for token in range(len(ends) + 64) if token not in ends][:64]
    return [tokens[number // 64 % 64], tokens[number % 64]]


@contextlib.contextmanager
def _in_training(model: Any) -> Iterator[None]:
    was = model.training
    model.train()
    try:
        yield
    finally:
        model.train(was)


@contextlib.contextmanager
def _echo(trainer: Any) -> Iterator[None]:
    """Put an echo in the place of what generates."""
    if not trainer.use_vllm:
        with _replaced(trainer.model, generate=_echo_of_transformers, generate_batch=_echo_of_batches):
            yield
        return
    engine = trainer.vllm_generation
    sleeping = getattr(engine, "_llm_weights_sleeping", False)
    with (
        # No weights are sent for a step that has been sent already.
        _replaced(trainer, _last_loaded_step=trainer.state.global_step),
        _replaced(engine, vllm_client=_EchoClient(), llm=_EchoEngine(), _llm_weights_sleeping=False),
    ):
        yield
    engine._llm_weights_sleeping = sleeping


@contextlib.contextmanager
def _replaced(owner: Any, **values: Any) -> Iterator[None]:
    """Give `owner` other attributes of its own for a while."""
    before = {name: vars(owner)[name] for name in values if name in vars(owner)}
    vars(owner).update(values)
    try:
        yield
    finally:
        for name in values:
            del vars(owner)[name]
        vars(owner).update(before)


def _echo_of_transformers(input_ids: Any, **_: Any) -> Any:
    import torch

    return torch.cat([input_ids, input_ids[:, -1:]], dim=1)


def _echo_of_batches(inputs: list[list[int]], **_: Any) -> dict[int, Any]:
    return {place: SimpleNamespace(generated_tokens=ids[-1:]) for place, ids in enumerate(inputs)}


class _EchoClient:
    """Answers as TRL's `VLLMClient` does: `n` completions of each prompt, one after the other."""

    def generate(self, prompts: list[list[int]], n: int = 1, **_: Any) -> dict[str, Any]:
        answered = [ids for ids in prompts for _ in range(n)]
        return {
            "prompt_ids": prompts,
            "completion_ids": [ids[-1:] for ids in answered],
            "logprobs": [[[0.0]] for _ in answered],
            "logprob_token_ids": [[ids[-1:]] for ids in answered],
        }


class _EchoEngine:
    """Answers as vLLM's `LLM` does: one output for each prompt."""

    def generate(self, prompts: list[dict[str, Any]], **_: Any) -> list[Any]:
        return [self._output(prompt["prompt_token_ids"]) for prompt in prompts]

    def _output(self, ids: list[int]) -> Any:
        logprobs = [{ids[-1]: SimpleNamespace(rank=1, logprob=0.0)}]
        return SimpleNamespace(prompt_token_ids=ids, outputs=[SimpleNamespace(token_ids=ids[-1:], logprobs=logprobs)])

    def wake_up(self, **_: Any) -> None:
        """Do nothing: nothing sleeps."""

    def sleep(self, **_: Any) -> None:
        """Do nothing: nothing is awake."""
