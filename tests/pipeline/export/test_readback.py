"""Exports read back by the code of the trainers themselves; each test runs where its trainer is installed.

Alone: `pytest tests/pipeline/export/test_readback.py`. Versions clash, so that an environment holds one trainer or two
at most; what is not there is skipped.
"""

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from curriculum_kit import torchvision_repair
from curriculum_kit.exports.base import ImageMode
from curriculum_kit.pipeline.export import ExportPlan, export_curriculum

FIELDS = ("question_id", "group_id", "variant_id", "tier", "question", "choices")
BOTH = pytest.mark.parametrize("mode", [ImageMode.EMBED, ImageMode.COPY])


def _trainer(module: str) -> Any:
    torchvision_repair.install()
    return pytest.importorskip(module, exc_type=ImportError)


def _pixels(image: Any) -> tuple[tuple[int, int], tuple[int, ...]]:
    """Return size and colour of an image of one colour: decoded, as bytes, or as the name of a file."""
    if isinstance(image, bytes):
        image = io.BytesIO(image)
    opened = image if isinstance(image, Image.Image) else Image.open(image)
    return opened.size, opened.convert("RGB").getpixel((5, 5))


def _about(row: Any, solution: str, text: str, images: list[Any]) -> dict[str, Any]:
    found = {name: row[name] for name in FIELDS}
    return found | {"solution": solution, "text": text, "images": [_pixels(image) for image in images]}


@pytest.fixture
def training(wanted):
    """Return the rows to train on, as `_about` gives them."""
    rows = wanted("train", "unassigned", mixed=True)
    return [row | {"images": [_pixels(image) for image in row["images"]]} for row in rows]


@pytest.fixture
def export(make, images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Return what exports the curriculum, with rows of two images and of none: (target, mode) to the folder."""
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setenv("MODELSCOPE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ROOT_IMAGE_DIR", str(tmp_path / "out"))

    def write(to: str, mode: ImageMode) -> Path:
        export_curriculum(make(mixed=True), str(tmp_path / "out"), ExportPlan(to, mode))
        return tmp_path / "out"

    return write


@BOTH
def test_datasets_finds_splits_and_images_by_the_readme(export, training, mode) -> None:
    import datasets

    rows = datasets.load_dataset(str(export("trl", mode)))
    assert {split: len(part) for split, part in rows.items()} == {"train": 7, "validation": 1, "test": 1}
    seen = [_about(row, row["solution"], row["prompt"][0]["content"], row["images"]) for row in rows["train"]]
    assert seen == training


@BOTH
def test_trl_takes_rows_in_order_and_puts_images_in_place(export, training, mode) -> None:
    _trainer("trl")
    import datasets
    from trl.data_utils import prepare_multimodal_messages
    from trl.trainer.utils import RepeatSampler

    rows = datasets.load_dataset("parquet", data_files=str(export("trl", mode) / "train.parquet"), split="train")
    assert list(RepeatSampler(rows, 2, batch_size=1, shuffle=False)) == [n for n in range(len(rows)) for _ in range(2)]
    for row, want in zip(rows, training, strict=True):
        (message,) = prepare_multimodal_messages(row["prompt"], images=row["images"])
        assert [_pixels(part["image"]) for part in message["content"] if part["type"] == "image"] == want["images"]
        assert [part["text"] for part in message["content"] if part["type"] == "text"] == [want["text"]]


def _verl_rows(folder: Path, kind: type, **more: Any) -> Any:
    from omegaconf import OmegaConf

    files = [str(folder / "train.parquet")]
    config = OmegaConf.create(
        {"train_files": files, "cache_dir": str(folder.parent / "verl"), "filter_overlong_prompts": False, **more}
    )
    return kind(data_files=files, tokenizer=None, config=config, processor=object())


def _of_verl(row: dict[str, Any]) -> dict[str, Any]:
    parts = row["raw_prompt"][0]["content"]
    parts = [{"type": "text", "text": parts}] if isinstance(parts, str) else parts
    text = "".join(part["text"] for part in parts if part["type"] == "text")
    images = [part["image"] for part in parts if part["type"] == "image"]
    return _about(row["extra_info"], row["reward_model"]["ground_truth"], text, images)


@BOTH
def test_verl(export, training, mode) -> None:
    rows = _verl_rows(export("verl", mode), _trainer("verl.utils.dataset.rl_dataset").RLHFDataset)
    assert [_of_verl(rows[place]) for place in range(len(rows))] == training


SCHEDULED = {"train_batch_size": 2, "curriculum": {"kind": "reversed", "total_steps": 4}}


def test_verl_walks_by_a_schedule_as_a_data_set(export, training) -> None:
    module = _trainer("verl.utils.dataset.rl_dataset")
    from omegaconf import OmegaConf

    place = {"path": "pkg://curriculum_kit.exports.verl_curriculum", "name": "CurriculumDataset"}
    kind = module.get_dataset_class(OmegaConf.create({"custom_cls": place}))
    rows = _verl_rows(export("verl", ImageMode.EMBED), kind, **SCHEDULED)
    seen = [_of_verl(rows[place]) for place in range(len(rows))]
    # Eight places for one row of tier 0 and six of tier 1, which come first.
    assert [row["tier"] for row in seen] == [1, 1, 1, 1, 1, 1, 1, 0]
    assert all(row in training for row in seen)


def test_verl_walks_by_a_schedule_as_a_sampler(export) -> None:
    sampler = _trainer("verl.experimental.dataset.sampler")
    dataset = _trainer("verl.utils.dataset.rl_dataset")
    from omegaconf import OmegaConf
    from verl.utils.import_utils import load_extern_object

    kind = load_extern_object("pkg://curriculum_kit.exports.verl_curriculum", "CurriculumSampler")
    rows = _verl_rows(export("verl", ImageMode.EMBED), dataset.RLHFDataset)
    made = kind(data_source=rows, data_config=OmegaConf.create(SCHEDULED))
    assert isinstance(made, sampler.AbstractCurriculumSampler)
    assert [rows[place]["extra_info"]["tier"] for place in made] == [1, 1, 1, 1, 1, 1, 1, 0]
    made.update(batch=None)
    assert len(made) == 8


@BOTH
def test_ms_swift(export, training, mode) -> None:
    load = _trainer("swift.dataset.loader").load_dataset
    from swift.template.vision_utils import load_image

    file = next(export("ms-swift", mode).glob("train.*"))
    rows, _ = load([str(file)], shuffle=False, strict=True, remove_unused_columns=False)
    seen = []
    for row in rows:
        images = [load_image(image["bytes"] or image["path"]) for image in row["images"]]
        content = row["messages"][0]["content"]
        assert content.startswith("<image>" * len(images))
        seen.append(_about(row, row["solution"], content.replace("<image>", ""), images))
    assert seen == training


@BOTH
def test_llama_factory(export, training, mode) -> None:
    loader = _trainer("llamafactory.data.loader")
    from llamafactory.data.mm_plugin import get_mm_plugin
    from llamafactory.data.parser import get_dataset_list

    folder = str(export("llama-factory", mode))
    (about,) = get_dataset_list(["curriculum_train"], folder)
    data = SimpleNamespace(dataset_dir=folder, media_dir=folder, streaming=False, max_samples=None,
                           preprocessing_num_workers=None, overwrite_cache=True)  # fmt: skip
    model = SimpleNamespace(cache_dir=None, hf_hub_token=None)
    rows = loader._load_single_dataset(about, model, data, SimpleNamespace(local_process_index=0))
    plugin = get_mm_plugin("base", image_token="<image>")
    for row, want in zip(rows, training, strict=True):
        opened = plugin._regularize_images(row["_images"] or [], image_max_pixels=10**6, image_min_pixels=1)["images"]
        assert [_pixels(image) for image in opened] == want["images"]
        assert row["_prompt"] == [{"role": "user", "content": "<image>" * len(opened) + want["text"]}]
        assert row["_response"] == [{"role": "assistant", "content": f"<answer>{want['solution']}</answer>"}]


@BOTH
def test_openrlhf(export, training, mode) -> None:
    prompts = _trainer("openrlhf.datasets.prompts_dataset")
    from openrlhf.datasets.utils import blending_datasets
    from openrlhf.utils.vlm_utils import load_images

    folder = export("openrlhf", mode)
    keys = {"input_key": "prompt", "label_key": "label", "image_key": "images", "apply_chat_template": True}
    strategy = SimpleNamespace(args=SimpleNamespace(data=SimpleNamespace(**keys), use_ms=False), print=print)
    strategy.is_rank_0 = lambda: True
    tokenizer = SimpleNamespace(apply_chat_template=lambda chat, **_: chat)
    seen = []
    for file in sorted(folder.glob("train-tier-*")):
        read = blending_datasets(str(file), None, strategy)
        for source, chat, label, images in prompts.PromptDataset(read, tokenizer, strategy):
            assert source == "mine"
            parts = chat[0]["content"]
            parts = [{"type": "text", "text": parts}] if isinstance(parts, str) else parts
            assert sum(part["type"] == "image" for part in parts) == len(images)
            text = "".join(part["text"] for part in parts if part["type"] == "text")
            seen.append({"solution": label, "text": text, "images": [_pixels(image) for image in load_images(images)]})
    assert seen == [{name: row[name] for name in ("solution", "text", "images")} for row in training]


def test_med_r1_is_read_by_ckit_itself(make, wanted, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    from curriculum_kit.benchmarks import reader_of
    from curriculum_kit.pipeline.ingest import ingest

    release = tmp_path / "Splits/modality/train"
    release.mkdir(parents=True)
    export_curriculum(make(), str(tmp_path / "out"), ExportPlan("med-r1"))
    for tier in (0, 1):
        (tmp_path / f"out/train-tier-{tier}.json").rename(release / f"{tier}_train.json")
    ingest(reader_of("med-r1"), tmp_path, tmp_path / "tables")
    rows = pq.read_table(tmp_path / "tables/questions.parquet").to_pylist()
    seen = [(row["question"], row["answer_index"], len(row["choices"]), row["image_ids"]) for row in rows]
    paths = ["a/1.png", "a/1.png", "a/1.png", "a/1.png", "b/3.png"]
    assert seen == [
        (row["question"], "ABC".index(row["solution"]), 3, [f"med-r1:images/mine/{path}"])
        for row, path in zip(wanted("train", "unassigned"), paths, strict=True)
    ]
