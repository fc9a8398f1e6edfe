import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curriculum_kit.benchmarks.mcq import AnswerKind, McqOptions, MultipleChoice, parse_mapping
from curriculum_kit.errors import CkitError, ConfigInvalid, SourceNotFound, SourceUnreadable, WrongBenchmark

Read = Callable[[MultipleChoice, Path], Any]

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


def lines(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def reader(*pairs: str, **options: Any) -> MultipleChoice:
    return MultipleChoice(McqOptions(mapping=parse_mapping(list(pairs)), **options))


@pytest.fixture
def read_row(tmp_path: Path, read_all: Read) -> Callable[..., Any]:
    """Return a function that reads one row; it gives the question, or the reason and detail of the reject."""

    def read(row: dict[str, Any], *pairs: str, **options: Any) -> Any:
        rows = read_all(reader(*pairs, **options), lines(tmp_path / "one.jsonl", [row]))
        assert len(rows.questions) + len(rows.rejects) == 1
        return rows.questions[0] if rows.questions else (rows.rejects[0]["reason"], rows.rejects[0]["detail"])

    return read


# Shapes of options and answers


OPTION_SHAPES: dict[str, Callable[[str, list[str]], dict[str, Any]]] = {
    "list": lambda q, o: {"question": q, "choices": o},
    "json text": lambda q, o: {"question": q, "options": json.dumps(o)},
    "python text": lambda q, o: {"question": q, "options": repr(o)},
    "columns": lambda q, o: {"question": q, "option_A": o[0], "option_B": o[1], "option_C": o[2], "option_D": None},
    "objects": lambda q, o: {"question": q, "choices": [{"letter": a, "content": t} for a, t in zip("ABC", o)]},
    "labelled objects": lambda q, o: {"question": q, "choices": [{"label": a, "text": t} for a, t in zip("ABC", o)]},
    "dict": lambda q, o: {"question": q, "options": dict(zip("CBA", reversed(o)))},
    "dict of lists": lambda q, o: {"question": q, "options": {"text": o, "label": ["A", "B", "C"]}},
    "lettered list": lambda q, o: {"question": q, "options": [f"{a}. {t}" for a, t in zip("ABC", o)]},
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
def test_every_shape_reads_to_the_same_questions(tmp_path: Path, read_all: Read, shape: str, answer_shape: str) -> None:
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
        lines(path, rows)


@pytest.mark.parametrize(
    "name",
    ["array.json", "pretty.json", "object.json", "lines.json", "x.jsonl", "x.ndjson", "x.csv", "x.tsv", "x.parquet"],
)
def test_every_format_reads_to_the_same_questions(tmp_path: Path, read_all: Read, name: str) -> None:
    write_table(tmp_path / name)
    read = read_all(MultipleChoice(), tmp_path / name)
    assert read.rejects == []
    assert [tuple(question[key] for key in KEYS) for question in read.questions] == CANONICAL
    assert [source.path for source in read.sources] == [name]
    write_table(tmp_path / "array.json")
    ids = [question["question_id"] for question in read_all(MultipleChoice(), tmp_path / "array.json").questions]
    assert [question["question_id"] for question in read.questions] == ids


@pytest.mark.parametrize(
    ("choices", "answer", "options", "expected"),
    [
        (["1", "2", "3"], "2", {}, "2"),
        (["1", "2", "3"], 2, {}, "answer_ambiguous"),
        (["1", "2", "3"], 2, {"answer_kind": AnswerKind.TEXT}, "2"),
        (["1", "2", "3"], 2, {"answer_kind": AnswerKind.INDEX}, "3"),
        (["1", "2", "3"], 2, {"answer_base": 1}, "2"),
        (["0", "1", "2"], 1, {}, "1"),
        (["7", "8"], 8, {}, "8"),
        (["x", "y", "z"], 2, {"answer_base": 1}, "y"),
        (["x", "y", "z"], 3, {}, "answer_not_in_choices"),
        (["x", "y", "z"], -1, {}, "answer_not_in_choices"),
        (["x", "y", "z"], "D", {}, "answer_not_in_choices"),
        (["x", "y", "z"], "w", {}, "answer_not_in_choices"),
        (["B", "A"], "A", {}, "a"),
        (["B", "A"], "A", {"answer_kind": AnswerKind.LETTER}, "b"),
        (["x", "y"], "y", {"answer_kind": AnswerKind.LETTER}, "answer_not_in_choices"),
        (["x", "y"], "B", {"answer_kind": AnswerKind.TEXT}, "answer_not_in_choices"),
        (["Yes", "True"], True, {}, "true"),
        (["x", "y"], "A) y", {}, "answer_not_in_choices"),
        (["x", "y"], ["x", "y"], {}, "several_answers"),
        (["x", "y"], None, {}, "field_missing"),
        (["x", "y"], " ", {}, "answer_empty"),
        (["x", "y"], {"text": "x"}, {}, "field_not_text"),
    ],
)
def test_which_option_an_answer_means(
    read_row: Callable[..., Any], choices: list[str], answer: object, options: dict[str, Any], expected: str
) -> None:
    read = read_row({"question": "Which?", "choices": choices, "answer": answer}, **options)
    assert (read["answer"] if isinstance(read, dict) else read[0]) == expected


@pytest.mark.parametrize(
    ("choices", "reason"),
    [
        (None, "field_missing"),
        ([], "too_few_choices"),
        (["x"], "too_few_choices"),
        (["x", "X."], "duplicate_choices"),
        (["x"] * 10_000, "too_many_choices"),
        ("see below", "choices_unreadable"),
        ("['x', ", "choices_unreadable"),
        ("__import__('os')", "choices_unreadable"),
        (3, "choices_unreadable"),
        ([["x"], ["y"]], "field_not_text"),
        ([{"name": "x"}, {"name": "y"}], "choices_unreadable"),
        ({"A": "x", "C": "y"}, "choices_unreadable"),
        ([{"letter": "A", "content": "x"}, {"letter": "A", "content": "y"}], "choices_unreadable"),
    ],
)
def test_options_that_cannot_be_used(read_row: Callable[..., Any], choices: object, reason: str) -> None:
    assert read_row({"question": "Which?", "choices": choices, "answer": "x"})[0] == reason


def test_blank_option_columns_keep_their_letter(read_row: Callable[..., Any]) -> None:
    row = {"question": "Which?", "option_A": "x", "option_B": "", "option_C": "z", "option_D": None, "answer": "C"}
    read = read_row(row)
    assert (read["choices"], read["answer"]) == (["x", "z"], "z")


def test_option_columns_stand_in_natural_order(read_row: Callable[..., Any]) -> None:
    row = {"question": "Which?", "answer": 9} | {f"option_{number}": f"o{number}" for number in (10, *range(1, 10))}
    assert read_row(row)["answer"] == "o10"


def test_without_options_the_answer_is_kept_as_text(read_row: Callable[..., Any]) -> None:
    read = read_row({"question": "What is resected?", "answer": "Gallbladder"})
    assert (read["answer"], read["choices"], read["answer_index"]) == ("gallbladder", [], None)
    assert read_row({"question": "How many?", "answer": 2})["answer"] == "2"
    assert read_row({"question": "Which?", "answer": "C"}) == (
        "choices_unreadable",
        "the answer is 'C', but no options were found",
    )
    assert read_row({"question": "Which group?", "answer": "B"}, answer_kind=AnswerKind.TEXT)["answer"] == "b"


# Images, splits, ids, metadata


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        (" a.png", ["mcq:a.png"]),
        (["a.png", "b.png"], ["mcq:a.png", "mcq:b.png"]),
        ("['a.png', 'b.png']", ["mcq:a.png", "mcq:b.png"]),
        ("[]", []),
        (None, []),
        ("", []),
        ({"bytes": None, "path": "a.png"}, ["mcq:a.png"]),
        ([{"bytes": None, "path": "a.png"}], ["mcq:a.png"]),
        ("/data/images/a.png", ["mcq:a.png"]),
    ],
)
def test_images_in_every_shape(read_row: Callable[..., Any], images: object, expected: list[str]) -> None:
    row = {"question": "Which?", "answer": "liver", "images": images}
    assert read_row(row, image_root=Path("/data/images"))["image_ids"] == expected


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        ("/data/other/a.png", "image_path_unsafe"),
        ("/data/images/../a.png", "image_path_unsafe"),
        ("../a.png", "image_path_unsafe"),
        ({"bytes": "iVBORw0", "path": None}, "field_not_text"),
        ([["a.png"]], "field_not_text"),
    ],
)
def test_images_that_cannot_be_used(read_row: Callable[..., Any], image: object, reason: str) -> None:
    row = {"question": "Which?", "answer": "liver", "image": image}
    assert read_row(row, image_root=Path("/data/images"))[0] == reason


def test_split_column_is_mapped_and_an_unknown_name_kept(tmp_path: Path, read_all: Read) -> None:
    names = ["train", "Val", "dev", "validation", "test", "fold 3", None]
    rows = [{"question": f"Which {name}?", "answer": "liver", "split": name} for name in names]
    read = read_all(MultipleChoice(), lines(tmp_path / "all_test.jsonl", rows))
    splits = ["train", "validation", "validation", "validation", "test", "unassigned", "test"]
    assert [question["split"] for question in read.questions] == splits
    assert read.questions[5]["metadata"] == {"split_name": "fold 3"}


def test_files_of_a_folder_give_the_split(tmp_path: Path, read_all: Read) -> None:
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


def test_one_level_deeper_the_folder_gives_the_split(tmp_path: Path, read_all: Read) -> None:
    (tmp_path / "test").mkdir()
    lines(tmp_path / "test" / "part-0.jsonl", [{"question": "Which?", "answer": "liver"}])
    read = read_all(MultipleChoice(), tmp_path)
    assert [question["split"] for question in read.questions] == ["test"]
    assert [source.path for source in read.sources] == ["test/part-0.jsonl"]


def test_ids_tell_apart_what_counts_from_one_in_each_file_and_survive_a_move(tmp_path: Path, read_all: Read) -> None:
    row = {"id": 1, "question": "Which organ?", "options": ["liver", "gut"], "answer": "A"}
    lines(tmp_path / "train.jsonl", [row | {"image": "a.png"}, row | {"image": "a.png", "id": 2}])
    lines(tmp_path / "test.jsonl", [row | {"image": "b.png"}])
    ids = [question["question_id"] for question in read_all(MultipleChoice(), tmp_path).questions]
    assert len(set(ids)) == 3
    (tmp_path / "train.jsonl").rename(tmp_path / "moved.jsonl")
    (tmp_path / "test.jsonl").unlink()
    assert [question["question_id"] for question in read_all(MultipleChoice(), tmp_path).questions] == ids[1:]


def test_mapped_fields_constants_and_metadata(tmp_path: Path, read_all: Read) -> None:
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
def test_choices_from_several_columns(read_row: Callable[..., Any], choices: str) -> None:
    row = {"question": "Is it?", "answer": "no", "w2": "no", "w1": "yes"}
    expected = "choices_unreadable" if "==" in choices else ["yes", "no"]
    read = read_row(row, choices)
    assert (read["choices"] if isinstance(read, dict) else read[0]) == expected


def test_choices_that_are_the_same_in_every_row(read_row: Callable[..., Any]) -> None:
    assert read_row({"question": "Is it?", "answer": "no"}, 'choices==["yes", "no"]')["choices"] == ["yes", "no"]


# The mapping


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
            "has the columns question, prompt, answer; question could be question or prompt: add --map question=question",
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
def test_a_mapping_that_does_not_fit(tmp_path: Path, row: dict[str, Any], pairs: list[str], message: str) -> None:
    path = lines(tmp_path / "x.jsonl", [row])
    with pytest.raises(ConfigInvalid) as caught:
        list(reader(*pairs).read(path, [path]))
    assert message in str(caught.value)


@pytest.mark.parametrize("options", [{"name": "My Set"}, {"name": ""}, {"answer_base": 2}])
def test_options_that_are_wrong(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigInvalid):
        McqOptions(**options)


# Files and rows that are not what they should be


def test_bad_lines_are_rejected_with_their_line(tmp_path: Path, read_all: Read) -> None:
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


def test_bad_csv_rows_are_rejected_with_their_line(tmp_path: Path, read_all: Read) -> None:
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


def test_json_rows_that_are_no_objects_are_rejected_with_their_row(tmp_path: Path, read_all: Read) -> None:
    path = tmp_path / "x.json"
    path.write_text('[7, {"question": "Which?", "answer": "liver"}, null, {"question": 5, "answer": "x"}, {}]')
    read = read_all(MultipleChoice(), path)
    assert len(read.questions) == 1
    assert read.reasons == [(0, "not_an_object"), (2, "not_an_object"), (3, "field_not_text"), (4, "field_missing")]


def test_parquet_with_embedded_images_maps_and_text_that_is_not_utf8(tmp_path: Path, read_all: Read) -> None:
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


# Wild input


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
@given(st.lists(_LINES.filter(bytes.strip), max_size=6))
def test_every_wild_line_ends_among_questions_or_rejects(tmp_path: Path, read_all: Read, wild: list[bytes]) -> None:
    known = b'{"question": "?", "choices": ["x", "y"], "answer": "x", "images": "", "split": "", "unit": "", "hops": 1}'
    path = tmp_path / "wild.jsonl"
    path.write_bytes(b"\n".join([known, *wild]))
    read = read_all(reader("hops=hops"), path)
    assert len(read.questions) + len(read.rejects) == 1 + len(wild)
    json.dumps([read.questions, read.rejects]).encode()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(
    st.lists(st.lists(st.text(st.characters(codec="utf-8"), max_size=8) | _TEXTS, min_size=3, max_size=5), max_size=5)
)
def test_every_wild_csv_row_ends_among_questions_or_rejects(
    tmp_path: Path, read_all: Read, wild: list[list[str]]
) -> None:
    path = tmp_path / "wild.csv"
    with path.open("w", encoding="utf-8", errors="surrogatepass", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
        writer.writerows([["question", "answer", "option_A", "option_B"], ["Which?", "A", "x", "y"], *wild])
    read = read_all(MultipleChoice(), path)
    assert len(read.questions) + len(read.rejects) == 1 + len(wild)


@given(st.lists(st.text(max_size=12), max_size=4))
def test_wild_mappings_parse_or_raise_config_invalid(pairs: list[str]) -> None:
    try:
        mapping = parse_mapping(pairs)
    except CkitError as error:
        assert "\n" not in str(error)
        return
    assert all(name and column for name, column in mapping.items())


# Real files


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
def test_cholect50_frames_read_with_a_constant_question(real_data: Path, read_all: Read) -> None:
    benchmark = reader("question==Which structure is acted on?", "answer=targets", "images=path")
    read = read_all(benchmark, real_data / "cholect50" / "frame_targets.csv")
    assert (len(read.questions), len(read.rejects)) == (182, 0)
    assert read.questions[2]["answer"] == "gallbladder;gut"
