import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from curriculum_kit.encoders.clip import CONFIG, OWN_KEY, RECOMMENDED, TEXT_TOWER, clip_fingerprint_of
from curriculum_kit.encoders.clip.files import find
from curriculum_kit.errors import ConfigInvalid, ModelUnavailable

WEIGHTS = "open_clip_model.safetensors"
MODEL = {"embed_dim": 8, "vision_cfg": {}, "text_cfg": {}}


class Hub:
    """A hub of folders, and a cache that is empty at first; it keeps account of what was fetched."""

    def __init__(self, root: Path, cache: Path) -> None:
        self.root, self.cache = root, cache
        self.fetched: list[str] = []

    def model_info(self, repo: str, timeout: float) -> SimpleNamespace:
        assert 0 < timeout <= 10
        if not (self.root / repo).is_dir():
            raise ConnectionError("no network\nand more lines")
        names = [path.relative_to(self.root / repo) for path in (self.root / repo).rglob("*") if path.is_file()]
        return SimpleNamespace(sha="0", siblings=[SimpleNamespace(rfilename=name.as_posix()) for name in names])

    def snapshot_download(self, repo: str, local_files_only: bool = False, **given: object) -> str:
        if local_files_only and not (self.cache / repo).is_dir():
            raise FileNotFoundError(repo)
        patterns = given.get("allow_patterns", [])
        assert isinstance(patterns, list)
        for name in patterns:
            self.fetched.append(f"{repo}/{name}")
            (self.cache / repo / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.root / repo / name, self.cache / repo / name)
        return str(self.cache / repo)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    import huggingface_hub

    made = Hub(tmp_path / "hub", tmp_path / "cache")
    monkeypatch.setattr(huggingface_hub, "HfApi", lambda: made)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", made.snapshot_download)
    return made


def one_line(error: ModelUnavailable) -> str:
    assert "\n" not in str(error)
    return str(error)


def test_the_fingerprint_follows_the_content_and_not_the_place(tiny: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(tiny, tmp_path / "copy"))
    (copy / "README.md").write_text("a card")
    assert clip_fingerprint_of(str(copy)) == clip_fingerprint_of(str(tiny))
    assert clip_fingerprint_of(f"local-dir:{copy}") == clip_fingerprint_of(str(tiny))
    seen = {clip_fingerprint_of(str(copy))}
    for name in (WEIGHTS, "tokenizer.json"):
        content = bytearray((copy / name).read_bytes())
        content[-1] ^= 1
        (copy / name).write_bytes(content)
        seen.add(clip_fingerprint_of(str(copy)))
    config = json.loads((copy / CONFIG).read_text())
    config["preprocess_cfg"]["mean"] = [0.4, 0.4, 0.4]
    (copy / CONFIG).write_text(json.dumps(config))
    assert len(seen | {clip_fingerprint_of(str(copy))}) == 4


def test_a_model_on_the_hub_is_fetched_once_and_without_what_is_not_needed(tiny: Path, hub: Hub) -> None:
    repo = Path(shutil.copytree(tiny, hub.root / "someone" / "clip"))
    for surplus in ("open_clip_pytorch_model.bin", "model.safetensors", "README.md", "figure.png"):
        (repo / surplus).write_text("large")
    found = find("hf-hub:someone/clip")
    assert (found.name, found.weights.name) == ("hf-hub:someone/clip", WEIGHTS)
    assert found.fingerprint() == clip_fingerprint_of(str(tiny))
    names = {name.rpartition("/")[2] for name in hub.fetched}
    assert names == {CONFIG, WEIGHTS, "tokenizer.json", "tokenizer_config.json"}
    find("someone/clip")
    assert len(hub.fetched) == 4


def test_a_tag_of_open_clip_needs_its_weights_alone(hub: Hub) -> None:
    repo = hub.root / "timm" / "vit_base_patch32_clip_224.openai"
    repo.mkdir(parents=True)
    (repo / WEIGHTS).write_text("weights")
    found = find("ViT-B/32/openai")
    assert (found.name, found.builds) == ("ViT-B-32:openai", "ViT-B-32")
    assert found.weights.read_text() == "weights"
    assert found.model_config["quick_gelu"] is True  # OpenAI's weights want another activation than the rest
    assert found.preprocess["mean"] == (0.48145466, 0.4578275, 0.40821073)
    assert hub.fetched == [f"timm/vit_base_patch32_clip_224.openai/{WEIGHTS}"]


def test_a_checkpoint_is_prepared_for_as_all_weights_of_its_architecture_are(
    tmp_path: Path, hub: Hub, write_tokenizer: Callable[[Path], None]
) -> None:
    weights = tmp_path / "a.pt"
    weights.write_text("weights")
    tokenizer = hub.root / "timm" / "ViT-B-16-SigLIP"
    tokenizer.mkdir(parents=True)
    write_tokenizer(tokenizer)
    siglip = find(f"ViT-B-16-SigLIP:{weights}")
    assert (siglip.preprocess["mean"], siglip.preprocess["resize_mode"]) == ((0.5, 0.5, 0.5), "squash")
    assert siglip.tokenizer == hub.cache / "timm" / "ViT-B-16-SigLIP"
    assert find(f"ViT-L-14:{weights}").preprocess == {}  # its weights were trained in two ways: open_clip's default


def test_a_text_tower_of_its_own_is_looked_for_beside_the_model(
    tmp_path: Path, hub: Hub, write_tokenizer: Callable[[Path], None]
) -> None:
    """BiomedCLIP's folder alone does not load: open_clip asks the hub for the configuration of its BERT."""
    folder = tmp_path / "biomedclip"
    folder.mkdir()
    text = {"hf_model_name": "someone/bert", "hf_tokenizer_name": "someone/bert", "context_length": 24}
    (folder / CONFIG).write_text(json.dumps({"model_cfg": {**MODEL, "text_cfg": text}}))
    (folder / WEIGHTS).write_text("weights")
    write_tokenizer(folder)
    with pytest.raises(ModelUnavailable) as caught:
        find(str(folder))
    advice = (
        f"`hf download someone/bert config.json --local-dir {TEXT_TOWER}` and copy it here to {folder}/{TEXT_TOWER}"
    )
    assert advice in one_line(caught.value)
    (folder / TEXT_TOWER).mkdir()
    (folder / TEXT_TOWER / "config.json").write_text('{"model_type": "bert"}')
    found = find(str(folder))
    assert (found.text_tower, found.tokenizer) == (folder / TEXT_TOWER, folder)
    assert hub.fetched == []


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, r"holds no CLIP model \(open_clip_config.json and weights\)"),
        (
            {"modules.json": "[]", "config.json": "{}"},
            "holds a sentence-transformers model, not CLIP; pass it as --text",
        ),
        ({"config.json": '{"model_type": "clip"}'}, "is in the format of transformers"),
        ({CONFIG: "no json"}, "is no configuration of an open_clip model"),
        ({CONFIG: "[]"}, "is no configuration"),
        ({CONFIG: "{}"}, "is no configuration"),
        ({CONFIG: '{"model_cfg": {"embed_dim": 8, "vision_cfg": 3, "text_cfg": {}}}'}, "must be objects"),
        ({CONFIG: json.dumps({"model_cfg": MODEL})}, "and no weights; keep one as open_clip_model.safetensors"),
        (
            {CONFIG: json.dumps({"model_cfg": MODEL}), "a.pt": "", "b.pt": ""},
            r"several files of weights \(a.pt, b.pt\)",
        ),
    ],
)
def test_a_folder_without_a_clip_model_says_what_it_is(tmp_path: Path, files: dict[str, str], message: str) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    with pytest.raises(ModelUnavailable, match=message) as caught:
        find(str(tmp_path))
    assert str(tmp_path) in one_line(caught.value)


def test_templates_of_a_model_hold_the_place_of_the_label(model_folder: Callable[..., Path]) -> None:
    folder = model_folder(**{OWN_KEY: {"labels": ["liver"], "templates": ["a photo"]}})
    with pytest.raises(ConfigInvalid, match=r"the template 'a photo' lacks \{label\}"):
        find(str(folder))


def test_a_repository_of_another_kind_says_so(hub: Hub) -> None:
    (hub.root / "someone" / "bert").mkdir(parents=True)
    (hub.root / "someone" / "bert" / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(ModelUnavailable, match="someone/bert on the Hugging Face hub is no open_clip model"):
        find("hf-hub:someone/bert")


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        (
            "hf-hub:someone/clip",
            "run `hf download someone/clip --local-dir clip-model`, copy the folder clip-model here",
        ),
        (RECOMMENDED, f"BERT-base-uncased-abstract config.json --local-dir clip-model/{TEXT_TOWER}`, copy the folder"),
        ("ViT-B-32:laion2b_s34b_b79k", "`hf download laion/CLIP-ViT-B-32-laion2B-s34B-b79K --local-dir clip-model`"),
        (
            "roberta-ViT-B-32:laion2b_s12b_b32k",
            f"`hf download roberta-base config.json --local-dir clip-model/{TEXT_TOWER}`",
        ),
        ("ViTamin-S:datacomp1b", "pass --clip-model ViTamin-S:clip-model/pytorch_model.bin"),
    ],
)
@pytest.mark.usefixtures("hub")
def test_without_network_a_name_says_what_to_fetch_elsewhere(name: str, advice: str) -> None:
    with pytest.raises(ModelUnavailable, match=r"is not in the Hugging Face cache .*\(no network\)") as caught:
        find(name)
    assert advice in one_line(caught.value)


def test_offline_is_one_line_and_loads_nothing_heavy(tmp_path: Path) -> None:
    code = """
import sys
from curriculum_kit.encoders.clip import clip_fingerprint_of
from curriculum_kit.errors import ModelUnavailable
try:
    clip_fingerprint_of("hf-hub:nobody/no-model")
except ModelUnavailable as error:
    print(error)
assert not {"torch", "open_clip", "transformers"} & set(sys.modules)
"""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment, timeout=60
    )
    assert "hf download nobody/no-model --local-dir clip-model" in done.stdout
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""
