"""TRL's GRPO in the order of a curriculum: its sampler, its groups in every generation mode, an exact resume.

What TRL does well is left to it. Overridden is what would undo the curriculum, each for the reason that stands there.
Heavy libraries load with this module: import it where training begins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from accelerate.utils import gather_object  # type: ignore[import-untyped]
from datasets import Dataset
from trl.trainer.grpo_trainer import GRPOTrainer

from curriculum_kit.errors import ConfigInvalid
from curriculum_kit.schedule import Schedule
from trainer.images import Images
from trainer.pairing import check_pairing
from trainer.sampler import CurriculumSampler
from trainer.saving import WholeCheckpoints
from trainer.selection import Selection
from trainer.sizes import Sizes

_Untyped: Any = GRPOTrainer
"""Its types hold for a model that may be anything; what is called here is known by the tests."""

ROW = "row_index"
"""Column that says where a row stands in the curriculum."""

IDENTITY = (ROW, "question_id", "group_id", "variant_id", "tier", "difficulty", "answer", "solution")
"""What an observer is told of a row."""


@dataclass(frozen=True)
class Generation:
    """One chunk of completions of all processes, in the order of the schedule; every list has an entry for each."""

    step: int
    """Steps of the optimizer done before."""
    chunk: int
    """Chunks generated before."""
    rows: list[dict[str, Any]]
    """`IDENTITY` of the row that was answered."""
    completions: list[str]
    lengths: list[int]
    """Tokens of the completions, the end among them."""
    rewards: dict[str, list[float]]
    """By the name of the reward, without its weight; NaN where it had nothing to say."""
    advantages: list[float]


class Observer(Protocol):
    """Is told of every chunk, in the main process alone."""

    def generated(self, batch: Generation) -> Mapping[str, float] | None:
        """Take note of a chunk, which has been rewarded and is about to be learnt from; return figures to be logged."""
        ...


@dataclass(frozen=True)
class Course:
    """What is trained on, and in which order."""

    rows: Dataset
    """All rows of the curriculum, without their images."""
    images: Images
    selection: Selection
    schedule: Schedule
    sizes: Sizes


class CurriculumTrainer(WholeCheckpoints, _Untyped):  # type: ignore[misc]
    """GRPO over a `Course`. Takes what `GRPOTrainer` takes, but the train dataset.

    Raises `ConfigInvalid` in one line where completions would be paired with prompts that they do not answer, and
    where the model takes no images but rows have some.
    """

    def __init__(self, *, course: Course, observer: Observer | None = None, **others: Any) -> None:
        if not isinstance(course.rows, Dataset):
            raise ConfigInvalid(
                f"rows are a {type(course.rows).__name__}, which cannot be sampled in an order; load a datasets.Dataset"
            )
        rows = course.rows
        if ROW not in rows.column_names:
            rows = rows.add_column(ROW, np.arange(len(rows)))
        self._course, self._observer = course, observer
        super().__init__(train_dataset=rows, **others)
        check_pairing(self, course.selection.run_length)

    def _get_train_sampler(self, dataset: Dataset | None = None) -> CurriculumSampler:
        course = self._course
        # At the beginning of an epoch, resumed or not, the steps done tell which one it is.
        return CurriculumSampler(
            course.selection,
            course.schedule,
            course.sizes,
            lambda: self.state.global_step // course.sizes.steps_per_epoch,
        )

    def _generate_single_turn(
        self, prompt_ids: Any, images: Any, multimodal_fields: Any, num_generations: int, has_tool_images: bool = False
    ) -> Any:
        # A server is sent each `num_generations`-th prompt and answers it so often. The wordings of a group are
        # prompts of their own: what repeats is only the run of one wording.
        if self.use_vllm and self.vllm_mode == "server" and self.model.training:
            num_generations = self._course.selection.run_length
        if self.use_vllm and images is not None:
            images = [own or None for own in images]
        return super()._generate_single_turn(prompt_ids, images, multimodal_fields, num_generations, has_tool_images)

    def _tokenize_prompts(self, prompts: list[Any]) -> Any:
        # TRL hands on None for a row without images among rows with some, which the processor does not take.
        prompt_ids, images, others = super()._tokenize_prompts(prompts)
        return prompt_ids, images and [own or [] for own in images], others

    def _generate(self, prompts: list[Any]) -> Any:
        generated = super()._generate(prompts)
        # Their mask, later on, may leave out completions that were cut off.
        self._lengths = [len(ids) for ids in generated[1]]
        return generated

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        # Only here, and not in the data loader, which fetches the whole batch again for each micro-step.
        images = self._course.images.of_batch([row[ROW] for row in inputs], [row["group_id"] for row in inputs])
        if any(images):
            if not self._is_vlm:
                raise ConfigInvalid(
                    f"{self.model.config.name_or_path} takes no images; set model_name_or_path to one that does"
                )
            inputs = [{**row, "images": own} for row, own in zip(inputs, images, strict=True)]
        output: dict[str, Any] = super()._generate_and_score_completions(inputs)
        if self._observer is not None and self.model.training:
            self._tell(inputs)
        return output

    def _tell(self, inputs: list[dict[str, Any]]) -> None:
        """Tell the observer of a chunk. Every process comes here, because what each has is gathered."""
        rows = gather_object([{name: row.get(name) for name in IDENTITY} for row in inputs])
        lengths = gather_object(self._lengths)
        if not self.accelerator.is_main_process or self._observer is None:
            return
        latest = len(rows)
        said = list(self._logs["completion"])[-latest:]
        figures = self._observer.generated(
            Generation(
                step=self.state.global_step,
                chunk=self._chunks_before(),
                rows=rows,
                completions=[each if isinstance(each, str) else str(each[-1]["content"]) for each in said],
                lengths=lengths,
                rewards={name: list(values)[-latest:] for name, values in self._logs["rewards"].items()},
                advantages=list(self._logs["advantages"])[-latest:],
            )
        )
        for name, value in (figures or {}).items():
            self._metrics["train"][name].append(value)

    @property
    def images_decoded(self) -> int:
        """How many images this process has decoded."""
        return self._course.images.decoded

    def _chunks_before(self) -> int:
        sizes = self._course.sizes
        # Within a step, `_step` counts on from where the process began; steps done before a resume are whole chunks.
        begun = getattr(self, "_initial_global_step", 0) * sizes.accumulation
        return int(begun + self._step) // sizes.repeats
