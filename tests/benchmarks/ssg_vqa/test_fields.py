"""What the lines of SSG-VQA say, and why some cannot be used."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from curriculum_kit.benchmarks.ssg_vqa.fields import encoded, look_up, questions_and_rejects
from curriculum_kit.benchmarks.ssg_vqa.lines import read_lines

LONG = "Is there a hook?|True|one_hop.json|exist|relate_spatial"


def rows(*lines: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the lines of one file that can be used, and those that cannot."""
    usable, unusable = questions_and_rejects(read_lines(["f.txt"], ["\n".join(lines).encode()])[0])
    return [row | {"metadata": dict(row["metadata"])} for row in usable.to_pylist()], unusable.to_pylist()


@pytest.mark.parametrize(
    ("line", "answer", "kind", "metadata"),
    [
        ("What is the grasper doing?|grasp", "grasp", "action", {}),
        ("Which tool is operating on liver|hook", "hook", "tool", {}),
        ("Which target is being cut|liver", "liver", "target", {}),
        ("What is the action being performed on gut|cut", "cut", "action", {}),
        ("What anatomy is at the top-mid of the frame ?|gut|[2.0, 3.5]", "gut", "location", {"centre": "[2.0, 3.5]"}),
        (LONG, "True", "exist", {"template": "one_hop", "hops": "1", "relation": "relate_spatial"}),
        ("Q?|a|zero_hop.json|count|NA", "a", "count", {"template": "zero_hop", "hops": "0"}),
        ("Q?|a| new.json |count|near", "a", "count", {"template": "new", "relation": "near"}),
        ("Q?|a||count|relate_spatial", "a", "count", {"relation": "relate_spatial"}),
        ("Q?|a|b|c|d|", "a", "c", {"template": "b", "relation": "d"}),
        ("Q?|a|b||", "a", None, {"centre": "b"}),
        ("Q?|a|", "a", None, {}),
        ("Something new?|gut", "gut", None, {}),
        (" Padded? | gut ", " gut ", None, {}),
        ("What is the hook doing?|cut, grasp|[1, 2], [3, 4]", "cut, grasp", "action", {"centre": "[1, 2], [3, 4]"}),
    ],
)
def test_what_a_line_says(line: str, answer: str, kind: str | None, metadata: dict[str, str]) -> None:
    wanted = {"frame": 0, "question": line.partition("|")[0].strip(), "answer": answer, "question_type": kind}
    around = "Q?|a|[1, 2]"
    found, rejected = rows(around, line, LONG, around)
    assert rejected == []
    assert found[1] == wanted | {"number": 2, "metadata": metadata}
    assert [row["metadata"] for row in (found[0], found[3])] == [{"centre": "[1, 2]"}] * 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Which tools are present?|hook, grasper", "scene_level"),
        ("Which anatomical structures are present?|", "answer_empty"),
        ("What is the hook doing?|cut, grasp", "several_answers"),
        ("Q?|a|b|c", "wrong_field_count"),
        ("Q?|a|b|c|d|e", "wrong_field_count"),
        ("Q?|a|b|c|d|e|f|g", "wrong_field_count"),
        ("|a", "question_empty"),
        ("  |a", "question_empty"),
        ("   ", "question_empty"),
        ("||||", "question_empty"),
        ("|a|b|c", "question_empty"),
        ("Q?", "answer_empty"),
        ("Q?|", "answer_empty"),
        ("Q?| _.", "answer_empty"),
        ("Q?||template.json|exist|NA", "answer_empty"),
        ("Q?||b|c", "wrong_field_count"),
    ],
)
def test_why_a_line_cannot_be_used(line: str, reason: str) -> None:
    found, rejected = rows(LONG, line, "Q?|a")
    assert [row["number"] for row in found] == [1, 3]
    assert rejected == [{"frame": 0, "number": 2, "reason": reason, "record": line}]


def test_without_lines_there_are_columns_all_the_same() -> None:
    nothing, something = (questions_and_rejects(read_lines(["f"], [data])[0]) for data in (b"", b"Q?|a\nQ?"))
    assert [table.num_rows for table in nothing] == [0, 0]
    assert [table.schema for table in nothing] == [table.schema for table in something]


def test_values_are_encoded_by_those_that_occur_sorted() -> None:
    found = encoded(np.array([2, 0, 3, 2]), ["liver", "unused", "gut", None])
    assert found.dictionary.to_pylist() == ["gut", "liver"]
    assert found.to_pylist() == ["gut", "liver", None, "gut"]


def test_values_that_are_looked_up_may_repeat() -> None:
    found = look_up(pa.array([2, 0, 1]), ["gut", "liver", "gut"])
    assert found.dictionary.to_pylist() == ["gut", "liver"]
    assert found.to_pylist() == ["gut", "gut", "liver"]
