"""Paths: where the answer's text stands in them, and whether that tells it from the other options."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from curriculum_kit.audit.findings import Finding
from curriculum_kit.audit.path_text import path_findings
from curriculum_kit.benchmarks import reader_of
from curriculum_kit.enums import Severity
from curriculum_kit.pipeline.ingest import ingest

Make = Callable[..., duckdb.DuckDBPyConnection]


def at(path: str, answer: str, *choices: str, **other: Any) -> dict[str, Any]:
    return {"image_ids": [f"toy:{path}"], "unit_id": f"toy:{path}", "answer": answer, "choices": choices, **other}


def found_in(database: duckdb.DuckDBPyConnection) -> dict[str, Finding]:
    return {finding.what: finding for finding in path_findings(database)}


def test_the_answer_in_the_path(make_database: Make) -> None:
    rows = [at(f"Liver/{number}.png", "liver", "gut", "liver", "spleen", "lung") for number in range(10)]
    rows += [at("x.png", "spleen", "gut", "liver", "spleen", "lung")] * 10
    found = found_in(make_database(rows))
    leak = found["answer-in-path"]
    assert (leak.severity, leak.figure, leak.expected, leak.rows, leak.of) == (Severity.WARNING, 1.0, 0.25, 10, 20)
    assert leak.p_value == pytest.approx(3 * 0.25**10)
    assert leak.sentence == (
        "10 of 20 questions with an answer of 4 characters or more (50.0%) have the answer's text in the path of the "
        "image; the option that stands there is the right one in 100.0% (chance 25.0%)."
    )
    assert leak.evidence.slice(0, 1).to_pylist()[0] | {"name": ""} == {
        "name": "",
        "question_id": "q0",
        "image_id": "toy:Liver/0.png",
        "detail": "liver in Liver/0.png",
    }
    assert found.keys() == {"answer-in-path"}


def test_an_answer_written_with_dashes_is_found_once(make_database: Make) -> None:
    rows = [at(f"cystic-plate_{number}.png", "cystic plate", "cystic plate", "gall bladder") for number in range(20)]
    rows += [at("cystic plate.png", "cystic plate", "cystic plate", "gall bladder")] * 20
    found = found_in(make_database(rows))
    assert (found["answer-in-path"].rows, found["answer-in-path-letters"].rows) == (20, 20)


def test_options_that_stand_there_as_often_as_chance_has_it_are_clear(make_database: Make) -> None:
    # Every path names both options: to pick one of them is to guess.
    rows = [at(f"liver-or-spleen/{number}.png", "liver", "liver", "spleen") for number in range(50)]
    found = found_in(make_database(rows))
    assert found.keys() == {"answer-in-path"}
    assert found["answer-in-path"].severity is Severity.CLEAR
    # Every path names an option that is wrong as often as not.
    rows = [at(f"liver/{number}.png", ["liver", "spleen"][number % 2], "liver", "spleen") for number in range(50)]
    assert found_in(make_database(rows))["answer-in-path"].severity is Severity.CLEAR


def test_short_options_are_looked_for_nowhere_and_raise_no_alarm(make_database: Make) -> None:
    # Every path names a spleen, which is the answer to a quarter of the questions; "gut" is in none.
    answers = ["spleen", "gut", "eye", "arm"]
    rows = [at(f"spleen/{number}.png", answers[number % 4], *answers) for number in range(80)]
    found = found_in(make_database(rows))
    assert found["answer-in-path"].severity is Severity.CLEAR
    assert found["answer-in-path"].of == 20


def test_few_questions_raise_no_alarm(make_database: Make) -> None:
    rows = [at("liver.png", "liver", "gut", "liver", "lung", "spleen")] * 4
    assert found_in(make_database(rows))["answer-in-path"].severity is Severity.CLEAR


def test_ids_are_read_without_the_name_of_the_benchmark(make_database: Make) -> None:
    def named(number: int, unit: str) -> dict[str, Any]:
        row = at(f"{number}.png", "kidney", "kidney", "spleen")
        return row | {"benchmark": "kidney", "question_id": f"kidney-{number:02}", "unit_id": f"kidney:{unit}"}

    assert (
        found_in(make_database([named(number, "P1") for number in range(30)]))["answer-in-path"].severity
        is Severity.CLEAR
    )
    found = found_in(make_database([named(number, "Kidney 7") for number in range(30)]))
    assert found["answer-in-id"].evidence["detail"][0].as_py() == "kidney in 00 Kidney 7"


def test_open_answers_are_counted_without_chance(make_database: Make) -> None:
    found = found_in(make_database([at("liver.png", "liver")] * 3))
    assert (found["answer-in-path"].severity, found["answer-in-path"].rows) == (Severity.NOTE, 3)
    assert "no choices" in found["answer-in-path"].sentence


def test_what_cannot_be_looked_for_is_said(make_database: Make) -> None:
    (finding,) = path_findings(make_database([at("ct.png", "ct", "ct", "mri")]))
    assert (finding.severity, "4 characters" in finding.sentence) == (Severity.UNCHECKED, True)
    bare = found_in(make_database([at("x.png", "liver") | {"image_ids": []}]))
    assert bare["answer-in-path-not-looked-at"].severity is Severity.UNCHECKED
    assert path_findings(make_database([]))[0].severity is Severity.UNCHECKED


@pytest.mark.parametrize("answer", ["100%", "_'--", "%_%_", "肝臟在左側", "{a}{b}"])
def test_any_text_is_looked_for_as_it_is(make_database: Make, answer: str) -> None:
    rows = [at(f"{number} {answer}.png", answer, answer, "liver", "lung", "head") for number in range(9)]
    assert found_in(make_database(rows))["answer-in-path"].rows == 9


@pytest.mark.real_data
def test_the_paths_of_omnimedvqa(real_data: Path, tmp_path: Path) -> None:
    ingest(reader_of("omnimedvqa"), real_data / "omnimedvqa", tmp_path / "out")
    database = duckdb.connect()
    database.execute(f"CREATE TABLE everything AS FROM '{tmp_path}/out/questions.parquet'")
    database.execute("CREATE VIEW questions AS FROM everything")
    leak = found_in(database)["answer-in-path"]
    assert (leak.rows, leak.of, leak.evidence.num_rows) == (10_724, 53_018, 10_724)
    database.execute(
        "CREATE OR REPLACE VIEW questions AS FROM everything WHERE question_type = 'Anatomy Identification'"
    )
    anatomy = found_in(database)["answer-in-path"]
    assert (anatomy.rows, anatomy.of) == (7_400, 13_633)
