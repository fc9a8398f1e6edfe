"""Whole runs that are paced by what the model passes: the tiny model passes by the parity of what it wrote."""

import json
import zlib

import pytest
import yaml

from curriculum_kit.enums import Arm
from curriculum_kit.errors import ConfigInvalid
from trainer.command import Asked, run


@pytest.fixture
def paced(tmp_path, write_curriculum, settings, monkeypatch):
    """Return what runs 6 chunks over 3 tiers of 4 groups, paced: (rule, resume); it gives the questions by step."""
    import trainer.rewards

    def accuracy(completions, **_):
        return [float(zlib.crc32(each[-1]["content"].encode()) % 3 > 0) for each in completions]

    monkeypatch.setattr(trainer.rewards, "accuracy", accuracy)
    write_curriculum(tmp_path / "c", (4, 4, 4))

    def go(pacing: dict, resume: bool = False, arm: Arm = Arm.GRPO, **others):
        section = {"rewards": {"accuracy": 1.0}, "pacing": pacing}
        config = settings | {"num_train_epochs": 1, "save_steps": 1, "curriculum": section} | others
        (tmp_path / "train.yaml").write_text(yaml.safe_dump(config))
        result, _ = run(Asked(tmp_path / "c", tmp_path / "train.yaml", False, resume, False, arm))
        return result

    return go


def asked(output) -> list[tuple[int, str]]:
    import duckdb

    return duckdb.sql(
        f"SELECT DISTINCT chunk, question_id FROM '{output}/completions/*.parquet' ORDER BY ALL"
    ).fetchall()


@pytest.mark.parametrize("pacing", [{"rule": "threshold", "at": 0.1, "window": 1}, {"rule": "adarft", "eta": 0.3}])
def test_a_paced_run_is_exact_on_resume(paced, tmp_path, pacing) -> None:
    paced(pacing)
    output = tmp_path / "out"
    whole = asked(output)
    rates = json.loads((output / "checkpoint-6" / "pacing.json").read_text())["rates"]
    assert len(rates) == 6
    assert any(rate > 0 for rate in rates)
    if pacing["rule"] == "threshold":
        # Chunk t is decided by the rates up to t - 2: a pass of chunk 0 or 1 shows in chunk 2 or 3 at the earliest.
        tiers = [int(question[1]) for _, question in whole]
        assert tiers[:4] == [0] * 4
        assert tiers == sorted(tiers)
        assert max(tiers) > 0
    for number in (3, 4, 5, 6):
        for file in (output / f"checkpoint-{number}").iterdir():
            file.unlink()
        (output / f"checkpoint-{number}").rmdir()
    paced(pacing, resume=True)
    assert asked(output) == whole
    assert json.loads((output / "checkpoint-6" / "pacing.json").read_text())["rates"] == rates


def test_supervised_training_cannot_be_paced(paced) -> None:
    with pytest.raises(ConfigInvalid, match="supervised training has no pass rates"):
        paced({"rule": "threshold"}, arm=Arm.SFT)


def test_dead_groups_give_way_to_others_of_their_tier(tmp_path, write_curriculum, settings, monkeypatch) -> None:
    import duckdb

    import trainer.rewards

    def accuracy(completions, *, question_id, **_):
        # Whoever is asked about the first group of a tier never earns anything: it is always dead.
        return [
            0.0 if name.endswith("g0") else zlib.crc32(f"{place}{each[-1]['content']}".encode()) % 8 / 8
            for place, (each, name) in enumerate(zip(completions, question_id, strict=True))
        ]

    monkeypatch.setattr(trainer.rewards, "accuracy", accuracy)
    write_curriculum(tmp_path / "c", (4, 4))
    logs = {"logging_strategy": "steps", "logging_steps": 1}
    section = {"rewards": {"accuracy": 1.0}, "refill": 2}
    config = settings | logs | {"num_train_epochs": 1, "save_steps": 1, "curriculum": section}
    (tmp_path / "train.yaml").write_text(yaml.safe_dump(config))
    run(Asked(tmp_path / "c", tmp_path / "train.yaml", False, False, False))
    output = tmp_path / "out"
    groups = duckdb.sql(
        f"SELECT chunk, tier, question_id, bool_and(dead), count(*) FROM '{output}/completions/*.parquet' "
        "GROUP BY ALL ORDER BY chunk"
    ).fetchall()
    assert {row[4] for row in groups} == {8}
    assert [row[1] for row in groups] == [0] * 4 + [1] * 4  # the order of the tiers is kept
    assert not any(row[3] for row in groups)
    assert not any(row[2].endswith("g0") for row in groups)  # both gave way
    state = json.loads((output / "checkpoint-4" / "trainer_state.json").read_text())["log_history"]
    asked_anew = [entry["refill/asked"] for entry in state if "refill/asked" in entry]
    assert sum(asked_anew) >= 2
