"""Config: flags over file, every mistake at once, one line."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from curriculum_kit.config import BuildConfig, load_build_config
from curriculum_kit.enums import ChoiceSource
from curriculum_kit.errors import ConfigInvalid, SourceNotFound

SAMPLE: dict[str, Any] = {"sample": True}


def mistakes(flags: dict[str, Any], file: Path | None = None) -> str:
    with pytest.raises(ConfigInvalid) as caught:
        load_build_config(file, flags)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def toml(folder: Path, text: str) -> Path:
    file = folder / "build.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_defaults_are_those_of_the_help() -> None:
    config = load_build_config(None, {"sources": ["a"]})
    assert (config.sources, config.tiers, config.options, config.choices) == ((Path("a"),), 3, 4, ChoiceSource.KEEP)


def test_flags_win_over_the_file_and_none_is_no_flag(tmp_path: Path) -> None:
    file = toml(tmp_path, 'sources = ["a", "b"]\ntiers = 5\nrows-per-shard = 7\nchoices = "random"\n')
    config = load_build_config(file, {"tiers": 2, "choices": None})
    assert (config.sources, config.tiers) == ((Path("a"), Path("b")), 2)
    assert (config.rows_per_shard, config.choices) == (7, ChoiceSource.RANDOM)


def test_defaults_of_the_sample_hold_for_the_sample_alone(tmp_path: Path) -> None:
    defaults = {"choices": "random", "tiers": 4}
    assert load_build_config(None, SAMPLE, defaults).tiers == 4
    assert load_build_config(None, SAMPLE | {"tiers": 2}, defaults).tiers == 2
    assert load_build_config(toml(tmp_path, "sample = true\ntiers = 6"), {}, defaults).tiers == 6
    assert load_build_config(None, {"sources": ["a"]}, defaults).tiers == 3


def test_all_mistakes_are_reported_at_once_with_what_was_seen() -> None:
    line = mistakes({"sample": True, "sources": ["a"], "teirs": 4, "options": 1, "choices": "rand", "seed": "x"})
    assert line.startswith("the options: ")
    assert "teirs: unknown key (did you mean 'tiers'?)" in line
    assert "options: give a number from 2 to 26, or a range that grows with the tiers, such as 2:4, saw 1" in line
    assert "choices: input should be 'keep', 'random' or 'similar', saw 'rand'" in line
    assert "seed: input should be a valid integer, saw 'x'" in line
    assert "sample: name folders or take the sample, not both" in line


def test_conflicts_are_reported_once() -> None:
    line = mistakes({"text_model": "m", "embeddings": "e.npz"})
    assert line == (
        "the options: sources: name at least one folder that ckit ingest wrote, or take --sample; "
        "embeddings: give a text model or precomputed vectors, not both"
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("tiers", 0),
        ("tiers", True),
        ("tiers", 3.0),
        ("sample", "yes"),
        ("where", 5),
        ("seed", -1),
        ("seed", 2**63),
        ("options", 27),
        ("options", True),
        ("options", "4:2"),
        ("options", "2:3:4"),
        ("options", "2:"),
        ("max_blind_gain", 1.5),
        ("memory", "lots"),
        ("memory", "1GB; DROP"),
        ("sources", "a"),
        ("images", "bytes"),
        ("difficulty", "mean"),
    ],
)
def test_a_wrong_value_names_its_key_and_the_value(key: str, value: object) -> None:
    line = mistakes(SAMPLE | {key: value})
    assert f"{key}: " in line
    assert f"saw {value!r}" in line


@pytest.mark.parametrize(
    ("given", "counts"),
    [
        (4, (4, 4, 4)),
        ("4", (4, 4, 4)),
        ("2:4", (2, 3, 4)),
        ("2:3", (2, 2, 3)),
        ("3:3", (3, 3, 3)),
        ("2:26", (2, 14, 26)),
    ],
)
def test_options_may_grow_with_the_tiers(given: object, counts: tuple[int, ...]) -> None:
    assert load_build_config(None, SAMPLE | {"options": given, "choices": "similar"}).option_counts == counts


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"targets": (0.2, 0.5, 0.7)}, "targets: goes with --choices similar"),
        ({"ramp": True, "choices": "random"}, "ramp: goes with --choices similar"),
        ({"max_blind_gain": 0.1}, "max_blind_gain: goes with --choices similar"),
        ({"options": "2:4", "choices": "random"}, "options: a range of options goes with --choices similar"),
        ({"targets": (0.2, 0.5), "choices": "similar"}, "targets: give one for each of 3 tiers, saw 2"),
        ({"targets": (0.5, 0.2, 0.6), "choices": "similar"}, "targets: they fall, give them from the easiest"),
    ],
)
def test_what_holds_for_drawn_choices_alone_is_refused_elsewhere(given: dict[str, object], said: str) -> None:
    line = mistakes(SAMPLE | given)
    assert line.count(said) == 1


def test_a_file_is_named_where_it_is_wrong(tmp_path: Path) -> None:
    file = toml(tmp_path, "sample = true\ntiers = 0\nrows-per-shart = 5\n")
    line = mistakes({}, file)
    assert line.startswith(f"{file}: ")
    assert "rows_per_shart: unknown key (did you mean 'rows_per_shard'?)" in line
    assert "tiers: " in line


@pytest.mark.parametrize("content", [b"tiers = \n", b"= 3\n", b"tiers = 3\ntiers = 4\n", b"where = '\xff'\n"])
def test_what_is_no_toml_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "build.toml"
    file.write_bytes(content)
    assert mistakes({}, file).startswith(f"{file} is no valid TOML: ")


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match=r"absent\.toml does not exist; check the path given to --config"):
        load_build_config(tmp_path / "absent.toml", SAMPLE)


def test_a_config_cannot_be_changed_or_made_wrong_in_python() -> None:
    config = load_build_config(None, SAMPLE)
    with pytest.raises(ValidationError):
        config.tiers = 4  # type: ignore[misc]
    with pytest.raises(ValidationError, match="name at least one folder"):
        BuildConfig()  # type: ignore[call-arg]


def test_every_key_is_described() -> None:
    assert all(field.description for field in BuildConfig.model_fields.values())


def test_scenes_go_with_the_sample(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="scenes: goes with --sample"):
        load_build_config(None, {"sources": (tmp_path,), "scenes": 5})
    assert load_build_config(None, {"sample": True, "scenes": 5}).scenes == 5
