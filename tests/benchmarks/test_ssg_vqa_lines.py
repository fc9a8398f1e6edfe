"""The lines of SSG-VQA: every one accounted for, with the reason where it cannot be used."""

from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from curriculum_kit.benchmarks.base import Rejected
from curriculum_kit.benchmarks.ssg_vqa_lines import read_lines

LONG = "Is there a hook?|True|one_hop.json|exist|relate_spatial"
PIECES = [b"|", b"\n", b"\r", b"a", b'"', b" ", b"\0", b"\xff", b",", b"_", b"#", b"\x0b", b"\x1a", b"LONG"]
PIECES += [text.encode() for text in ("é", "\ufeff", "\u2028", "肝", LONG)]


def rows(*files: bytes) -> list[dict[str, Any]]:
    return read_lines([f"{index}.txt" for index in range(len(files))], list(files))[0].to_dicts()


def one(line: str) -> dict[str, Any]:
    (row,) = rows(line.encode())
    return row


def reason(line: str) -> str | None:
    found: str | None = one(line)["reason"]
    return found


@pytest.mark.parametrize(
    ("line", "fields", "kind"),
    [
        ("What is the grasper doing?|grasp", ["grasp", None, None, None], "action"),
        ("Which tool is operating on liver|hook", ["hook", None, None, None], "tool"),
        ("Which target is being cut|liver", ["liver", None, None, None], "target"),
        ("What is the action being performed on gut|cut", ["cut", None, None, None], "action"),
        ("What anatomy is at the top-mid of the frame ?|gut|[2.0, 3.5]", ["gut", "[2.0, 3.5]", None, None], "location"),
        (LONG, ["True", "one_hop.json", "exist", "relate_spatial"], "exist"),
        ("Something new?|gut", ["gut", None, None, None], None),
        (" Padded? | gut ", [" gut ", None, None, None], None),
        ("A \"quoted, #thing's?|gut", ["gut", None, None, None], None),
    ],
)
def test_a_line_is_split_into_its_fields(line: str, fields: list[str | None], kind: str | None) -> None:
    row = one(line)
    assert row["question"] == line.partition("|")[0].strip()
    assert [row[name] for name in ("answer", "third", "fourth", "fifth")] == fields
    assert (row["question_type"], row["reason"]) == (kind, None)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("Which tools are present?|hook, grasper", "scene_level"),
        ("Which anatomical structures are present?|", "answer_empty"),
        ("What is the hook doing?|cut, grasp", "several_answers"),
        ("What is the hook doing?|cut|[1, 2], [3, 4]", None),
        ("Q?|a|b|c", "wrong_field_count"),
        ("Q?|a|b|c|d|e", "wrong_field_count"),
        ("Q?|a|b|c|d|e|f|g", "wrong_field_count"),
        ("Q?|a|b|c|d|", None),
        ("|a", "question_empty"),
        ("  |a", "question_empty"),
        ("   ", "question_empty"),
        ("||||", "question_empty"),
        ("Q?", "answer_empty"),
        ("Q?|", "answer_empty"),
        ("Q?| _.", "answer_empty"),
        ("Q?||template.json|exist|NA", "answer_empty"),
    ],
)
def test_why_a_line_cannot_be_used(line: str, wanted: str | None) -> None:
    assert reason(line) == wanted


def test_lines_know_their_file_and_their_number() -> None:
    files = [b"Q1?|a\nQ2?|b\n", b"", b"\n\nQ3?|c\n\n  \nQ4?|d", b"\r\n", b"Q5?|e\r\n\r\nQ6?|f\r\n"]
    found = [(row["frame"], row["number"], row["question"], row["answer"]) for row in rows(*files)]
    assert found == [
        (0, 1, "Q1?", "a"),
        (0, 2, "Q2?", "b"),
        (2, 3, "Q3?", "c"),
        (2, 5, "", None),
        (2, 6, "Q4?", "d"),
        (4, 1, "Q5?", "e"),
        (4, 3, "Q6?", "f"),
    ]


def test_a_byte_order_mark_is_no_part_of_a_question() -> None:
    assert [row["question"] for row in rows("\ufeffQ1?|a\n\ufeff\n\ufeffQ2?|b".encode())] == ["Q1?", "Q2?"]


def test_what_is_no_text_is_turned_away_and_the_rest_kept() -> None:
    lines, rejected = read_lines(["a.txt", "b.txt"], [b"Q1?|a", b"Q2?|\xff\nQ\0?|x\r\nQ3?|\xc3\xa9\n"])
    assert [(row["frame"], row["number"], row["answer"]) for row in lines.to_dicts()] == [(0, 1, "a"), (1, 3, "é")]
    assert rejected == [
        Rejected("b.txt", 1, "not_utf8", "Q2?|\\xff"),  # type: ignore[arg-type]
        Rejected("b.txt", 2, "nul_byte", "Q\0?|x"),  # type: ignore[arg-type]
    ]


@pytest.mark.parametrize("files", [[], [b""], [b"\n\n", b""], [b"\0\n"]])
def test_without_lines_there_are_columns_all_the_same(files: list[bytes]) -> None:
    lines, _ = read_lines(["f.txt"] * len(files), files)
    assert len(lines) == 0
    assert lines.columns == read_lines(["f.txt"], [b"Q?|a"])[0].columns


@settings(max_examples=300, deadline=None)
@example([b"\n\xef\xbb\xbf"])
@example([b"\t"])
@example([b"||||||"])
@example([b"a", b"", b"\xef\xbb\xbf\xef\xbb\xbfb"])
@given(st.lists(st.binary(max_size=40) | st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join), max_size=3))
def test_every_line_that_is_not_empty_comes_out_once(files: list[bytes]) -> None:
    wanted = []
    for index, content in enumerate(files):
        for number, line in enumerate(content.split(b"\n"), start=1):
            text = line.strip(b"\r")
            while text.startswith("\ufeff".encode()):
                text = text.removeprefix("\ufeff".encode())
            if text:
                wanted.append((index, number))
    lines, rejected = read_lines([str(index) for index in range(len(files))], files)
    seen = lines.select("frame", "number").rows() + [(int(line.source), line.position) for line in rejected]
    assert sorted(seen) == wanted


FIELDS = st.text(st.characters(codec="utf-8", exclude_characters="\n\r|\0\ufeff"), min_size=1)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(FIELDS, FIELDS), min_size=1, max_size=6))
def test_the_text_of_a_field_is_kept_to_the_letter(pairs: list[tuple[str, str]]) -> None:
    lines, rejected = read_lines(["f"], ["\n".join(map("|".join, pairs)).encode()])
    assert rejected == []
    assert lines["answer"].to_list() == [answer for _, answer in pairs]
    assert lines["question"].to_list() == pl.Series([question for question, _ in pairs]).str.strip_chars().to_list()
