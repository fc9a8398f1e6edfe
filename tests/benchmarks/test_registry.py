"""The table of readers: each under its name, each on its own files only."""

import json
from pathlib import Path

import pytest

from curriculum_kit.benchmarks import ANY_FORMAT, NAMES, guess_benchmark, reader_of
from curriculum_kit.errors import ConfigInvalid

OWN_FORMAT = [name for name in NAMES if name != ANY_FORMAT]


@pytest.mark.parametrize("name", OWN_FORMAT)
def test_a_reader_knows_its_name_and_who_to_ask(name: str) -> None:
    card = reader_of(name).card
    assert card.name == name
    assert card.title
    assert card.licence
    assert card.layout
    assert card.homepage.startswith("https://") or name == "phantom"


@pytest.mark.parametrize("name", OWN_FORMAT)
def test_nothing_is_recognised_where_nothing_is(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("x")
    for source in (tmp_path, tmp_path / "absent", tmp_path / "file"):
        assert not reader_of(name).recognises(source)
        assert guess_benchmark(source) is None


def test_an_unknown_name_offers_the_nearest_and_lists_all() -> None:
    with pytest.raises(ConfigInvalid) as caught:
        reader_of("SSG-VQA")
    assert str(caught.value).startswith("unknown benchmark 'SSG-VQA'")
    assert str(caught.value).endswith(f"known are {', '.join(NAMES)}")
    with pytest.raises(ConfigInvalid, match=r"\(did you mean 'slake'\?\)"):
        reader_of("slak")


def test_a_folder_is_guessed_by_what_lies_in_it(tmp_path: Path) -> None:
    (tmp_path / "qa_txt" / "VID01").mkdir(parents=True)
    assert guess_benchmark(tmp_path) is None
    (tmp_path / "qa_txt" / "VID01" / "1.txt").write_text("Q?|a")
    assert guess_benchmark(tmp_path) == "ssg-vqa"


def test_json_of_no_benchmark_is_no_benchmark(tmp_path: Path) -> None:
    (tmp_path / "train.json").write_text(json.dumps([{"text": "hello", "label": 1}]))
    assert guess_benchmark(tmp_path) is None


@pytest.mark.real_data
@pytest.mark.parametrize("name", [name for name in OWN_FORMAT if name != "phantom"])
def test_every_release_is_taken_for_itself_alone(real_data: Path, name: str) -> None:
    source = real_data / name.replace("-", "_")
    assert [other for other in OWN_FORMAT if other != "phantom" and reader_of(other).recognises(source)] == [name]
    assert guess_benchmark(source) == name
