"""`ckit evaluate`: what it prints, as JSON, one model beside another, and what it refuses."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from trainer.tiny import write_tiny_model

Ckit = Callable[..., Any]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a tiny model with random weights."""
    return write_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with the images of the curriculum."""
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(56):
        Image.new("RGB", (30, 30), (4 * number, 0, 0)).save(folder / f"{number}.png")
    return folder


@pytest.fixture
def asked(model: Path, curriculum: Path, pictures: Path) -> tuple[object, ...]:
    """Return the words of a command that asks for 12 questions."""
    few = ("--limit", 12, "--max-tokens", 4, "--device", "cpu")
    return ("evaluate", model, "curriculum", "--split", "unassigned", "--image-root", pictures, *few)


def let_answer(results: Path, right: str) -> Path:
    """Rewrite a file of results so that question n is right with its image where digit n of `right` is 1."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(results)
    rows = table.to_pylist()
    for row, digit in zip((row for row in rows if row["condition"] == "image"), right, strict=True):
        row["right"] = digit == "1"
    pq.write_table(pa.Table.from_pylist(rows, table.schema), results)
    return results


def test_figures_within_80_columns(ckit: Ckit, asked: tuple[object, ...]) -> None:
    result = ckit(*asked, "--no-image")
    assert (result.code, result.err) == (0, "")
    lines = [line.rstrip() for line in result.out.splitlines()]
    assert lines[0] == "12 questions of split unassigned, 12 units, one completion each, greedy"
    assert all(len(line) <= 80 for line in lines if not line.startswith("Written"))
    assert next(line for line in lines if line.startswith("all ")).split()[:3] == ["all", "12", "33.3"]
    assert next(line for line in lines if line.startswith("tier 2")).split()[:2] == ["tier", "2"]
    words = " ".join(" ".join(lines).split())
    assert "with a blank image, 0.0% are right" in words
    assert "without any image, 0.0% are right" in words
    assert "100.0% of the answers name no option" in words
    assert lines[-1].startswith("Written to evaluation-tiny-unassigned: results.parquet, pass_rates.parquet.")
    rates = "evaluation-tiny-unassigned/pass_rates.parquet"
    assert ckit("forecast", "curriculum", "--pass-rates", rates).code == 0


def test_json_is_all_there_is(ckit: Ckit, asked: tuple[object, ...]) -> None:
    told = json.loads(ckit(*asked, "--no-blank", "--samples", 2, "--tiers", "0,2", "-o", "out", "--json").out)
    assert told["comparison"] is None
    evaluation = told["evaluation"]
    assert (evaluation["samples"], evaluation["temperature"], evaluation["results"]) == (2, 1.0, "out/results.parquet")
    everything = evaluation["parts"][0]
    assert (everything["part"], everything["questions"], everything["gain"]) == ("all", 12, {})
    assert set(everything["accuracy"]) == {"image"}
    assert {part["of"] for part in evaluation["parts"] if part["part"] == "tier"} == {"0", "2"}


def test_two_files_of_results(ckit: Ckit, asked: tuple[object, ...]) -> None:
    assert ckit(*asked, "-o", "before").code == 0
    shutil.copytree("before", "after")
    let_answer(Path("before/results.parquet"), "110000000000")
    let_answer(Path("after/results.parquet"), "101111111000")
    result = ckit("evaluate", "after/results.parquet", "--compare", "before/results.parquet")
    assert (result.code, result.err) == (0, "")
    assert "difference" in result.out
    assert "+50.0 (" in result.out
    assert "12 questions in both, 12 units; p = 0.07" in result.out  # 2 (1 + 8) / 2^8
    assert "Right in one alone: 7 and 1; McNemar's exact test" in result.out
    told = json.loads(ckit("evaluate", "after/results.parquet", "--compare", "before/results.parquet", "--json").out)
    assert told["evaluation"] is None
    assert told["comparison"]["p_mcnemar"] == pytest.approx(18 / 256)
    assert told["comparison"]["difference"]["value"] == pytest.approx(0.5)


def test_a_run_beside_an_earlier_one(ckit: Ckit, asked: tuple[object, ...]) -> None:
    assert ckit(*asked, "-o", "before").code == 0
    result = ckit(*asked, "-o", "after", "--compare", "before/results.parquet")
    assert "after/results.parquet" in result.out
    assert "p = 1 " in result.out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("absent/model/x", "curriculum", "--split", "unassigned"), "the model folder 'absent/model/x' does not exist"),
        (("MODEL", "curriculum"), "curriculum has no question of split test; it has unassigned (56 rows)"),
        (("MODEL", "absent"), "absent holds no finished curriculum"),
        (("MODEL", "curriculum", "--tiers", "a"), "--tiers 'a' is no list of tiers; write it as 0,2"),
        (("MODEL", "curriculum", "--samples", 2, "--temperature", 0), "2 samples at temperature 0 are all the same"),
        (("MODEL",), "is asked nothing: name a curriculum too"),
        (("x.parquet", "--compare", "y.parquet"), "x.parquet is no file; name a results.parquet"),
        (("MODEL", "curriculum", "--compare", "y.parquet"), "y.parquet is no file; name a results.parquet"),
    ],
)
def test_what_cannot_be(
    ckit: Ckit, curriculum: Path, pictures: Path, model: Path, words: tuple[object, ...], says: str
) -> None:
    given = [model if word == "MODEL" else word for word in words]
    assert says in ckit("evaluate", *given, "--image-root", pictures).mistake


def test_images_that_are_missing_are_listed(ckit: Ckit, asked: tuple[object, ...], pictures: Path) -> None:
    for number in range(56):
        (pictures / f"{number}.png").unlink()
    mistake = ckit(*asked).mistake
    assert "12 of 12 questions lack an image below" in mistake
    assert mistake.count(".png") == 5
    assert "--image-root" in mistake


def test_a_folder_of_something_else_is_left_alone(ckit: Ckit, asked: tuple[object, ...]) -> None:
    Path("out").mkdir()
    Path("out/notes.txt").write_text("mine")
    assert "out holds something else (notes.txt)" in ckit(*asked, "-o", "out").mistake
    assert ckit(*asked, "-o", "out", "--force").code == 0
    assert Path("out/notes.txt").read_text() == "mine"
    assert "out holds answers asked for with another seed" in ckit(*asked, "-o", "out", "--seed", 1).mistake
