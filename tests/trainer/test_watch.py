"""A run that is watched: completions beside their questions, figures in the logs, a page at the end."""

import json

import duckdb
import pytest
import yaml

from trainer.command import Asked, run


@pytest.fixture
def asked(tmp_path, write_curriculum, settings):
    """Return what asks for a run over 6 groups of 4 wordings, 8 completions each; other settings by name."""

    def ask(resume: bool = False, forecast: dict[int, float] | None = None, **others) -> Asked:
        curriculum = tmp_path / "c"
        if not curriculum.is_dir():
            write_curriculum(curriculum, (2, 2, 2))
        file = tmp_path / "train.yaml"
        file.write_text(yaml.safe_dump(settings | {"num_train_epochs": 1} | others))
        return Asked(curriculum, file, False, resume, False, forecast=forecast or {})

    return ask


def completions(output) -> list[tuple]:
    columns = "step, chunk, question_id, variant_id, completion, reward, advantage"
    return duckdb.sql(f"SELECT {columns} FROM '{output}/completions/*.parquet'").fetchall()


def test_every_completion_stands_beside_its_question(asked, tmp_path) -> None:
    result, said = run(asked(forecast={0: 0.25, 1: 0.25, 2: 0.25}, logging_strategy="steps", logging_steps=1))
    output = tmp_path / "out"
    rows = duckdb.sql(f"SELECT * FROM '{output}/completions/*.parquet' ORDER BY chunk").fetchall()
    assert len(rows) == 6 * 8
    counts = duckdb.sql(
        f"SELECT question_id, count(*), count(DISTINCT variant_id), count(DISTINCT chunk) "
        f"FROM '{output}/completions/*.parquet' GROUP BY 1"
    ).fetchall()
    assert {row[1:] for row in counts} == {(8, 4, 1)}
    tiers = duckdb.sql(f"SELECT DISTINCT chunk, tier FROM '{output}/completions/*.parquet' ORDER BY 1").fetchall()
    assert [tier for _, tier in tiers] == sorted(tier for _, tier in tiers)  # easy to hard
    logs = [json.loads(path.read_text())["log_history"] for path in output.glob("checkpoint-*/trainer_state.json")]
    names = {name for log in logs for entry in log for name in entry}
    assert {
        "tier_0/reward",
        "tier_2/dead",
        "tier_1/dead_forecast",
        "answer_liver/dead",
        "curriculum/difficulty",
    } <= names
    page = (output / "training.html").read_text()
    assert "<td>25.0%</td>" in page
    assert result["page"] == str(output / "training.html")
    assert said[-1] == f"its figures: {output / 'training.html'}"


def test_a_resumed_run_has_the_completions_of_one_that_was_not_interrupted(asked, tmp_path) -> None:
    run(asked(save_steps=1))
    output = tmp_path / "out"
    whole = completions(output)
    for folder in output.glob("checkpoint-*"):
        if folder.name != "checkpoint-1":
            for file in sorted(folder.rglob("*"), reverse=True):
                file.unlink() if file.is_file() else file.rmdir()
            folder.rmdir()
    run(asked(save_steps=1, resume=True))
    assert completions(output) == whole
