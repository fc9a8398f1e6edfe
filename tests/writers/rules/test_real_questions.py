"""How much of the real questions' texts the grammar knows."""

import json
from collections import Counter
from pathlib import Path

import pytest

from curriculum_kit.benchmarks.anatomy_r1 import AnatomyR1
from curriculum_kit.wordings.base import Ask
from curriculum_kit.writers.rules import RulesWriter, parse

pytestmark = pytest.mark.real_data


def coverage(texts: Counter[str], labels: list[str]) -> tuple[float, float]:
    """Return the share of questions that have at least 3, and 7, different wordings, all of the same meaning."""
    distinct = sorted(texts)
    enough = Counter[int]()
    for position, reply in RulesWriter(0, labels).write([Ask(question, 7) for question in distinct]):
        question = distinct[position]
        found = {wording.text for wording in reply.wordings}
        assert all(parse(text) == parse(question) for text in found)
        enough.update({wanted: texts[question] for wanted in (3, 7) if len(found) >= wanted})
    return enough[3] / texts.total(), enough[7] / texts.total()


def test_anatomy_r1(real_data: Path) -> None:
    texts = Counter[str]()
    for path in sorted((real_data / "anatomy_r1").glob("GRPO*.json")):
        read = AnatomyR1().row_reader(path)
        rows = json.loads(path.read_text())
        texts.update(read(row, path.name, position).question for position, row in enumerate(rows))
    assert texts.total() == 2000
    # One row asks for "the None of the frame".
    assert coverage(texts, ["liver", "gut", "omentum"]) == (0.9995, 0.9995)


@pytest.mark.parametrize(("question_type", "share"), [("Anatomy Identification", 0.98), ("Modality Recognition", 0.91)])
def test_omnimedvqa(real_data: Path, question_type: str, share: float) -> None:
    texts = Counter[str]()
    for path in sorted((real_data / "omnimedvqa").rglob("*.json")):
        rows = json.loads(path.read_text())
        texts.update(row["question"] for row in rows if row["question_type"] == question_type)
    three, seven = coverage(texts, [])
    assert three >= share
    assert seven >= share


def test_ssg_vqa(real_data: Path) -> None:
    lines = [
        line.split("|")[0]
        for path in sorted((real_data / "ssg_vqa" / "qa_txt").rglob("*.txt"))
        for line in path.read_text().splitlines()
    ]
    assert len(lines) > 20
    assert coverage(Counter(lines), ["liver", "hook"]) == (1.0, 1.0)
