import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curriculum_kit.benchmarks.mcq import MultipleChoice

Make = Callable[..., Any]

QUESTIONS = [
    ("Which organ is shown?", ["Liver", "Gut", "Spleen"], 0, "a/1.png"),
    ("Which organ is grasped?", ["Gallbladder", "Cystic plate", "Omentum"], 2, "a/1.png"),
    ("Which vessel is clipped?", ["Cystic artery", "Hepatic artery, right", "Portal vein"], 1, "a/2.png"),
    ("Which plane is this?", ["Axial", "Sagittal", "Coronal"], 2, "b/3.png"),
    ("Which modality is this?", ["CT", "MRI", "X-ray"], 0, "b/4.png"),
]
CANONICAL = [
    ("Which organ is shown?", ["liver", "gut", "spleen"], "liver", 0, ["mcq:a/1.png"]),
    ("Which organ is grasped?", ["gallbladder", "cystic plate", "omentum"], "omentum", 2, ["mcq:a/1.png"]),
    ("Which vessel is clipped?", ["cystic artery", "hepatic artery, right", "portal vein"], "hepatic artery, right", 1,
     ["mcq:a/2.png"]),
    ("Which plane is this?", ["axial", "sagittal", "coronal"], "coronal", 2, ["mcq:b/3.png"]),
    ("Which modality is this?", ["ct", "mri", "x-ray"], "ct", 0, ["mcq:b/4.png"]),
]  # fmt: skip
KEYS = ("question", "choices", "answer", "answer_index", "image_ids")


def lettered(options: list[str]) -> list[tuple[str, str]]:
    return list(zip("ABC", options, strict=True))


OPTION_SHAPES: dict[str, Callable[[str, list[str]], dict[str, Any]]] = {
    "list": lambda q, o: {"question": q, "choices": o},
    "json text": lambda q, o: {"question": q, "options": json.dumps(o)},
    "python text": lambda q, o: {"question": q, "options": repr(o)},
    "columns": lambda q, o: {"question": q, "option_A": o[0], "option_B": o[1], "option_C": o[2], "option_D": None},
    "objects": lambda q, o: {"question": q, "choices": [{"letter": a, "content": t} for a, t in lettered(o)]},
    "labelled objects": lambda q, o: {"question": q, "choices": [{"label": a, "text": t} for a, t in lettered(o)]},
    "dict": lambda q, o: {"question": q, "options": dict(reversed(lettered(o)))},
    "dict of lists": lambda q, o: {"question": q, "options": {"text": o, "label": ["A", "B", "C"]}},
    "lettered list": lambda q, o: {"question": q, "options": [f"{a}. {t}" for a, t in lettered(o)]},
    "inline column": lambda q, o: {"question": q, "options": f"A) {o[0]}, B) {o[1]}, C) {o[2]}"},
    "inline": lambda q, o: {"problem": f"{q} A) {o[0]}, B) {o[1]}, C) {o[2]}"},
    "both": lambda q, o: {"question": f"{q}\nA. {o[0]}\nB. {o[1]}\nC. {o[2]}", "options": o},
}
ANSWER_SHAPES: dict[str, Callable[[list[str], int], Any]] = {
    "text": lambda o, i: o[i],
    "folded text": lambda o, i: f" {o[i].upper().replace(' ', '_')}. ",
    "letter": lambda o, i: "ABC"[i],
    "small letter": lambda o, i: "abc"[i],
    "tagged letter": lambda o, i: f"<answer> {'ABC'[i]} </answer>",
    "letter and text": lambda o, i: f"{'ABC'[i]}) {o[i]}",
    "index": lambda o, i: i,
    "index as text": lambda o, i: str(i),
    "index as float": lambda o, i: float(i),
    "list of one": lambda o, i: [o[i]],
}


@pytest.mark.parametrize("answer_shape", ANSWER_SHAPES)
@pytest.mark.parametrize("shape", OPTION_SHAPES)
def test_every_shape_reads_to_the_same_questions(
    tmp_path: Path, read_all: Make, shape: str, answer_shape: str, lines: Make
) -> None:
    rows = [
        OPTION_SHAPES[shape](question, options)
        | {"answer": ANSWER_SHAPES[answer_shape](options, index), "image": image}
        for question, options, index, image in QUESTIONS
    ]
    read = read_all(MultipleChoice(), lines(tmp_path / "rows.jsonl", rows))
    assert read.rejects == []
    assert [tuple(question[key] for key in KEYS) for question in read.questions] == CANONICAL


def table_of_questions() -> list[dict[str, str]]:
    return [
        {"question": q, "option_A": o[0], "option_B": o[1], "option_C": o[2], "answer": o[i], "image": image}
        for q, o, i, image in QUESTIONS
    ]


def write_table(path: Path) -> None:
    rows = table_of_questions()
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif path.suffix in {".csv", ".tsv"}:
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]), delimiter="\t" if path.suffix == ".tsv" else ",")
            writer.writeheader()
            writer.writerows(rows)
    elif path.stem == "object":
        path.write_text(json.dumps({"version": 1, "data": rows}))
    elif path.stem == "pretty":
        path.write_text(json.dumps(rows, indent=4))
    elif path.suffix == ".json" and path.stem == "array":
        path.write_text(json.dumps(rows))
    else:
        path.write_text("\n".join(map(json.dumps, rows)))


@pytest.mark.parametrize(
    "name",
    ["array.json", "pretty.json", "object.json", "lines.json", "x.jsonl", "x.ndjson", "x.csv", "x.tsv", "x.parquet"],
)
def test_every_format_reads_to_the_same_questions(tmp_path: Path, read_all: Make, name: str) -> None:
    write_table(tmp_path / name)
    read = read_all(MultipleChoice(), tmp_path / name)
    assert read.rejects == []
    assert [tuple(question[key] for key in KEYS) for question in read.questions] == CANONICAL
    assert [source.path for source in read.sources] == [name]
    write_table(tmp_path / "array.json")
    ids = [question["question_id"] for question in read_all(MultipleChoice(), tmp_path / "array.json").questions]
    assert [question["question_id"] for question in read.questions] == ids
