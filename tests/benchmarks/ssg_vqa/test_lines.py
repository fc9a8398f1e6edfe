"""The lines of SSG-VQA: every one cut into its fields, with its file and its number."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from curriculum_kit.benchmarks.base import Rejected
from curriculum_kit.benchmarks.ssg_vqa.lines import Lines, read_lines
from curriculum_kit.errors import SourceUnreadable

LONG = b"Is there a hook?|True|one_hop.json|exist|relate_spatial"
PIECES = [b"|", b"\n", b"\r", b"a", b'"', b" ", b"\0", b"\xff", b",", b"_", b"#", b"\x0b", b"\x1a", LONG]
PIECES += [text.encode() for text in ("é", "\ufeff", "\u2028", "肝")]


def read(*files: bytes) -> tuple[Lines, list[Rejected]]:
    return read_lines([f"{index}.txt" for index in range(len(files))], list(files))


def fields(*files: bytes) -> list[tuple[str, str, str]]:
    """Return question, answer and the rest of each line."""
    lines, _ = read(*files)
    rows = np.arange(len(lines))
    columns = (lines.questions(rows), lines.answers(rows), lines.rests(rows))
    return list(zip(*(column.to_pylist() for column in columns), strict=True))


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("What is the grasper doing?|grasp", ("What is the grasper doing?", "grasp", "")),
        ("What is here?|gut|[2.0, 3.5]", ("What is here?", "gut", "[2.0, 3.5]")),
        (LONG.decode(), ("Is there a hook?", "True", "one_hop.json|exist|relate_spatial")),
        (" Padded?\t| gut | x ", ("Padded?", " gut ", " x ")),
        ("\u2003Padded?\xa0|gut", ("Padded?", "gut", "")),
        ("A \"quoted, #thing's?|gut", ("A \"quoted, #thing's?", "gut", "")),
        ("Où?|foie gras é", ("Où?", "foie gras é", "")),
        ("one field", ("one field", "", "")),
        ("Q?|", ("Q?", "", "")),
        ("|a", ("", "a", "")),
        ("   ", ("", "", "")),
        ("||||", ("", "", "||")),
    ],
)
def test_a_line_is_cut_into_question_answer_and_the_rest(line: str, wanted: tuple[str, str, str]) -> None:
    assert fields(line.encode()) == [wanted]
    assert fields(b"Q?|a\n" + line.encode() + b"\nQ?|a|b") == [("Q?", "a", ""), wanted, ("Q?", "a", "b")]
    lines, _ = read(line.encode())
    assert lines.without_question().tolist() == [not wanted[0]]
    assert lines.fields.tolist() == [line.count("|") + 1]
    assert lines.whole(np.array([0])).to_pylist() == [line]


def test_some_of_the_lines_are_taken_in_order() -> None:
    lines, _ = read(b"Q1?|a|x\nQ2?|b\nQ3?|c|z")
    rows = np.array([0, 2])
    assert lines.questions(rows).to_pylist() == ["Q1?", "Q3?"]
    assert lines.answers(rows).to_pylist() == ["a", "c"]
    assert lines.rests(rows).to_pylist() == ["x", "z"]
    assert lines.whole(rows).to_pylist() == ["Q1?|a|x", "Q3?|c|z"]
    assert lines.questions(rows[:0]).to_pylist() == []


def test_lines_know_their_file_and_their_number() -> None:
    files = [b"Q1?|a\nQ2?|b\n", b"", b"\n\nQ3?|c\n\n  \nQ4?|d", b"\r\n", b"Q5?|e\r\n\r\nQ6?|f\r\n"]
    lines, _ = read(*files)
    questions = lines.questions(np.arange(len(lines))).to_pylist()
    assert list(zip(lines.frame.tolist(), lines.number.tolist(), questions, strict=True)) == [
        (0, 1, "Q1?"),
        (0, 2, "Q2?"),
        (2, 3, "Q3?"),
        (2, 5, ""),
        (2, 6, "Q4?"),
        (4, 1, "Q5?"),
        (4, 3, "Q6?"),
    ]


def test_a_text_longer_than_a_block_is_cut_like_a_short_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curriculum_kit.benchmarks.ssg_vqa.lines._BLOCK", 7)
    assert fields(LONG + b"\nQ?|a\n\n" + LONG) == [*fields(LONG), ("Q?", "a", ""), *fields(LONG)]


def test_a_byte_order_mark_is_no_part_of_a_question() -> None:
    found = fields("\ufeffQ1?|a\n\ufeff\n\ufeffQ2?|b".encode())
    assert [question for question, *_ in found] == ["Q1?", "Q2?"]


def test_what_is_no_text_is_turned_away_and_the_rest_kept() -> None:
    lines, rejected = read(b"Q1?|a", b"Q2?|\xff\nQ\0?|x\r\nQ3?|\xc3\xa9\n")
    assert (lines.frame.tolist(), lines.number.tolist()) == ([0, 1], [1, 3])
    assert lines.answers(np.arange(2)).to_pylist() == ["a", "é"]
    assert rejected == [
        Rejected("1.txt", 1, "not_utf8", "Q2?|\\xff"),  # type: ignore[arg-type]
        Rejected("1.txt", 2, "nul_byte", "Q\0?|x"),  # type: ignore[arg-type]
    ]


@pytest.mark.parametrize("files", [[], [b""], [b"\n\n", b""], [b"\0\n"]])
def test_there_may_be_no_lines(files: list[bytes]) -> None:
    assert len(read(*files)[0]) == 0
    assert fields(*files) == []


def test_more_text_than_can_be_addressed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curriculum_kit.benchmarks.ssg_vqa.lines._MOST", 10)
    with pytest.raises(SourceUnreadable, match=r"^0\.txt and the files after it hold over 2 GB of text"):
        read(b"Q1?|a", b"Q2?|b")


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
    lines, rejected = read(*files)
    seen = list(zip(lines.frame.tolist(), lines.number.tolist(), strict=True))
    seen += [(int(line.source.removesuffix(".txt")), line.position) for line in rejected]
    assert sorted(seen) == wanted


FIELDS = st.text(st.characters(codec="utf-8", exclude_characters="\n\r|\0\ufeff"), min_size=1)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(FIELDS, FIELDS), min_size=1, max_size=6))
def test_the_text_of_a_field_is_kept_to_the_letter(pairs: list[tuple[str, str]]) -> None:
    _, rejected = read("\n".join(map("|".join, pairs)).encode())
    assert rejected == []
    found = fields("\n".join(map("|".join, pairs)).encode())
    assert found == [(question.strip(), answer, "") for question, answer in pairs]
