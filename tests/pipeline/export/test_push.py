"""`--push`: what is sent to the hub, and what is said when it does not take it."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import huggingface_hub
import pytest

from curriculum_kit.errors import ConfigInvalid
from curriculum_kit.exports.base import ImageMode
from curriculum_kit.pipeline.export import ExportPlan, export_curriculum
from curriculum_kit.pipeline.export_push import PushFailed


class Address(str):
    """What the hub returns for a repository: its address, which knows the repository's name."""

    repo_id = "me/curriculum"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch):
    """Return a hub that remembers what it was asked for, with a token at hand."""
    asked: dict[str, Any] = {}

    def create(name: str, **more: Any) -> str:
        asked["create"] = (name, more)
        return Address("https://hub/datasets/me/curriculum")

    def upload(**more: Any) -> None:
        asked["upload"] = more | {"files": sorted(path.name for path in Path(more["folder_path"]).iterdir())}

    fake = SimpleNamespace(create_repo=create, upload_folder=upload, asked=asked)
    monkeypatch.setattr(huggingface_hub, "HfApi", lambda: fake)
    monkeypatch.setattr(huggingface_hub, "get_token", lambda: "hf_x")
    return fake


@pytest.mark.parametrize("public", [False, True])
def test_the_whole_export_is_sent_private_unless_asked(make, hub, tmp_path: Path, public: bool) -> None:
    done = export_curriculum(make(), str(tmp_path / "out"), ExportPlan("trl", push="me/curriculum", public=public))
    assert done["pushed"] == "https://hub/datasets/me/curriculum"
    assert hub.asked["create"] == ("me/curriculum", {"repo_type": "dataset", "private": not public, "exist_ok": True})
    assert hub.asked["upload"]["repo_id"] == "me/curriculum"
    assert hub.asked["upload"]["repo_type"] == "dataset"
    files = ["CURRICULUM.md", "README.md", "export.json", "test.parquet", "train.parquet", "validation.parquet"]
    assert hub.asked["upload"]["files"] == files


def test_a_hub_that_refuses_leaves_the_export(make, hub, tmp_path: Path) -> None:
    def refuse(**_: Any) -> None:
        raise ConnectionError("no route to the hub\nwith details")

    hub.upload_folder = refuse
    with pytest.raises(PushFailed, match=r"me/c was not pushed: no route to the hub; the export itself lies in .*out"):
        export_curriculum(make(), str(tmp_path / "out"), ExportPlan("trl", push="me/c"))
    assert (tmp_path / "out/export.json").is_file()


def test_without_a_token_nothing_is_written(make, hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub, "get_token", lambda: None)
    with pytest.raises(
        ConfigInvalid, match="--push needs a token of the Hugging Face hub; run hf auth login, or set HF"
    ):
        export_curriculum(make(), str(tmp_path / "out"), ExportPlan("trl", push="me/c"))
    assert not (tmp_path / "out").exists()
    assert hub.asked == {}


def test_a_name_that_the_hub_would_refuse(make, hub, tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="--push 'a/b/c' is no name of a repository; give USER/NAME"):
        export_curriculum(make(), str(tmp_path / "out"), ExportPlan("trl", push="a/b/c"))


@pytest.mark.parametrize(("to", "mode", "better"), [("openrlhf", "copy", "embed"), ("ms-swift", "paths", "copy")])
def test_files_of_this_machine_are_not_named_on_the_hub(make, hub, tmp_path: Path, to, mode, better) -> None:
    plan = ExportPlan(to, ImageMode(mode), push="me/c")
    with pytest.raises(ConfigInvalid, match=f"rows would name files of this machine; take --images {better}"):
        export_curriculum(make(), str(tmp_path / "out"), plan)
    assert hub.asked == {}
