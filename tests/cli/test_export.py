"""`ckit export` from the command line: a curriculum of 56 questions whose shards hold image paths."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Ckit = Callable[..., object]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder with a file for each image of the curriculum."""
    (tmp_path / "frames").mkdir()
    for number in range(56):
        (tmp_path / f"frames/{number}.png").write_bytes(b"png of %d" % number)
    return tmp_path / "frames"


def test_an_export_says_what_it_wrote(ckit: Ckit, curriculum: Path, root: Path) -> None:
    done = ckit("export", curriculum, "--to", "ms-swift", "--image-root", root, "-o", "swift")
    assert done.code == 0, done.err
    assert done.out.splitlines()[0].split() == ["56", "rows", "train", "train.jsonl"]
    assert "56 rows in 56 groups written to swift" in done.out
    assert "are in swift/README.md" in done.out
    rows = [json.loads(line) for line in Path("swift/train.jsonl").read_text().splitlines()]
    assert len(rows) == 56
    assert all(Path("swift", *row["images"]).read_bytes().startswith(b"png of") for row in rows)
    assert [row["difficulty"] for row in rows] == sorted(row["difficulty"] for row in rows)


def test_json_says_the_same_as_the_file(ckit: Ckit, curriculum: Path) -> None:
    done = ckit("export", curriculum, "--to", "openrlhf", "--images", "paths", "-o", "out", "--json")
    assert json.loads(done.out) == json.loads(Path("out/export.json").read_text())
    assert json.loads(done.out)["splits"] == {"train": [f"train-tier-{tier}.jsonl" for tier in (0, 1, 2)]}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--to", "trl"), "the shards hold image paths alone; name the folder they start from with --image-root"),
        (("--to", "trl", "--image-root", "."), "56 of 56 rows lack an image, such as "),
        (("--to", "trl", "--image-root", "no"), "image folder no does not exist"),
        (("--to", "tlr"), "unknown --to 'tlr' (did you mean 'trl'?)"),
        (("--to", "trl", "--images", "copied"), "--images 'copied' (did you mean 'copy'?); known are copy, link, "),
        (("--to", "med-r1", "--images", "embed"), "--images embed: Med-R1 reads no such images; take one of copy, "),
        (("--to", "trl", "--push", "me/c"), "--push needs a token of the Hugging Face hub; run hf auth login"),
    ],
)
def test_wrong_use_is_one_line(ckit: Ckit, curriculum: Path, monkeypatch, words: tuple, says: str) -> None:
    monkeypatch.setenv("HF_TOKEN", "")
    monkeypatch.setattr("huggingface_hub.get_token", lambda: None)
    assert says in ckit("export", curriculum, *words, "-o", "out").mistake
    assert not Path("out").exists()


def test_folders_that_will_not_do_are_one_line(ckit: Ckit, curriculum: Path, tables: Path) -> None:
    assert "is not empty" in ckit("export", curriculum, "--to", "trl", "--images", "paths", "-o", "tables").mistake
    assert "no curriculum; name one of" in ckit("export", tables, "--to", "trl", "-o", "out").mistake
    assert "nowhere does not exist" in ckit("export", "nowhere", "--to", "trl", "-o", "out").mistake
