"""Ingest: every row of every benchmark ends among the questions or the rejects, and the figures say so."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from curriculum_kit.benchmarks import reader_of
from curriculum_kit.benchmarks.base import Benchmark
from curriculum_kit.benchmarks.mcq import McqOptions, MultipleChoice, parse_mapping
from curriculum_kit.errors import CkitError, NothingLeft, OutputOccupied, SourceNotFound, WrongBenchmark
from curriculum_kit.pipeline.ingest import IngestSummary, ingest
from curriculum_kit.schemas import TABLES, check_schema

Ingest = Callable[..., Path]

OMNIMEDVQA = {
    "dataset": "Tiny", "question_id": "1", "question": "What is this?", "question_type": "Anatomy Identification",
    "gt_answer": "Liver", "image_path": "Images/a b%20(1).png", "option_A": "Liver.", "option_B": "Gut",
}  # fmt: skip
ANATOMY_R1 = {
    "instruction": "Question:\nWhat is red?\nAnatomy Options:\nA. Liver\nB. Gut\nC. Cystic Plate\nD. Omentum",
    "solution": "C", "answer": "Cystic Plate", "images": " /CholecT45/data/VID66/000791.png",
}  # fmt: skip
MED_R1 = {"image": "Images/m.png", "problem": "What is this? A)CT, B)MRI", "solution": "<answer> B </answer>"}
VQA_RAD = {
    "qid": 1, "image_name": "a.jpg", "image_organ": "CHEST", "answer": "Yes", "answer_type": "CLOSED ",
    "question_type": "PRES", "question": "Is there an aneurysm?", "phrase_type": "freeform",
}  # fmt: skip
SLAKE = {
    "img_id": 1, "img_name": "xmlab1/source.jpg", "question": "图像中有肝脏吗", "answer": "有", "q_lang": "zh",
    "location": "Abdomen", "modality": "MRI", "answer_type": "CLOSED", "content_type": "Organ", "qid": 0,
}  # fmt: skip
MCQ = {"question": "Which?", "choices": ["liver", "gut"], "answer": "gut"}
SSG_VQA = (
    "Which tools are present?|grasper, hook\n"
    "What is the grasper doing?|grasp\n"
    "What anatomy is at the top-left of the frame ?|liver|[67.0, 85.5]\n"
    "one field only\n"
)

FILES: dict[str, tuple[str, Any]] = {
    "omnimedvqa": ("QA_information/Open-access/Tiny.json", [OMNIMEDVQA, OMNIMEDVQA | {"gt_answer": "Heart"}, 5]),
    "anatomy-r1": ("GRPO.json", [ANATOMY_R1, ANATOMY_R1 | {"solution": "E"}, ANATOMY_R1 | {"answer": "Liver"}]),
    "med-r1": ("Splits/modality/test/X-Ray_test.json", [MED_R1, MED_R1 | {"solution": "none"}, None]),
    "vqa-rad": ("testset.json", [VQA_RAD, VQA_RAD | {"qid": 2, "answer": ""}, []]),
    "slake": ("train.json", [SLAKE, {**SLAKE, "qid": 1, "question": " "}, "text"]),
    "ssg-vqa": ("qa_txt/VID01/7.txt", SSG_VQA),
    "mcq": ("rows.json", [MCQ, MCQ | {"answer": "heart"}, MCQ | {"choices": ["liver"]}, 5]),
}


def reader(benchmark: str) -> Benchmark:
    if benchmark != "mcq":
        return reader_of(benchmark)
    return MultipleChoice(McqOptions(mapping=parse_mapping([])))


def write(folder: Path, name: str, content: Any) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return folder


def ingest_rows_of_mcq(folder: Path, rows: list[Any]) -> IngestSummary:
    return ingest(reader("mcq"), write(folder / "source", "rows.json", rows), folder / "tables")


def reasons(tables: Path) -> dict[int, str]:
    rejects = pq.read_table(tables / "rejects.parquet").to_pylist()
    return {row["position"]: row["reason"] for row in rejects}


@pytest.mark.parametrize("benchmark", FILES)
def test_rows_in_are_questions_and_rejects(benchmark: str, tmp_path: Path) -> None:
    name, content = FILES[benchmark]
    source = write(tmp_path / "source", name, content)
    summary = ingest(reader(benchmark), source, tmp_path / "tables")
    rows = content.splitlines() if isinstance(content, str) else content
    assert summary.rows_in == len(rows) == summary.questions + summary.rejects
    assert summary.questions > 0
    assert summary.rejects > 0
    assert sum(summary.rejects_by_reason.values()) == summary.rejects
    assert pq.read_table(tmp_path / "tables" / "questions.parquet").num_rows == summary.questions
    assert pq.read_table(tmp_path / "tables" / "rejects.parquet").num_rows == summary.rejects
    for table in (tmp_path / "tables").glob("*.parquet"):
        assert table.stem in TABLES
        check_schema(pq.read_schema(table), table.stem, str(table))


def test_the_phantom_too(phantom: Path) -> None:
    rows = json.loads((phantom / "manifest.json").read_text())["rows"]
    assert rows["in"] == rows["questions"] + rows["rejects"]
    assert rows["images"] == 30
    assert pq.read_table(phantom / "questions.parquet").num_rows == rows["questions"] > 500
    assert pq.read_table(phantom / "scenes.parquet").num_rows == 30


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
_VALUES = _SCALARS | st.lists(_SCALARS, max_size=4) | st.dictionaries(st.sampled_from("ABCD"), _SCALARS, max_size=4)
_ROWS = _VALUES | st.fixed_dictionaries({}, optional=dict.fromkeys(("question", "choices", "answer", "image"), _VALUES))


@settings(max_examples=40, deadline=None)
@given(wild=st.lists(_ROWS, max_size=8))
def test_whatever_a_row_holds_it_is_counted_once(wild: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        summary = ingest_rows_of_mcq(Path(folder), [MCQ, *wild])
        assert summary.rows_in == len(wild) + 1 == summary.questions + summary.rejects
        assert pq.read_metadata(Path(folder) / "tables" / "questions.parquet").num_rows == summary.questions
        assert pq.read_metadata(Path(folder) / "tables" / "rejects.parquet").num_rows == summary.rejects


def test_what_cannot_be_used_keeps_its_place_reason_and_record(tmp_path: Path) -> None:
    rows = [
        MCQ,
        "no object",
        MCQ | {"question": "nul \0 byte"},
        MCQ | {"answer": "heart"},
        MCQ | {"choices": [f"option {n}" for n in range(10_000)], "answer": "option 7"},
        MCQ | {"question": "again?", "image": "../secret.png"},
        MCQ | {"question": "again?", "image": "/etc/passwd"},
        MCQ | {"question": "again?", "image": "Images/x.png"},
    ]
    summary = ingest_rows_of_mcq(tmp_path, rows)
    assert (summary.rows_in, summary.questions, summary.rejects) == (8, 2, 6)
    assert reasons(tmp_path / "tables") == {
        1: "not_an_object",
        2: "nul_byte",
        3: "answer_not_in_choices",
        4: "too_many_choices",
        5: "image_path_unsafe",
        6: "image_path_unsafe",
    }
    rejects = pq.read_table(tmp_path / "tables" / "rejects.parquet").to_pylist()
    assert {row["source"] for row in rejects} == {"rows.json"}
    assert json.loads(rejects[2]["record"]) == MCQ | {"answer": "heart"}


def test_the_same_source_again_is_recognised_and_a_changed_one_is_read(
    ingest_rows: Ingest, seventy: list[dict[str, Any]], contents: Callable[[Path], dict[str, bytes]], tmp_path: Path
) -> None:
    tables = ingest_rows(seventy)
    before = contents(tables)
    again = ingest(reader("omnimedvqa"), tmp_path / "tables-source", tables)
    assert again.up_to_date
    assert contents(tables) == before
    ingest_rows(seventy[:50])
    assert pq.read_table(tables / "questions.parquet").num_rows == 50


def test_two_ingests_of_one_source_are_equal_in_bytes(
    ingest_rows: Ingest, seventy: list[dict[str, Any]], contents: Callable[[Path], dict[str, bytes]], tmp_path: Path
) -> None:
    first = contents(ingest_rows([*seventy, 5]))
    ingest(reader("omnimedvqa"), tmp_path / "tables-source", tmp_path / "other")
    assert contents(tmp_path / "other") == first
    assert set(first) == {f"{name}.parquet" for name in ("questions", "images", "choices", "rejects")} | {
        "manifest.json"
    }


def test_a_table_that_was_changed_is_written_again(
    ingest_rows: Ingest, seventy: list[dict[str, Any]], tmp_path: Path
) -> None:
    tables = ingest_rows(seventy)
    whole = (tables / "choices.parquet").read_bytes()
    (tables / "choices.parquet").write_bytes(whole[:-9])
    assert not ingest(reader("omnimedvqa"), tmp_path / "tables-source", tables).up_to_date
    assert (tables / "choices.parquet").read_bytes() == whole


def test_images_are_looked_at_where_a_root_is_named(ingest_rows: Ingest, seventy: list[dict[str, Any]]) -> None:
    root = ingest_rows(seventy[:3]).parent / "root"
    (root / "Images").mkdir(parents=True)
    Image.new("RGB", (5, 4)).save(root / "Images" / "0.png")
    (root / "Images" / "1.png").write_bytes(b"no image")
    tables = ingest_rows(seventy[:3], "looked", image_root=root)
    rows = pq.read_table(tables / "images.parquet", columns=["width", "height", "status"]).to_pylist()
    assert [tuple(row.values()) for row in rows] == [(5, 4, "ok"), (None, None, "corrupt"), (None, None, "missing")]


def test_an_ingest_with_other_options_is_not_overwritten(
    ingest_rows: Ingest, seventy: list[dict[str, Any]], contents: Callable[[Path], dict[str, bytes]], tmp_path: Path
) -> None:
    tables = ingest_rows(seventy)
    before = contents(tables)
    other = write(tmp_path / "other", "rows.json", [MCQ])
    with pytest.raises(OutputOccupied, match="holds an ingest of omnimedvqa with other options"):
        ingest(reader("mcq"), other, tables)
    assert contents(tables) == before
    assert ingest(reader("mcq"), other, tables, force=True).questions == 1


@pytest.mark.parametrize(
    ("name", "content", "error", "says"),
    [
        ("QA_information/Open-access/T.json", '[{"question": "cut', CkitError, "is no valid JSON at line 1"),
        ("QA_information/Open-access/T.json", "", CkitError, "is empty"),
        ("QA_information/Open-access/T.json", "[]", CkitError, "holds no rows"),
        ("QA_information/Open-access/T.json", "[5]", NothingLeft, "1 not_an_object"),
        ("notes.txt", "nothing of ours", SourceNotFound, "holds no OmniMedVQA"),
        ("GRPO.json", [ANATOMY_R1], WrongBenchmark, "it looks like anatomy-r1: ckit ingest anatomy-r1 "),
    ],
)
def test_a_source_that_is_no_omnimedvqa_leaves_no_tables(
    name: str, content: Any, error: type[CkitError], says: str, tmp_path: Path
) -> None:
    source = write(tmp_path / "source", name, content)
    with pytest.raises(error) as caught:
        ingest(reader("omnimedvqa"), source, tmp_path / "tables")
    assert says in str(caught.value)
    assert not list(tmp_path.glob("tables/[!.]*"))
