import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curriculum_kit.benchmarks.mcq import MultipleChoice
from curriculum_kit.errors import ConfigInvalid, SourceNotFound, WrongBenchmark

Make = Callable[..., Any]


def test_files_of_a_folder_give_the_split(tmp_path: Path, read_all: Make, lines: Make) -> None:
    for name in ("X-Ray_train.jsonl", "dev.jsonl", "test-00000-of-00001.jsonl", "train_test.jsonl", "latest.jsonl"):
        lines(tmp_path / name, [{"question": name, "answer": "liver"}])
    read = read_all(MultipleChoice(), tmp_path)
    assert {question["question"]: question["split"] for question in read.questions} == {
        "X-Ray_train.jsonl": "train",
        "dev.jsonl": "validation",
        "test-00000-of-00001.jsonl": "test",
        "train_test.jsonl": "unassigned",
        "latest.jsonl": "unassigned",
    }


def test_one_level_deeper_the_folder_gives_the_split(tmp_path: Path, read_all: Make, lines: Make) -> None:
    (tmp_path / "test").mkdir()
    lines(tmp_path / "test" / "part-0.jsonl", [{"question": "Which?", "answer": "liver"}])
    read = read_all(MultipleChoice(), tmp_path)
    assert [question["split"] for question in read.questions] == ["test"]
    assert [source.path for source in read.sources] == ["test/part-0.jsonl"]


def test_sources_that_mcq_cannot_read(tmp_path: Path) -> None:
    benchmark = MultipleChoice()
    assert not benchmark.recognises(tmp_path)
    with pytest.raises(SourceNotFound, match="does not exist"):
        benchmark.files(tmp_path / "absent.json")
    with pytest.raises(SourceNotFound, match="holds no file that mcq reads"):
        benchmark.files(tmp_path)
    (tmp_path / "x.xlsx").touch()
    with pytest.raises(WrongBenchmark, match=r"use one of \.json, \.jsonl"):
        benchmark.files(tmp_path / "x.xlsx")
    (tmp_path / "x.csv").touch()
    (tmp_path / "x.jsonl").touch()
    with pytest.raises(ConfigInvalid, match="holds csv and jsonl files; name one file"):
        benchmark.files(tmp_path)


_SCALARS = st.none() | st.booleans() | st.integers(-3, 30) | st.floats() | st.text(max_size=12)
_TEXTS = st.sampled_from(
    ["A", "B", "x", "y", "Which? A) x, B) y", "['x', 'y']", "\0", "\ud800", "{", "/a.png", "train"]
)
_VALUES = st.recursive(
    _SCALARS | _TEXTS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(_TEXTS | st.sampled_from(["path", "letter", "text"]), inner)
    ),
    max_leaves=6,
)
_FIELDS = st.sampled_from(["question", "choices", "answer", "images", "split", "unit", "id", "hops"])
_LINES = (
    st.dictionaries(_FIELDS, _VALUES).map(lambda row: json.dumps(row).encode())
    | st.binary(max_size=30).filter(bytes.strip)
).map(lambda line: line.replace(b"\n", b"_"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(wild=st.lists(_LINES.filter(bytes.strip), max_size=6))
def test_every_wild_line_ends_among_questions_or_rejects(
    tmp_path: Path, read_all: Make, wild: list[bytes], reader: Make
) -> None:
    known = b'{"question": "?", "choices": ["x", "y"], "answer": "x", "images": "", "split": "", "unit": "", "hops": 1}'
    path = tmp_path / "wild.jsonl"
    path.write_bytes(b"\n".join([known, *wild]))
    read = read_all(reader("hops=hops"), path)
    assert len(read.questions) + len(read.rejects) == 1 + len(wild)
    json.dumps([read.questions, read.rejects]).encode()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(
    wild=st.lists(
        st.lists(st.text(st.characters(codec="utf-8"), max_size=8) | _TEXTS, min_size=3, max_size=5), max_size=5
    )
)
def test_every_wild_csv_row_ends_among_questions_or_rejects(
    tmp_path: Path, read_all: Make, wild: list[list[str]]
) -> None:
    path = tmp_path / "wild.csv"
    with path.open("w", encoding="utf-8", errors="surrogatepass", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
        writer.writerows([["question", "answer", "option_A", "option_B"], ["Which?", "A", "x", "y"], *wild])
    read = read_all(MultipleChoice(), path)
    assert len(read.questions) + len(read.rejects) == 1 + len(wild)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "rows", "split"),
    [
        ("question_type/test/Anatomy Identification_test.json", 3_329, "test"),
        ("question_type/train/Anatomy Identification_train.json", 13_119, "train"),
        ("modality/test/X-Ray_test.json", 1_615, "test"),
        ("modality/train/X-Ray_train.json", 6_301, "train"),
    ],
)
def test_med_r1_reads_without_a_mapping(real_data: Path, name: str, rows: int, split: str) -> None:
    path = real_data / "med_r1" / "Splits" / name
    tables = list(MultipleChoice().read(path, [path]))
    questions = pa.concat_tables([batch.questions for batch in tables])
    assert questions.num_rows == rows
    assert sum(batch.rejects.num_rows for batch in tables) == 0
    assert set(questions["split"].to_pylist()) == {split}
    assert {len(choices) for choices in questions["choices"].to_pylist()} <= {2, 3, 4}


@pytest.mark.real_data
def test_cholect50_frames_read_with_a_constant_question(real_data: Path, read_all: Make, reader: Make) -> None:
    benchmark = reader("question==Which structure is acted on?", "answer=targets", "images=path")
    read = read_all(benchmark, real_data / "cholect50" / "frame_targets.csv")
    assert (len(read.questions), len(read.rejects)) == (182, 0)
    assert read.questions[2]["answer"] == "gallbladder;gut"
