"""SSG-VQA: its layout, its lines as questions, and every line accounted for."""

import hashlib
import json
import operator
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curriculum_kit.benchmarks.ssg_vqa import reader
from curriculum_kit.benchmarks.ssg_vqa.reader import SSGVQA
from curriculum_kit.benchmarks.ssg_vqa.tables import SPLITS
from curriculum_kit.errors import SourceUnreadable

READER = SSGVQA()
GRAPH = {"scenes": [{"objects": [{"bbox": [0, 0, 215, 120], "component": "cystic_plate"}]}]}
TWO_HOPS = "How many hooks are left of the gut and above the liver?|2|single_and.json|count|NA"
QUESTIONS = "\n".join(
    [
        "Which tools are present?|hook, grasper",
        "What is the hook doing?|dissect",
        "What anatomy is at the top-mid of the frame ?|Cystic_Plate|[157.0, 60.0]",
        "What instrument is above the gut?|specimenbag|one_hop.json|query_component|relate_spatial",
        TWO_HOPS,
        "",
    ]
)


def frame(root: Path, video: str, number: int, text: str | bytes, graph: Any = None) -> None:
    """Write the question file of a frame and, where one is given, its scene graph."""
    file = root / "qa_txt" / video / f"{number}.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    if graph is not None:
        (root / "scene_graph").mkdir(exist_ok=True)
        (root / "scene_graph" / f"{video}_{number}.json").write_text(
            graph if isinstance(graph, str) else json.dumps(graph)
        )


def test_a_file_becomes_questions(tmp_path: Path, read_all: Callable[..., Any]) -> None:
    frame(tmp_path, "VID01", 262, QUESTIONS, GRAPH)
    rows = read_all(READER, tmp_path)
    assert rows.reasons == [(1, "scene_level")]
    assert rows.rejects[0]["record"] == "Which tools are present?|hook, grasper"
    assert rows.rejects[0]["source"] == "qa_txt/VID01/262.txt"
    ids = [question.pop("question_id") for question in rows.questions]
    assert len(set(ids)) == 4
    assert all(name.startswith("ssg-vqa-") for name in ids)
    same = {
        "benchmark": "ssg-vqa",
        "split": "validation",
        "unit_id": "VID01",
        "image_ids": ["ssg-vqa:CholecT45/data/VID01/000262.png"],
        "choices": [],
        "answer_index": None,
        "modality": None,
        "choices_as_given": None,
    }
    assert rows.questions == [
        same | {"question": "What is the hook doing?", "answer": "dissect", "question_type": "action", "metadata": {}},
        same
        | {
            "question": "What anatomy is at the top-mid of the frame ?",
            "answer": "cystic plate",
            "question_type": "location",
            "metadata": {"centre": "[157.0, 60.0]"},
        },
        same
        | {
            "question": "What instrument is above the gut?",
            "answer": "specimen bag",
            "question_type": "query_component",
            "metadata": {
                "template": "one_hop",
                "hops": "1",
                "relation": "relate_spatial",
            },
        },
        same
        | {
            "question": TWO_HOPS.partition("|")[0],
            "answer": "2",
            "question_type": "count",
            "metadata": {"template": "single_and", "hops": "2"},
        },
    ]
    assert rows.surfaces == {
        ("dissect", "dissect"),
        ("cystic plate", "Cystic_Plate"),
        ("specimen bag", "specimenbag"),
        ("2", "2"),
    }


@pytest.mark.parametrize(
    ("fields", "metadata"),
    [
        ("", {}),
        ("|one_hop.json", {"centre": "one_hop.json"}),
        ("|one_hop.json|count|NA", {"template": "one_hop", "hops": "1"}),
        ("| new.json |count|near", {"template": "new", "relation": "near"}),
        ("||count|relate_spatial", {"relation": "relate_spatial"}),
        ("||count|NA", {}),
    ],
)
def test_what_else_a_line_says_is_metadata(
    tmp_path: Path, read_all: Callable[..., Any], fields: str, metadata: dict[str, str]
) -> None:
    frame(tmp_path, "VID01", 1, f"Q?|a|one_hop.json|count|NA\nQ?|a|[1, 2]\nQ?|a{fields}\nQ?|a")
    found = [question["metadata"] for question in read_all(READER, tmp_path).questions]
    assert found == [{"template": "one_hop", "hops": "1"}, {"centre": "[1, 2]"}, metadata, {}]


def test_what_repeats_is_numbered_by_what_occurs_not_in_the_order_of_reading(tmp_path: Path) -> None:
    kinds = ["exist", "count", "exist", "action"]
    lines = [f"Q{number}?|a|one_hop.json|{kind}|NA" for number, kind in enumerate(kinds)]
    frame(tmp_path, "VID01", 1, "\n".join([*lines, "|a|one_hop.json|rejected|NA"]))
    (batch,) = READER.read(tmp_path, READER.files(tmp_path))
    encoded = batch.questions["question_type"].chunk(0)
    assert encoded.dictionary.to_pylist() == ["action", "count", "exist"]
    assert encoded.to_pylist() == kinds


def test_an_image_per_frame_with_the_regions_of_its_graph(tmp_path: Path, read_all: Callable[..., Any]) -> None:
    frame(tmp_path, "VID01", 3, "Which tools are present?|hook", GRAPH)
    frame(tmp_path, "VID01", 20, QUESTIONS)
    first, second = read_all(READER, tmp_path).images
    assert (first["image_id"], first["path"]) == (
        "ssg-vqa:CholecT45/data/VID01/000003.png",
        "CholecT45/data/VID01/000003.png",
    )
    assert first["regions"] == [{"label": "cystic plate", "x0": 0.0, "y0": 0.0, "x1": 0.5, "y1": 0.5}]
    assert (second["path"], second["regions"]) == ("CholecT45/data/VID01/000020.png", [])


def test_scenes_hold_the_graphs_as_they_are(tmp_path: Path) -> None:
    frame(tmp_path, "VID01", 3, QUESTIONS, GRAPH)
    frame(tmp_path, "VID01", 4, QUESTIONS)
    frame(tmp_path, "VID02", 3, QUESTIONS, json.dumps(GRAPH, indent=1))
    (batch,) = READER.read(tmp_path, READER.files(tmp_path))
    assert batch.scenes is not None
    scenes = batch.scenes.to_pylist()
    assert [scene["image_id"][-16:] for scene in scenes] == ["VID01/000003.png", "VID02/000003.png"]
    assert [json.loads(scene["scene_graph"]) for scene in scenes] == [GRAPH, GRAPH]


def test_a_broken_scene_graph_ends_the_run_with_its_name(tmp_path: Path, read_all: Callable[..., Any]) -> None:
    frame(tmp_path, "VID01", 3, QUESTIONS, GRAPH)
    frame(tmp_path, "VID01", 4, QUESTIONS, json.dumps(GRAPH)[:-5])
    with pytest.raises(SourceUnreadable, match=r"the scene graph of qa_txt/VID01/4\.txt is broken JSON"):
        read_all(READER, tmp_path)


@pytest.mark.parametrize(
    ("video", "split", "unit"),
    [
        ("VID04", "train", "VID04"),
        ("VID35", "validation", "VID35"),
        ("VID74", "test", "VID74"),
        ("VID99", "unassigned", "VID99"),
    ],
)
def test_the_split_goes_by_the_video(
    tmp_path: Path, read_all: Callable[..., Any], video: str, split: str, unit: str
) -> None:
    frame(tmp_path, video, 1, TWO_HOPS)
    (question,) = read_all(READER, tmp_path).questions
    assert (question["split"], question["unit_id"]) == (split, unit)


def test_45_videos_have_a_split() -> None:
    assert Counter(split.value for split in SPLITS.values()) == {"train": 35, "validation": 5, "test": 5}


def test_ids_are_the_same_at_every_reading_and_hold_nothing_of_the_answer(
    tmp_path: Path, read_all: Callable[..., Any]
) -> None:
    frame(tmp_path / "a", "VID01", 1, QUESTIONS)
    frame(tmp_path / "b", "VID01", 1, QUESTIONS.replace("|dissect", "|cut").replace("\n", "\r\n"))
    frame(tmp_path / "b", "VID01", 2, QUESTIONS)
    first, second = (
        [question["question_id"] for question in read_all(READER, tmp_path / name).questions] for name in "ab"
    )
    assert second[:4] == first
    assert len(set(second)) == 8


def test_every_reason_with_its_place_and_the_raw_line(tmp_path: Path, read_all: Callable[..., Any]) -> None:
    lines = [
        b"\xef\xbb\xbfWhich tools are present?|hook",
        b"",
        b"What is the hook doing?|cut, grasp",
        b"Q?|a|b|c",
        b"|a",
        b"Q?|",
        b"Q\0?|a",
        b"Q?|\xff",
        "Où?|foie gras é".encode(),
    ]
    frame(tmp_path, "VID01", 1, b"\r\n".join(lines))
    rows = read_all(READER, tmp_path)
    assert sorted(rows.reasons) == [
        (1, "scene_level"),
        (3, "several_answers"),
        (4, "wrong_field_count"),
        (5, "question_empty"),
        (6, "answer_empty"),
        (7, "nul_byte"),
        (8, "not_utf8"),
    ]
    records = {reject["position"]: reject["record"].strip("\r") for reject in rows.rejects}
    assert records == {
        1: "Which tools are present?|hook",
        3: "What is the hook doing?|cut, grasp",
        4: "Q?|a|b|c",
        5: "|a",
        6: "Q?|",
        7: "Q\0?|a",
        8: "Q?|\\xff",
    }
    assert [(question["question"], question["answer"]) for question in rows.questions] == [("Où?", "foie gras é")]


def test_an_empty_file_is_a_frame_without_questions(tmp_path: Path, read_all: Callable[..., Any]) -> None:
    frame(tmp_path, "VID01", 1, "", GRAPH)
    rows = read_all(READER, tmp_path)
    assert (rows.questions, rows.rejects, len(rows.images)) == ([], [], 1)


def test_sources_are_named_with_size_and_hash(tmp_path: Path, read_all: Callable[..., Any]) -> None:
    frame(tmp_path, "VID01", 1, QUESTIONS)
    (source,) = read_all(READER, tmp_path).sources
    assert (source.path, source.size) == ("qa_txt/VID01/1.txt", len(QUESTIONS))
    assert source.sha256 == hashlib.sha256(QUESTIONS.encode()).hexdigest()


def test_the_size_of_a_batch_changes_no_row(
    tmp_path: Path, read_all: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [QUESTIONS, "", "Q?|é", "\ufeffQ?|a\r\n\r\nQ?", QUESTIONS]
    for number, text in enumerate(texts):
        frame(tmp_path, f"VID{number // 2:02d}", number, text, GRAPH if number % 2 else None)
    whole = read_all(READER, tmp_path)
    monkeypatch.setattr(reader, "FILES_PER_BATCH", 2)
    batches = list(READER.read(tmp_path, READER.files(tmp_path)))
    assert len(batches) == 3
    assert [len(batch.sources) for batch in batches] == [2, 2, 1]
    parts = read_all(READER, tmp_path)
    key = operator.itemgetter("source", "position")
    assert sorted(parts.rejects, key=key) == sorted(whole.rejects, key=key)
    assert (parts.questions, parts.images, parts.surfaces) == (whole.questions, whole.images, whole.surfaces)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(max_size=30) | st.sampled_from([TWO_HOPS.encode(), b"Q?|a", b"Q?|a, b", b"|"]), max_size=6))
def test_no_bytes_end_the_run_and_no_line_is_lost(
    tmp_path: Path, read_all: Callable[..., Any], lines: list[bytes]
) -> None:
    content = b"\n".join(lines)
    frame(tmp_path, "VID01", 1, content)
    rows = read_all(READER, tmp_path)
    marks = "\ufeff".encode()
    wanted = {number for number, line in enumerate(content.split(b"\n"), 1) if line.strip(b"\r").replace(marks, b"")}
    rejected = {reject["position"] for reject in rows.rejects}
    kept = {int(question["question_id"].rpartition("-")[2]) for question in rows.questions}
    assert not kept & rejected
    assert kept | rejected == wanted
    assert len(rows.questions) + len(rows.rejects) == len(wanted)


@pytest.mark.real_data
def test_the_excerpt_of_the_release(real_data: Path, read_all: Callable[..., Any]) -> None:
    rows = read_all(READER, real_data / "ssg_vqa")
    assert len(rows.questions) == 23
    assert [reason for _, reason in rows.reasons] == ["scene_level"] * 4
    assert {question["split"] for question in rows.questions} == {"validation"}
    assert [len(image["regions"]) for image in rows.images] == [6, 0]
    known = {line.strip() for line in (real_data / "ssg_vqa" / "answer_labels_51.txt").read_text().splitlines()}
    assert {spelling for _, spelling in rows.surfaces} <= known


@pytest.mark.real_data
def test_the_splits_are_those_of_the_release(real_data: Path) -> None:
    published = json.loads((real_data / "ssg_vqa" / "splits.json").read_text())
    names = {"train": "train", "val": "validation", "test": "test"}
    ours = {name: {video for video, of in SPLITS.items() if of.value == split} for name, split in names.items()}
    assert ours == {name: set(videos) for name, videos in published.items()}
