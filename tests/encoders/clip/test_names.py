from pathlib import Path

import pytest

from curriculum_kit.encoders.clip.names import CheckpointName, FolderName, HubName, ModelName, TagName, parse_name
from curriculum_kit.errors import ModelUnavailable

LAION = TagName("ViT-B-32", "laion2b_s34b_b79k")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("ViT-B-32:laion2b_s34b_b79k", LAION),
        ("ViT-B-32/laion2b_s34b_b79k", LAION),
        ("ViT-B/32:laion2b_s34b_b79k", LAION),
        (" ViT-B/32/laion2b_s34b_b79k ", LAION),
        ("hf-hub:microsoft/BiomedCLIP", HubName("microsoft/BiomedCLIP")),
        ("microsoft/BiomedCLIP", HubName("microsoft/BiomedCLIP")),
    ],
)
def test_names_are_understood_in_their_usual_forms(name: str, meant: ModelName) -> None:
    assert parse_name(name) == meant


def test_folders_and_checkpoints_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = tmp_path / "a.pt"
    weights.write_bytes(b"x")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ViT-B-32").mkdir()
    assert parse_name(str(tmp_path)) == FolderName(tmp_path)
    assert parse_name(f"local-dir:{tmp_path}") == FolderName(tmp_path)
    assert parse_name("ViT-B-32") == FolderName(Path("ViT-B-32"))  # a folder that is called so
    assert parse_name(f"ViT-B/32:{weights}") == CheckpointName("ViT-B-32", weights)
    assert parse_name("RN50:a.pt") == CheckpointName("RN50", Path("a.pt"))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("ViT-B-32", "random weights, which say nothing; give --clip-model ViT-B-32:"),
        ("ViT-B/32", "random weights"),
        ("ViT-B-32:", "random weights"),
        ("ViT-B-32:laion2b_s34b_b79", r"no weights 'laion2b_s34b_b79' for ViT-B-32 \(did you mean 'laion2b_s34b_b79k'"),
        ("Vit-B32:openai", r"no architecture 'Vit-B32' \(did you mean 'ViT-B-32'\?\)"),
        ("clip", "no architecture 'clip'"),
        ("", "no architecture ''"),
        ("x" * 5000, "no architecture"),
        ("local-dir:", "does not exist"),
        ("./none", "does not exist"),
        ("/none/at/all", "does not exist"),
        ("local-dir:none", "does not exist"),
        ("hf-hub:microsoft", "is no name on the Hugging Face hub"),
        ("a/b/c", "is no name on the Hugging Face hub"),
        ("ViT-B-32:none/model.pt", "none/model.pt does not exist"),
        ("ViT-B-32:/", "/ is a folder; give the file"),
    ],
)
def test_names_that_mean_nothing_say_what_to_write(name: str, message: str) -> None:
    with pytest.raises(ModelUnavailable, match=message):
        parse_name(name)


def test_a_file_does_not_say_which_architecture_it_is_for(tmp_path: Path) -> None:
    weights = tmp_path / "a.pt"
    weights.write_bytes(b"x")
    with pytest.raises(
        ModelUnavailable, match=f"for which architecture; name it as in --clip-model ViT-B-32:{weights}"
    ):
        parse_name(str(weights))
