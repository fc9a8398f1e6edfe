from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curriculum_kit.benchmarks.mcq import parse_mapping
from curriculum_kit.errors import CkitError, ConfigInvalid

Make = Callable[..., Any]


def test_parse_mapping_reports_all_mistakes_at_once() -> None:
    with pytest.raises(ConfigInvalid) as caught:
        parse_mapping(["anwser=a", "question", "id=x", "id=y", "=z", "unit="])
    assert str(caught.value).startswith(
        "--map: 'anwser' is no field (did you mean 'answer'?); 'question' is not FIELD=COLUMN; 'id' is given twice; "
        "'=z' is not FIELD=COLUMN; 'unit=' is not FIELD=COLUMN; write --map FIELD=COLUMN with a field of question, "
    )


def test_parse_mapping_joins_repeated_choices() -> None:
    assert parse_mapping(["choices=a", "choices=b", "hops=n", "question==A = B?"]) == {
        "choices": "a,b",
        "hops": "n",
        "question": "=A = B?",
    }


@given(st.lists(st.text(max_size=12), max_size=4))
def test_wild_mappings_parse_or_raise_config_invalid(pairs: list[str]) -> None:
    try:
        mapping = parse_mapping(pairs)
    except CkitError as error:
        mapping = {}
        message = str(error)
    else:
        message = ""
    assert "\n" not in message
    assert all(name and column for name, column in mapping.items())


@pytest.mark.parametrize(
    ("row", "pairs", "message"),
    [
        (
            {"question": "?", "label": "x"},
            ["answer=lable"],
            "column 'lable' for answer is absent (did you mean 'label'?); its columns are question, label",
        ),
        (
            {"question": "?", "prompt": "?", "answer": "x"},
            [],
            "columns question, prompt, answer; question could be question or prompt: add --map question=question",
        ),
        (
            {"question": "?", "answer": "x", "options": [], "option_A": "x", "option_B": "y"},
            [],
            "choices could be options or option_A, option_B: add --map choices=options",
        ),
        ({"text": "?", "target": "x"}, [], "no column looks like the question: add --map question=COLUMN; no column"),
        ({"question": "?", "answer": "x"}, ["choices=opt_*"], "column 'opt_*' for choices is absent"),
    ],
)
def test_a_mapping_that_does_not_fit(read_row: Make, row: dict[str, Any], pairs: list[str], message: str) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        read_row(row, *pairs)
    assert message in str(caught.value)


def test_mapped_fields_constants_and_metadata(tmp_path: Path, read_all: Make, reader: Make) -> None:
    path = tmp_path / "frames.csv"
    path.write_text('frame,acts_on,video,n\nv1/1.png,gallbladder;gut,v1,2\nv1/2.png,"gut, null",v1,\n')
    benchmark = reader("question==Which is acted on?", "answer=acts_on", "images=frame", "unit=video", "n_targets=n",
                       name="targets")  # fmt: skip
    first, second = read_all(benchmark, path).questions
    assert (first["question"], first["answer"], first["unit_id"]) == ("Which is acted on?", "gallbladder;gut", "v1")
    assert (first["benchmark"], first["image_ids"], first["metadata"]) == (
        "targets",
        ["targets:v1/1.png"],
        {"n_targets": "2"},
    )
    assert (second["answer"], second["metadata"]) == ("gut, null", {})


@pytest.mark.parametrize("choices", ["choices=w*", "choices=w1,w2", "choices==yes,no"])
def test_choices_from_several_columns(read_row: Make, choices: str) -> None:
    row = {"question": "Is it?", "answer": "no", "w2": "no", "w1": "yes"}
    expected = "choices_unreadable" if "==" in choices else ["yes", "no"]
    read = read_row(row, choices)
    assert (read["choices"] if isinstance(read, dict) else read[0]) == expected


def test_choices_that_are_the_same_in_every_row(read_row: Make) -> None:
    assert read_row({"question": "Is it?", "answer": "no"}, 'choices==["yes", "no"]')["choices"] == ["yes", "no"]
