import json
import re
from pathlib import Path

import duckdb
import pytest

from curriculum_kit.errors import ConfigInvalid, NothingLeft, OutputOccupied, OutputUnwritable
from curriculum_kit.pipeline import group_shards
from curriculum_kit.pipeline.groups import GroupPlan, make_groups, open_texts, undo_groups
from curriculum_kit.pipeline.open import open_views
from curriculum_kit.storage import rows_in, sha256_of

PLAN = GroupPlan()


def run(folder: Path, writer, bouncer, plan: GroupPlan = PLAN, filler=None) -> dict:
    return make_groups(
        open_texts(folder, plan), plan, writer, filler or writer, bouncer, lambda *_: {"word_distance": 0.5}
    )


@pytest.fixture
def rewords(scripted, says):
    """Return a writer that words "What does picture 7 show?" in three ways."""

    def reply(ask):
        number = re.findall(r"\d+", ask.question)[0]
        return says(
            *(f"{start} picture {number}?" for start in ("What is in", "What do you see in", "Name what is in"))
        )

    return scripted(reply)


def rows(folder: Path, columns: str = "*") -> list[tuple]:
    files = sorted((folder / "shards").rglob("*.parquet"))
    return duckdb.sql(
        f"SELECT {columns} FROM read_parquet({list(map(str, files))}, hive_partitioning=false)"
    ).fetchall()


def test_the_hardest_tier_gets_groups_and_the_others_stay_as_they_are(curriculum, rewords, bouncer) -> None:
    before = {file: sha256_of(file) for file in (curriculum / "shards").rglob("*.parquet")}
    hardest = rows_in(curriculum / "shards/tier=2/part-00000.parquet")
    facts = run(curriculum, rewords, bouncer)
    assert facts["by_size"] == {"4": hardest}
    assert facts["full_share"] == 1
    assert facts["rows_added"] == 3 * hardest
    assert facts["by_writer"] == {
        "llm:scripted": {"proposed": 3 * hardest, "accepted": 3 * hardest, "nothing": 0, "rows": 3 * hardest}
    }
    changed = {file.parent.name for file, digest in before.items() if sha256_of(file) != digest}
    assert changed == {"tier=2"}
    seen = rows(curriculum, "tier, group_id, variant_id, question")
    assert [row[2] for row in seen if row[0] == 2] == [0, 1, 2, 3] * hardest
    for place in range(len(seen) - 4 * hardest, len(seen), 4):
        assert len({row[1] for row in seen[place : place + 4]}) == 1
        assert len({row[3] for row in seen[place : place + 4]}) == 4


def test_manifest_card_and_table_say_how_it_came_about(curriculum, rewords, bouncer) -> None:
    run(curriculum, rewords, bouncer)
    manifest = json.loads((curriculum / "manifest.json").read_text())
    for name, entry in manifest["files"].items():
        assert (sha256_of(curriculum / name), rows_in(curriculum / name)) == (entry["sha256"], entry["rows"])
    assert "wordings.parquet" in manifest["files"]
    assert manifest["groups"]["writer"] == "llm:scripted"
    card = (curriculum / "README.md").read_text()
    assert "## Question groups" in card
    assert "| llm:scripted | 75 | 75 | 75 |" in card
    _, _, database = open_views(curriculum)
    assert database.sql("SELECT count(*), count(variant_id) FROM wordings").fetchall() == [(75, 75)]


def test_undoing_gives_back_the_very_bytes(curriculum, rewords, bouncer, contents) -> None:
    before = contents(curriculum)
    run(curriculum, rewords, bouncer)
    assert undo_groups(curriculum) == 75
    assert contents(curriculum) == before
    with pytest.raises(ConfigInvalid, match="has no groups to take out"):
        undo_groups(curriculum)


def test_two_runs_give_the_same_bytes(curriculum, rewords, bouncer, contents) -> None:
    run(curriculum, rewords, bouncer)
    first = contents(curriculum)
    undo_groups(curriculum)
    run(curriculum, rewords, bouncer)
    assert contents(curriculum) == first


@pytest.mark.parametrize("step", ["write_text", "write_json"])
def test_a_run_that_fails_while_shards_change_places_is_undone(
    curriculum, rewords, bouncer, contents, monkeypatch, step: str
) -> None:
    before = contents(curriculum)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(group_shards, step, fail)
        with pytest.raises(OutputUnwritable, match="the disk is full"):
            run(curriculum, rewords, bouncer)
    assert contents(curriculum) == before


def test_a_run_killed_while_shards_change_places_is_undone_by_the_next(
    curriculum, rewords, bouncer, contents, monkeypatch
) -> None:
    before = contents(curriculum)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(group_shards, "write_json", die)
        patched.setattr(group_shards, "recover", lambda _: None)  # a killed process cleans nothing up
        with pytest.raises(KeyboardInterrupt):
            run(curriculum, rewords, bouncer)
    assert contents(curriculum) != before
    assert len(open_texts(curriculum, PLAN).texts) == 25
    assert contents(curriculum) == before
    assert run(curriculum, rewords, bouncer)["full_share"] == 1


def test_what_the_gate_refuses_leaves_a_smaller_group(curriculum, scripted, says, bouncer) -> None:
    facts = run(curriculum, scripted(lambda _: says("What is this?", "bad one")), bouncer)
    assert facts["by_size"] == {"2": 25}
    assert facts["full_share"] == 0
    assert facts["refused"]["changes_number"] == 3 * 25


def test_nothing_is_written_where_no_wording_passes(curriculum, scripted, says, bouncer, contents) -> None:
    before = contents(curriculum)
    with pytest.raises(NothingLeft, match="no question of tiers 2 got a further wording by llm:scripted"):
        run(curriculum, scripted(lambda _: says("bad")), bouncer)
    assert contents(curriculum) == before


def test_wrong_wishes_are_one_line(curriculum, tables, rewords, bouncer) -> None:
    with pytest.raises(ConfigInvalid, match=r"--tiers 7: there is no such tier; the curriculum has 0, 1, 2"):
        open_texts(curriculum, GroupPlan(tiers=(7,)))
    with pytest.raises(ConfigInvalid, match="3 wordings a group do not divide 8 rollouts"):
        open_texts(curriculum, GroupPlan(variants=3))
    with pytest.raises(ConfigInvalid, match="holds ingested questions, no curriculum"):
        open_texts(tables, PLAN)
    run(curriculum, rewords, bouncer)
    with pytest.raises(OutputOccupied, match="has groups of 4 by llm:scripted already; ckit groups --undo"):
        open_texts(curriculum, PLAN)


def test_a_build_does_not_undo_groups_unasked(curriculum, make, rewords, bouncer) -> None:
    run(curriculum, rewords, bouncer)
    with pytest.raises(OutputOccupied, match="holds question groups"):
        make()
    make(force=True)
    manifest = json.loads((curriculum / "manifest.json").read_text())
    assert "groups" not in manifest
    assert not (curriculum / "wordings.parquet").exists()


def test_all_tiers_can_have_groups(curriculum, rewords, bouncer) -> None:
    facts = run(curriculum, rewords, bouncer, GroupPlan(tiers=(0, 2)))
    assert facts["tiers"] == [0, 2]
    counts = {tier: sum(1 for row in rows(curriculum, "tier, variant_id") if row[0] == tier) for tier in (0, 1, 2)}
    assert counts[0] % 4 == counts[2] % 4 == 0
    assert counts[0] + counts[1] + counts[2] == 70 + facts["rows_added"]
