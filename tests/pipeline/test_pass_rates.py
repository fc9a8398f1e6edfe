"""Pass rates from a file: every format alike, and each mistake in one line."""

import json
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from curriculum_kit.errors import CkitError
from curriculum_kit.pipeline.pass_rates import load_pass_rates

ROWS = [("omni:001", 0.25), ("omni:2", 0.0), ("2024-01-02", 1.0), ("17", 0.125)]


def write(path: Path, rows: list[tuple[object, object]], names: tuple[str, str] = ("question_id", "pass_rate")) -> Path:
    objects = [dict(zip(names, row, strict=True)) for row in rows]
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(objects), path)
    elif path.suffix in (".csv", ".tsv"):
        mark = {".csv": ",", ".tsv": "\t"}[path.suffix]
        lines = [names, *([*map(str, row)] for row in rows)]
        path.write_text("".join(mark.join(line) + "\n" for line in lines))
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in objects))
    return path


def mistake(path: Path) -> str:
    with pytest.raises(CkitError) as caught:
        load_pass_rates(duckdb.connect(), path)
    return str(caught.value).replace(str(path.parent), "DIR")


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".tsv", ".jsonl", ".ndjson", ".CSV"])
def test_every_format_gives_the_same_ids_and_numbers(suffix: str, tmp_path: Path) -> None:
    database = duckdb.connect()
    path = tmp_path / f"rates of [it's]*{suffix}"
    assert load_pass_rates(database, write(path, ROWS) if suffix != ".CSV" else _upper(path)) == 4
    found = database.execute("SELECT question_id, pass_rate FROM rates").fetchall()
    assert sorted(found) == sorted(ROWS)


def _upper(path: Path) -> Path:
    return write(path.with_suffix(".csv"), ROWS).rename(path)


def test_further_columns_and_whole_numbers_do_not_matter(tmp_path: Path) -> None:
    table = pa.table({"tries": [8, 8], "pass_rate": pa.array([0, 1], pa.int64()), "question_id": [5, 6]})
    pq.write_table(table, tmp_path / "rates.parquet")
    pyarrow.csv.write_csv(table, tmp_path / "rates.csv")
    for name in ("rates.parquet", "rates.csv"):
        database = duckdb.connect()
        load_pass_rates(database, tmp_path / name)
        assert database.execute("SELECT question_id, pass_rate FROM rates ORDER BY 1").fetchall() == [
            ("5", 0),
            ("6", 1),
        ]


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".jsonl"])
def test_a_missing_column_is_named_with_its_likely_double(suffix: str, tmp_path: Path) -> None:
    path = write(tmp_path / f"rates{suffix}", ROWS, ("question_id", "passrate"))
    assert mistake(path) == (
        f"DIR/rates{suffix} has no column pass_rate (did you mean 'passrate'?); it has "
        f"{'passrate, question_id' if suffix == '.jsonl' else 'question_id, passrate'}; rename one"
    )


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (("a", 1.5), "pass_rate '1.5' of question 'a' lies outside 0 to 1 (such rows: 1)"),
        (("a", -0.1), "pass_rate '-0.1' of question 'a' lies outside 0 to 1"),
        (("17", 0.5), "more than once: 1, the first is '17', 2 times; give each question one row, the mean"),
        (("", 0.5), "rows without a question_id: 1; leave them out"),
    ],
)
@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".jsonl"])
def test_a_row_that_cannot_be(suffix: str, row: tuple[str, float], says: str, tmp_path: Path) -> None:
    assert says in mistake(write(tmp_path / f"rates{suffix}", [*ROWS, row]))


@pytest.mark.parametrize(
    ("cell", "says"), [("high", "'high' of question 'a' is no number"), ("", "of question 'a' is")]
)
def test_text_for_a_number(cell: str, says: str, tmp_path: Path) -> None:
    for suffix in (".csv", ".jsonl"):
        assert says in mistake(write(tmp_path / f"rates{suffix}", [*ROWS, ("a", cell)]))


def test_nan_and_null_are_no_pass_rates(tmp_path: Path) -> None:
    for given, says in (
        (float("nan"), "'nan' of question 'a' lies outside"),
        (float("inf"), "'inf' of question 'a' lies outside"),
        (None, "pass_rate of question 'a' is missing"),
    ):
        assert says in mistake(write(tmp_path / "rates.parquet", [*ROWS, ("a", given)]))


@pytest.mark.parametrize("name", ["empty.csv", "empty.jsonl", "empty.parquet", "head.csv"])
def test_an_empty_file_is_called_so(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if name == "head.csv":
        path.write_text("question_id,pass_rate\n")
    elif path.suffix == ".parquet":
        pq.write_table(
            pa.table({"question_id": pa.array([], pa.string()), "pass_rate": pa.array([], pa.float64())}), path
        )
    else:
        path.touch()
    assert mistake(path) == f"DIR/{name} is empty; give it a row per question with question_id and pass_rate"


def test_a_file_that_is_none(tmp_path: Path) -> None:
    assert mistake(tmp_path / "absent.csv") == "DIR/absent.csv does not exist; check --pass-rates"
    (tmp_path / "folder.csv").mkdir()
    assert mistake(tmp_path / "folder.csv") == "DIR/folder.csv is a folder; check --pass-rates"
    (tmp_path / "rates.xlsx").touch()
    assert "give pass rates as Parquet, CSV or JSON lines" in mistake(tmp_path / "rates.xlsx")
    for name, content in (
        ("cut.parquet", b"PAR1"),
        ("cut.jsonl", b'{"question_id": "a", "pa'),
        ("bin.csv", b"\xff\xfe\0"),
    ):
        (tmp_path / name).write_bytes(content)
        said = mistake(tmp_path / name)
        assert said.startswith(f"DIR/{name} ")
        assert "\n" not in said


def per_wording(path: Path, content: str) -> list[tuple[object, ...]]:
    path.write_text(content)
    database = duckdb.connect()
    load_pass_rates(database, path, per_wording=True)
    return database.execute("SELECT question_id, variant_id, pass_rate, rollouts FROM rates ORDER BY ALL").fetchall()


def test_wordings_and_rollouts_are_read_where_they_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    content = "question_id,variant_id,pass_rate,rollouts\na,0,0.5,8\na,1,0.19,16\nb,0.0,0.33,3\n"
    assert per_wording(path, content) == [("a", 0, 0.5, 8), ("a", 1, 0.19, 16), ("b", 0, 0.33, 3)]
    assert "question_ids that stand there more than once: 1, the first is 'a', 2 times" in mistake(path)
    assert per_wording(path, "question_id,pass_rate\na,0.5\n") == [("a", 0, 0.5, None)]
    lines = '{"question_id": "a", "pass_rate": 0.25, "variant_id": 2, "rollouts": 4}\n'
    assert per_wording(tmp_path / "rates.jsonl", lines) == [("a", 2, 0.25, 4)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("question_id,pass_rate,variant_id\na,1,-1\n", "variant_id '-1' of question 'a' is no whole number from 0 on"),
        ("question_id,pass_rate,variant_id\na,1,x\n", "variant_id 'x' of question 'a' is no whole number from 0 on"),
        ("question_id,pass_rate,rollouts\na,1,0\n", "rollouts '0' of question 'a' is no whole number from 1 on"),
        ("question_id,pass_rate,rollouts\na,1,2.5\nb,1,\n", "rollouts '2.5' of question 'a' is no whole number"),
        ("question_id,pass_rate,rollouts\na,0.4,8\n", "pass_rate '0.4' of question 'a' is no share of its rollouts"),
        ("question_id,pass_rate,variant_id\na,1,1\na,0,1.0\n", "pairs of question_id and variant_id that stand there"),
        ("question_id,pass_rate\na,1\na,0\n", "or tell its wordings apart by a column variant_id"),
    ],
)
def test_wordings_and_rollouts_that_cannot_be(content: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(CkitError) as caught:
        per_wording(tmp_path / "rates.csv", content)
    assert says in str(caught.value)
