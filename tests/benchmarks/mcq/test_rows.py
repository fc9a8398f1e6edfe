from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curriculum_kit.benchmarks.mcq import MultipleChoice
from curriculum_kit.errors import SourceUnreadable

Make = Callable[..., Any]


def test_bad_lines_are_rejected_with_their_line(tmp_path: Path, read_all: Make) -> None:
    good = b'{"question": "Which?", "answer": "liver"}'
    path = tmp_path / "x.jsonl"
    path.write_bytes(
        b"\xef\xbb\xbf"
        + b"\n".join([good, b"", b'{"question": ', b'{"question": "\xff"}', b"[1]", b"[" * 100_000, b"9" * 5_000, good])
    )
    read = read_all(MultipleChoice(), path)
    assert len(read.questions) == 2
    assert read.reasons == [
        (3, "not_json"),
        (4, "not_utf8"),
        (5, "not_an_object"),
        (6, "not_json"),
        (7, "not_json"),
    ]
    assert read.rejects[1]["record"] == '{"question": "\\xff"}\n'


def test_bad_csv_rows_are_rejected_with_their_line(tmp_path: Path, read_all: Make) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(
        b"\xef\xbb\xbfquestion,answer\r\n"
        b'"Which, of\r\n""these""?",liver\r\n'
        b"\r\n"
        b"Which?\r\n"
        b"Which?,liver,gut\r\n"
        b"Which?,gut\xff\r\n"
        b"Wh\0ich?,liver\r\n"
        b"Which?,\r\n"
    )
    read = read_all(MultipleChoice(), path)
    assert [question["question"] for question in read.questions] == ['Which, of\r\n"these"?']
    assert read.reasons == [
        (5, "wrong_field_count"),
        (6, "wrong_field_count"),
        (7, "not_utf8"),
        (8, "nul_byte"),
        (9, "answer_empty"),
    ]


def test_json_rows_that_are_no_objects_are_rejected_with_their_row(tmp_path: Path, read_all: Make) -> None:
    path = tmp_path / "x.json"
    path.write_text('[7, {"question": "Which?", "answer": "liver"}, null, {"question": 5, "answer": "x"}, {}]')
    read = read_all(MultipleChoice(), path)
    assert len(read.questions) == 1
    assert read.reasons == [(0, "not_an_object"), (2, "not_an_object"), (3, "field_not_text"), (4, "field_missing")]


def test_parquet_with_embedded_images_maps_and_text_that_is_not_utf8(tmp_path: Path, read_all: Make) -> None:
    latin = pa.Array.from_buffers(pa.string(), 1, pa.array([b"caf\xe9"]).buffers())
    table = pa.table(
        {
            "question": pa.chunked_array([pa.array(["Which?", "Which one?"]), latin]),
            "answer": ["A"] * 3,
            "options": pa.array([[("A", "x"), ("B", "y")]] * 3, pa.map_(pa.string(), pa.string())),
            "images": [[{"bytes": b"\x89PNG", "path": "a.png"}], [{"bytes": b"\x89PNG", "path": None}], []],
        }
    )
    pq.write_table(table, tmp_path / "x.parquet")
    read = read_all(MultipleChoice(), tmp_path / "x.parquet")
    assert [(question["answer"], question["image_ids"]) for question in read.questions] == [("x", ["mcq:a.png"])]
    assert read.reasons == [(1, "field_not_text"), (2, "not_utf8")]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.json", b"", "is empty"),
        ("x.json", b'[{"question": "Whi', "ends too early"),
        ("x.json", b'{"data": [{"question"', "is no valid JSON"),
        ("x.json", b'{"train": [], "test": []}', "an object with 2 arrays (keys train, test)"),
        ("x.json", b"[]", "holds no rows"),
        ("x.jsonl", b"\n\n", "holds no rows"),
        ("x.csv", b"", "holds no rows"),
        ("x.csv", b"question,answer\n", "holds no rows"),
        ("x.csv", b"question,answer,answer\na,b,c\n", "several columns named answer"),
        ("x.csv", "question,answer\na,b\n".encode("utf-16"), "is not UTF-8 in its header"),
        ("x.csv", b'question,answer\n"' + b"x" * 10_000_001, "a quote that is never closed"),
        ("x.parquet", b"PAR1 and no more", "is no readable Parquet file"),
        ("x.parquet", b"", "is no readable Parquet file"),
    ],
)
def test_files_that_are_unreadable(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SourceUnreadable) as caught:
        list(MultipleChoice().read(path, [path]))
    assert message in str(caught.value)
