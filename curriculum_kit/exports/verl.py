"""verl: Parquet with `prompt`, `images`, `data_source`, `ability`, `reward_model` and `extra_info`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import pyarrow as pa

from curriculum_kit.exports.base import (
    CARRIED_FIELDS,
    ImageMode,
    Made,
    Picture,
    ShardRow,
    Target,
    TargetCard,
    carried,
)
from curriculum_kit.exports.columns import IMAGE_BYTES, MESSAGES
from curriculum_kit.exports.guide import bullets, code, one_group_a_row
from curriculum_kit.exports.text import with_placeholders

_IMAGE_FILES = pa.list_(pa.struct([("image", pa.string())]))
_REWARD_MODEL = pa.struct([("style", pa.string()), ("ground_truth", pa.string())])
_EXTRA_INFO = pa.struct([pa.field("index", pa.int64()), *CARRIED_FIELDS])

_MODULE = "pkg://curriculum_kit.exports.verl_curriculum"


class Verl(Target):
    """GRPO of verl. Images that are not embedded are `{image: path}`: with a key `bytes` verl decodes nothing else."""

    card: ClassVar[TargetCard] = TargetCard("verl", "verl", "0.9.1 and 0.7.1", ImageMode.EMBED, finds_images=False)

    def suffix(self, embedded: bool) -> str:
        """Return `parquet`, whatever becomes of the images."""
        return "parquet"

    def row(self, shard: ShardRow, pictures: Sequence[Picture], place: int) -> dict[str, Any]:
        """Return the row; `extra_info.index` is its place among the rows of all splits."""
        return {
            "data_source": f"ckit/{shard['benchmark']}",
            "prompt": with_placeholders(shard, len(pictures), self.card.title),
            "images": [
                {"image": each.name} if each.content is None else {"bytes": each.content, "path": each.name}
                for each in pictures
            ],
            "ability": shard["question_type"] or "medical-vqa",
            "reward_model": {"style": "rule", "ground_truth": shard["solution"]},
            "extra_info": {"index": place, **carried(shard)},
        }

    def schema(self, embedded: bool) -> pa.Schema:
        """Return the columns."""
        return pa.schema(
            [
                ("data_source", pa.string()),
                ("prompt", MESSAGES),
                ("images", IMAGE_BYTES if embedded else _IMAGE_FILES),
                ("ability", pa.string()),
                ("reward_model", _REWARD_MODEL),
                ("extra_info", _EXTRA_INFO),
            ]
        )

    def settings(self, made: Made) -> str:
        """Return the overrides that keep the order, and those that walk by a schedule of ckit instead."""
        files = (
            f'data.train_files="[{_listed(made.train)}]" data.val_files="[{_listed(made.held_out or made.train)}]" \\\n'
            "  data.shuffle=False data.filter_overlong_prompts=False data.reward_fn_key=data_source"
        )
        schedule = "+data.curriculum.kind=competence +data.curriculum.seed=0"
        held_out = "" if made.held_out else "No split is held out here: `data.val_files` repeats the training rows."
        notes = [
            "`data.shuffle=False`: the default is True.",
            "`data.filter_overlong_prompts=False`: else rows longer than `data.max_prompt_length` are left out.",
            "verl has no reward for these rows; give one as `custom_reward_function.path` (up to 0.7; later "
            "`reward.custom_reward_function.path`). It gets the letter as `ground_truth` and, in `extra_info`, "
            "choices, tier and group.",
            *([held_out] if held_out else []),
        ]
        return (
            "Rows in the order of the files:\n\n"
            + code("sh", f"python3 -m verl.trainer.main_ppo \\\n  {files}")
            + bullets(*notes)
            + "\nBy a schedule of ckit (`pip install --no-deps curriculum-kit` beside verl), one epoch long: steps, "
            "linear, competence, mixed, shuffled or reversed; `replay`, `start` and `total_steps` are further keys. "
            "Up to verl 0.7 as a curriculum sampler, which needs 0 workers:\n\n"
            + code(
                "sh",
                f"  data.sampler.class_path={_MODULE} data.sampler.class_name=CurriculumSampler \\\n"
                f"  data.dataloader_num_workers=0 trainer.total_epochs=1 {schedule}",
            )
            + "verl 0.8 took out `data.sampler`; from there on as the class of the data set:\n\n"
            + code(
                "sh",
                f"  data.custom_cls.path={_MODULE} data.custom_cls.name=CurriculumDataset \\\n"
                f"  data.shuffle=False trainer.total_epochs=1 {schedule}",
            )
        )

    def lost(self, made: Made) -> Sequence[str]:
        """Return what verl cannot do: it draws a new `uid` for every row it reads."""
        return (*one_group_a_row(made, "verl"), "A schedule deals rows, not groups: wordings come apart.")


def _listed(files: Sequence[str]) -> str:
    return ",".join(f"'$DIR/{name}'" for name in files)
