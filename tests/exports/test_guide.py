"""What the README of each target must say, lest the order be lost."""

import pytest

from curriculum_kit.exports import NAMES, target_of
from curriculum_kit.exports.base import ImageMode, Made
from curriculum_kit.exports.guide import readme


def _made(target, mode: ImageMode, wordings: int = 4, held_out: bool = True) -> Made:
    suffix = target.suffix(mode is ImageMode.EMBED)
    names = [f"train.{suffix}"] if target.card.keeps_order else [f"train-tier-{tier}.{suffix}" for tier in (0, 1)]
    files = {"train": dict.fromkeys(names, 1_000)} | ({"test": {f"test.{suffix}": 10}} if held_out else {})
    return Made(files, 2_010, 700, wordings, 2, 2, mode)


SAYS = {
    "trl": ["shuffle_dataset=False", 'f"{DIR}/train.parquet"', "ckit train"],
    "ms-swift": ["--dataset_shuffle false", '--dataset "$DIR/train.jsonl"', '--val_dataset "$DIR/test.jsonl"'],
    "verl": ["data.shuffle=False", "class_name=CurriculumSampler", "custom_cls.name=CurriculumDataset"],
    "easyr1": ["data.shuffle=false", "data.prompt_key=problem", "data.answer_key=answer", "data.format_prompt=null"],
    "openrlhf": ["`train-tier-0.jsonl`, `train-tier-1.jsonl`", "has no setting against it", "max_images_per_prompt 2"],
    "llama-factory": ["disable_shuffling: true", "dataset: curriculum_train", "has no GRPO"],
    "med-r1": ["`train-tier-0.json`, `train-tier-1.json`", "has no setting against it"],
}


@pytest.mark.parametrize("name", NAMES)
def test_the_settings_that_keep_the_order_are_named(name: str) -> None:
    target = target_of(name)
    text = readme(target, _made(target, target.card.images), "demo", "9.9")
    for words in SAYS[name]:
        assert words in text
    assert f"2,010 rows in 700 groups and 2 tiers, exported from `demo` by ckit 9.9 for {target.card.title}" in text
    assert len(text.splitlines()) < 75


@pytest.mark.parametrize("name", [name for name in NAMES if name != "llama-factory"])
def test_groups_that_come_apart_are_named(name: str) -> None:
    target = target_of(name)
    apart = readme(target, _made(target, target.card.images), "demo", "9.9")
    assert "up to 4 rows of one `group_id`" in apart
    whole = readme(target, _made(target, target.card.images, wordings=1), "demo", "9.9")
    assert "every group has one row, so nothing is lost" in whole


@pytest.mark.parametrize(("name", "root"), [("ms-swift", "ROOT_IMAGE_DIR"), ("easyr1", "data.image_dir")])
def test_the_folder_of_images_is_named_where_there_is_one(name: str, root: str) -> None:
    target = target_of(name)
    assert root in target.settings(_made(target, ImageMode.COPY))
    assert root not in target.settings(_made(target, ImageMode.EMBED))


@pytest.mark.parametrize("name", ["trl", "verl", "openrlhf"])
def test_absolute_paths_are_warned_of(name: str) -> None:
    target = target_of(name)
    assert "export again where the folder has moved" in readme(target, _made(target, ImageMode.COPY), "demo", "9.9")


@pytest.mark.parametrize("name", ["verl", "easyr1"])
def test_without_a_held_out_split_the_readme_says_so(name: str) -> None:
    target = target_of(name)
    assert "No split is held out here" in target.settings(_made(target, ImageMode.EMBED, held_out=False))
    assert "No split is held out here" not in target.settings(_made(target, ImageMode.EMBED))
