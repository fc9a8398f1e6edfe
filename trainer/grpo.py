"""TRL's GRPO in the order of a curriculum: its sampler, its groups in every generation mode, an exact resume.

What TRL does well is left to it. Overridden is what would undo the curriculum, each for the reason that stands there.
Heavy libraries load with this module: import it where training begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from accelerate.utils import gather_object  # type: ignore[import-untyped]
from datasets import Dataset
from trl.trainer.grpo_trainer import GRPOTrainer

from curriculum_kit.errors import ConfigInvalid
from curriculum_kit.schedule import Schedule
from curriculum_kit.storage import write_json
from trainer.generation import IDENTITY, ROW, Generation, Observer
from trainer.images import Images
from trainer.pacing import PACE, Pace
from trainer.pairing import check_pairing
from trainer.refill import exchanged, replacements
from trainer.sampler import CurriculumSampler
from trainer.saving import WholeCheckpoints
from trainer.selection import Selection
from trainer.sizes import Sizes
from trainer.tally import ACCURACY, groups_of

_Untyped: Any = GRPOTrainer
"""Its types hold for a model that may be anything; what is called here is known by the tests."""


@dataclass(frozen=True)
class Course:
    """What is trained on, and in which order."""

    rows: Dataset
    """All rows of the curriculum, without their images."""
    images: Images
    selection: Selection
    schedule: Schedule | Pace
    sizes: Sizes
    refill: int = 0
    """How often dead groups of a chunk may give way to others of their tier."""


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

    def _answered(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        """Return what TRL makes of rows: completions, rewards, advantages."""
        # Only here, and not in the data loader, which fetches the whole batch again for each micro-step.
        images = self._course.images.of_batch([row[ROW] for row in inputs], [row["group_id"] for row in inputs])
        if any(images):
            if not self._is_vlm:
                raise ConfigInvalid(
                    f"{self.model.config.name_or_path} takes no images; set model_name_or_path to one that does"
                )
            inputs = [{**row, "images": own} for row, own in zip(inputs, images, strict=True)]
        output: dict[str, Any] = super()._generate_and_score_completions(inputs)
        return output

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        output = self._answered(inputs)
        if not self.model.training:
            return output
        batch = self._latest(inputs)
        self._pace(batch)
        for attempt in range(self._course.refill):
            if not any(dead := self._dead(batch)):
                break
            output, batch = self._refilled(output, batch, dead, attempt)
        if self._observer is not None and self.accelerator.is_main_process:
            for name, value in (self._observer.generated(batch) or {}).items():
                self._metrics["train"][name].append(value)
        return output

    def _dead(self, batch: Generation) -> list[bool]:
        """Return for each group of a chunk whether all its rollouts earned the same."""
        weights = dict(zip(self.reward_func_names, self.reward_weights.tolist(), strict=True))
        return [group.dead for group in groups_of(batch, weights, self.num_generations)]

    def _refilled(
        self, output: dict[str, Any], batch: Generation, dead: list[bool], attempt: int
    ) -> tuple[dict[str, Any], Generation]:
        """Ask other groups in place of dead ones; return what is learnt from then.

        The whole chunk is generated again, and of it only what answers for dead groups is used: every process has to
        bring as many rows as before, whatever groups it holds.
        """
        selection, rollouts = self._course.selection, self.num_generations
        firsts = [row[ROW] - row["variant_id"] for row in batch.rows[::rollouts]]
        groups = np.searchsorted(selection.starts, firsts)
        chosen = replacements(selection.tier, groups, dead, f"{self.args.seed}/refill/{batch.chunk}/{attempt}")
        new = np.repeat(chosen != groups, rollouts).tolist()
        mine = len(batch.rows) // self.accelerator.num_processes
        here = slice(self.accelerator.process_index * mine, (self.accelerator.process_index + 1) * mine)
        inputs = [self.train_dataset[row] for row in selection.rows_of(chosen)[here].tolist()]
        second = self._answered(inputs)
        made = exchanged(output, second, new[here], self._tokenizer.pad_token_id)
        made["num_items_in_batch"] = self.accelerator.gather(made["completion_mask"].sum()).sum()
        latest = batch.exchanged(self._latest(inputs), new)
        self._metrics["train"]["refill/asked"].append(float((chosen != groups).sum()))
        self._metrics["train"]["refill/still_dead"].append(float(sum(self._dead(latest))))
        return made, latest

    def _pace(self, batch: Generation) -> None:
        """Tell a pace the pass rate of the chunk; every process has the rewards of all, and tells its own the same."""
        if isinstance(self._course.schedule, Pace):
            self._course.schedule.note(float(np.mean(batch.rewards[ACCURACY])))

    def _add_to(self, checkpoint: Path) -> None:
        if isinstance(self._course.schedule, Pace):
            write_json(checkpoint / PACE, {"rates": self._course.schedule.rates})

    def _latest(self, inputs: list[dict[str, Any]]) -> Generation:
        """Return the chunk that these rows were answered in, gathered from all processes: each has to come here."""
        rows = gather_object([{name: row.get(name) for name in IDENTITY} for row in inputs])
        latest = len(rows)
        said = list(self._logs["completion"])[-latest:]
        return Generation(
            step=self.state.global_step,
            chunk=self._chunks_before(),
            rows=rows,
            completions=[each if isinstance(each, str) else str(each[-1]["content"]) for each in said],
            lengths=gather_object(self._lengths),
            rewards={name: list(values)[-latest:] for name, values in self._logs["rewards"].items()},
            advantages=list(self._logs["advantages"])[-latest:],
        )

    @property
    def images_decoded(self) -> int:
        """How many images this process has decoded."""
        return self._course.images.decoded

    def _chunks_before(self) -> int:
        sizes = self._course.sizes
        # Within a step, `_step` counts on from where the process began; steps done before a resume are whole chunks.
        begun = getattr(self, "_initial_global_step", 0) * sizes.accumulation
        return int(begun + self._step) // sizes.repeats
