import json
import shutil

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curriculum_kit.datasets_features import datasets_metadata
from curriculum_kit.enums import Split
from curriculum_kit.errors import (
    ConfigInvalid,
    ModelUnavailable,
    NothingLeft,
    OutputOccupied,
    SourceNotFound,
    SourceUnreadable,
)
from curriculum_kit.pipeline.pass_rates import load_pass_rates
from curriculum_kit.schemas import schema_of
from curriculum_kit.storage import ParquetSink
from trainer.evaluate import Evaluation, evaluate
from trainer.results import Condition

RED, GREY = (255, 0, 0), (128, 128, 128)


def liver_where_red(name, colour, sample):
    """Right about q0, q1, q5, q8 with their image, about q9 without one, and about none with a blank one."""
    if name == "q2":
        return "I do not know."
    return f"<answer>{'B' if colour in (RED, None) else 'D' if name != 'q6' else 'A'}</answer>"


def test_accuracies_by_hand(curriculum, tmp_path, told):
    model = told(liver_where_red)
    done = evaluate(Evaluation("m", curriculum), tmp_path / "out", answerer=model)
    parts = {(part.part, part.of): part for part in done.parts}
    everything = parts["all", None]
    assert (everything.questions, everything.units, everything.chance) == (8, 4, 0.25)
    assert everything.accuracy[Condition.IMAGE].value == 5 / 8
    assert everything.accuracy[Condition.BLANK].value == 0.0
    # q9 has no image and so no blank one: 4 of the other 7 are won by seeing.
    assert everything.gain[Condition.BLANK].value == 4 / 7
    assert everything.unreadable == {Condition.IMAGE: 1 / 8, Condition.BLANK: 1 / 7}
    by_tier = {
        of: (part.questions, part.accuracy["image"].value) for (name, of), part in parts.items() if name == "tier"
    }
    assert by_tier == {"0": (3, 2 / 3), "1": (3, 1 / 3), "2": (2, 1.0)}
    by_answer = [
        (part.of, part.questions, part.accuracy["image"].value) for part in done.parts if part.part == "answer"
    ]
    assert by_answer == [("liver", 5, 1.0), ("gut", 1, 0.0), ("lung", 1, 0.0), ("spleen", 1, 0.0)]
    assert model.sizes == {(40, 20)}


def test_each_answer_is_a_row_and_pass_rates_are_read_by_the_other_commands(curriculum, tmp_path, told):
    def says(name, colour, sample):
        return "<answer>B</answer>" if sample < 2 else "<answer>A</answer>"

    asked = Evaluation("m", curriculum, samples=4, conditions=(Condition.IMAGE,))
    evaluate(asked, tmp_path / "out", answerer=told(says))
    database = duckdb.connect()
    rows = database.sql(
        f"SELECT question_id, sample, completion, chosen, \"right\" FROM '{tmp_path}/out/results.parquet' "
        "WHERE question_id IN ('q0', 'q4') AND sample IN (0, 3) ORDER BY ALL"
    ).fetchall()
    assert rows == [
        ("q0", 0, "<answer>B</answer>", 1, True),
        ("q0", 3, "<answer>A</answer>", 0, False),
        ("q4", 0, "<answer>B</answer>", 1, False),
        ("q4", 3, "<answer>A</answer>", 0, True),
    ]
    assert load_pass_rates(database, tmp_path / "out" / "pass_rates.parquet", per_wording=True) == 8
    rates = database.execute("SELECT pass_rate, rollouts, variant_id FROM rates ORDER BY question_id").fetchall()
    assert rates[:3] == [(0.5, 4, 0), (0.5, 4, 0), (0.0, 4, 0)]


def test_what_is_asked_of_whom(curriculum, tmp_path, told):
    def names_of(**asked):
        model = told(liver_where_red)
        evaluate(
            Evaluation("m", curriculum, batch_size=3, **asked), tmp_path / str(len(asked)), answerer=model, force=True
        )
        return model.batches

    assert names_of() == [
        ["q0", "q1", "q2"],
        ["q4", "q5", "q6"],
        ["q8"],
        ["q9"],
        ["q0", "q1", "q2"],
        ["q4", "q5", "q6"],
        ["q8"],
    ]
    only_image = {"conditions": (Condition.IMAGE,)}
    assert names_of(**only_image, split=Split.TRAIN) == [["q3", "q7"]]
    assert names_of(**only_image, tiers=(1, 2)) == [["q4", "q5", "q6"], ["q8"], ["q9"]]
    assert names_of(**only_image, limit=4) == [["q0", "q2", "q5"], ["q8"]]
    assert names_of(**only_image, wordings=True, tiers=(0,)) == [["q0", "q1", "q1"], ["q2"]]


def test_without_an_image_nothing_is_shown(curriculum, tmp_path, told):
    seen = set()

    def says(name, colour, sample):
        seen.add(colour)
        return "<answer>B</answer>"

    asked = Evaluation("m", curriculum, conditions=tuple(Condition), tiers=(0,))
    done = evaluate(asked, tmp_path / "out", answerer=told(says))
    assert seen == {RED, GREY, None}
    assert set(done.parts[0].gain) == {Condition.BLANK, Condition.NO_IMAGE}


def test_a_run_that_was_killed_goes_on_where_it_stopped(curriculum, tmp_path, told):
    asked = Evaluation("m", curriculum, batch_size=3, samples=2)
    whole = told(liver_where_red)
    evaluate(asked, tmp_path / "whole", answerer=whole)
    first = told(liver_where_red, fails_after=3)
    with pytest.raises(KeyboardInterrupt):
        evaluate(asked, tmp_path / "killed", answerer=first)
    with (tmp_path / "killed" / ".ckit" / "answers.jsonl").open("ab") as stream:
        stream.write(b'[["<answer>')  # what a kill in the middle of a write leaves
    second = told(liver_where_red)
    evaluate(asked, tmp_path / "killed", answerer=second)
    assert first.batches + second.batches == whole.batches
    assert first.seeds + second.seeds == whole.seeds
    assert len(set(whole.seeds)) == len(whole.seeds)
    assert (tmp_path / "killed/results.parquet").read_bytes() == (tmp_path / "whole/results.parquet").read_bytes()
    third = told(liver_where_red)
    again = evaluate(asked, tmp_path / "killed", answerer=third)
    assert third.batches == []
    assert again.parts == evaluate(asked, tmp_path / "whole", answerer=third).parts


def test_answers_to_another_question_are_not_mixed_in(curriculum, tmp_path, told):
    evaluate(Evaluation("m", curriculum), tmp_path / "out", answerer=told(liver_where_red))
    other = Evaluation("m", curriculum, seed=1, max_tokens=9)
    with pytest.raises(OutputOccupied, match="asked for with another max_tokens, seed; choose another -o"):
        evaluate(other, tmp_path / "out", answerer=told(liver_where_red))
    model = told(liver_where_red)
    evaluate(other, tmp_path / "out", answerer=model, force=True)
    assert sum(map(len, model.batches)) == 15
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert (manifest["kind"], manifest["settings"]["seed"]) == ("evaluation", 1)


def test_missing_images_are_named_before_anything_is_asked(curriculum, tmp_path, told):
    for name in ("q1", "q3", "q8"):
        (curriculum / "images" / f"{name}.png").unlink()
    model = told(liver_where_red)
    with pytest.raises(SourceNotFound, match=r"2 of 8 questions lack an image below .*images: q1\.png, q8\.png; name"):
        evaluate(Evaluation("m", curriculum), tmp_path / "out", answerer=model)
    assert model.batches == []
    assert not (tmp_path / "out").exists()


def test_embedded_images_need_no_folder(curriculum, tmp_path, told):
    for file in sorted(curriculum.glob("shards/*/*.parquet")):
        rows = pq.ParquetFile(file).read().to_pylist()
        for image in (image for row in rows for image in row["images"]):
            image["bytes"] = (curriculum / "images" / image["path"]).read_bytes()
        with ParquetSink(file, "shard", datasets_metadata(schema_of("shard"), decode_images=True)) as sink:
            sink.write(pa.Table.from_pylist(rows, schema_of("shard")))
    shutil.rmtree(curriculum / "images")
    done = evaluate(Evaluation("m", curriculum), tmp_path / "out", answerer=told(liver_where_red))
    assert done.parts[0].accuracy[Condition.IMAGE].value == 5 / 8


def test_an_image_that_does_not_decode_is_named(curriculum, tmp_path, told):
    (curriculum / "images" / "q4.png").write_bytes(b"no picture")
    with pytest.raises(SourceUnreadable, match=r"q4\.png does not decode"):
        evaluate(Evaluation("m", curriculum), tmp_path / "out", answerer=told(liver_where_red))


def test_images_are_bounded_and_blank_ones_have_their_size(curriculum, tmp_path, told):
    model = told(liver_where_red)
    evaluate(Evaluation("m", curriculum, max_pixels=200), tmp_path / "out", answerer=model)
    assert model.sizes == {(20, 10)}


def test_splits_and_tiers_that_hold_nothing(curriculum, tmp_path):
    with pytest.raises(NothingLeft, match=r"no question of split validation; it has test \(9 rows\), train \(2 rows\)"):
        evaluate(Evaluation("m", curriculum, split=Split.VALIDATION), tmp_path / "out")
    with pytest.raises(ConfigInvalid, match=r"--tiers 3 is not there; .* has tiers 0 to 2"):
        evaluate(Evaluation("m", curriculum, tiers=(0, 3)), tmp_path / "out")
    with pytest.raises(NothingLeft, match="no question of split train in these tiers"):
        evaluate(Evaluation("m", curriculum, split=Split.TRAIN, tiers=(2,)), tmp_path / "out")


def test_numbers_that_cannot_be(curriculum):
    with pytest.raises(ConfigInvalid, match="4 samples at temperature 0 are all the same"):
        Evaluation("m", curriculum, samples=4, temperature=0)
    with pytest.raises(ConfigInvalid, match="--temperature -1 lies outside"):
        Evaluation("m", curriculum, temperature=-1)
    with pytest.raises(ConfigInvalid, match="--max-pixels 0 must be 1 or more"):
        Evaluation("m", curriculum, max_pixels=0)


def test_a_model_that_does_not_exist_leaves_no_folder(curriculum, tmp_path):
    with pytest.raises(ModelUnavailable, match=r"the model folder './absent' does not exist"):
        evaluate(Evaluation("./absent", curriculum), tmp_path / "out")
