from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from curriculum_kit.errors import SourceNotFound
from trainer.monitor import Monitor
from trainer.page import PAGE, write_page
from trainer.records import Records

WEIGHTS = {"accuracy": 1.0, "format": 1.0}


def chunk(
    number: int, tier: int = 0, answer: str = "liver", right: tuple[float, float] = (1.0, 0.0)
) -> SimpleNamespace:
    """One group of two rollouts, generated before step `number`."""
    row = {
        "question_id": f"q{number}",
        "group_id": f"q{number}",
        "variant_id": 0,
        "tier": tier,
        "difficulty": 0.1 + number / 10,
        "answer": answer,
        "solution": "B",
    }
    return SimpleNamespace(
        step=number,
        chunk=number,
        rows=[row, row],
        completions=[f"first of {number}", f"second of {number} <b>"],
        lengths=[3, 4],
        rewards={"accuracy": list(right), "format": [1.0, 1.0]},
        advantages=[0.7, -0.7],
    )


def recorded(output: Path) -> list[tuple]:
    return duckdb.sql(
        f"SELECT step, question_id, completion, rewards['accuracy'], reward, dead "
        f"FROM '{output}/completions/*.parquet' ORDER BY chunk, length"
    ).fetchall()


def test_completions_stand_beside_their_questions(tmp_path: Path) -> None:
    monitor = Monitor(tmp_path, WEIGHTS, 2)
    for number in range(3):
        monitor.generated(chunk(number, right=(1.0, 1.0) if number == 1 else (1.0, 0.0)))
    assert monitor.standing == "tier 0  S(q) 0.30  reward 1.50  dead 0/1"
    assert not list(tmp_path.rglob("*.parquet"))
    monitor.flush()
    assert recorded(tmp_path)[:4] == [
        (0, "q0", "first of 0", 1.0, 2.0, False),
        (0, "q0", "second of 0 <b>", 0.0, 1.0, False),
        (1, "q1", "first of 1", 1.0, 2.0, True),
        (1, "q1", "second of 1 <b>", 1.0, 2.0, True),
    ]


def test_a_resumed_run_records_what_it_does_again_once(tmp_path: Path) -> None:
    first = Monitor(tmp_path, WEIGHTS, 2)
    for number in range(5):
        first.generated(chunk(number))
        if number in {1, 4}:
            first.flush()
    whole = recorded(tmp_path)
    again = Monitor(tmp_path, WEIGHTS, 2)
    again.begin(3)
    assert [row[0] for row in recorded(tmp_path)] == [0, 0, 1, 1, 2, 2]
    for number in (3, 4):
        again.generated(chunk(number))
    again.flush()
    assert recorded(tmp_path) == whole


def test_a_run_begun_anew_keeps_nothing_of_another(tmp_path: Path) -> None:
    monitor = Monitor(tmp_path, WEIGHTS, 2)
    monitor.generated(chunk(0))
    monitor.flush()
    Records(tmp_path).begin(0)
    assert not list(tmp_path.rglob("*.parquet"))


def test_the_page_has_both_figures_and_a_row_per_tier_and_answer(tmp_path: Path) -> None:
    monitor = Monitor(tmp_path, WEIGHTS, 2)
    for number in range(6):
        monitor.generated(chunk(number, number // 3, ("liver", "<script>gut")[number % 2], (1.0, float(number > 3))))
    monitor.flush()
    text = write_page(tmp_path, {0: 0.5, 1: 0.25}).read_text()
    assert (tmp_path / PAGE).is_file()
    assert text.count("<svg") == 2
    assert "<td>0</td><td>3</td><td>0 to 2</td>" in text
    assert "<td>66.7%</td><td>25.0%</td>" in text  # tier 1: two of three dead, a quarter was expected
    assert "&lt;script&gt;gut" in text
    assert "<script" not in text
    assert "http" not in text.replace("http://www.w3.org", "").replace("http://purl.org", "").replace(
        "http://creativecommons.org", ""
    ).replace("https://matplotlib.org/", "")


def test_a_folder_without_completions_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="holds no completions of a run"):
        write_page(tmp_path)
