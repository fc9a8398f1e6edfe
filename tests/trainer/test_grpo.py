import numpy as np
import pytest

from curriculum_kit.errors import ConfigInvalid
from trainer.config import parse_config
from trainer.loading import load_processor
from trainer.plan import make_plan
from trainer.run import make_trainer, train


@pytest.fixture(scope="module")
def curriculum(tmp_path_factory, write_curriculum):
    """Three groups of four wordings, two of one, one of two; the last group of tier 0 has no image."""
    return write_curriculum(tmp_path_factory.mktemp("c"), (2, 2, 2))


def trained(curriculum, settings, notes, **changed):
    seen = notes()
    plan = make_plan(curriculum, parse_config(settings | changed))
    return plan, train(plan, observer=seen), seen.batches


@pytest.mark.parametrize("iterations", [1, 2])
def test_question_ids_come_in_the_order_of_the_schedule(curriculum, settings, notes, iterations):
    changed = {"num_iterations": iterations, "save_strategy": "no"} | ({"save_steps": 2} if iterations == 2 else {})
    plan, done, batches = trained(curriculum, settings, notes, **changed)
    names = [f"t{tier}g{number}" for tier in range(3) for number in range(2)]
    wanted = [[names[group] for group in groups for _ in range(8)] for groups in plan.schedule.order.tolist()]
    assert [[row["question_id"] for row in batch.rows] for batch in batches] == wanted
    # Four wordings, two completions of each, in every group.
    assert all([row["variant_id"] for row in batch.rows] == [0, 0, 1, 1, 2, 2, 3, 3] * 2 for batch in batches)
    assert [(batch.chunk, batch.step) for batch in batches] == [(n, n * iterations) for n in range(6)]
    assert done.steps == 6 * iterations


@pytest.mark.parametrize("scale", ["group", "none", "batch"])
def test_advantages_are_those_of_the_whole_group(curriculum, settings, notes, scale):
    changed = {"scale_rewards": scale, "num_train_epochs": 1, "save_strategy": "no"}
    _, _, batches = trained(curriculum, settings, notes, **changed)
    for batch in batches:
        rewards = np.array(batch.rewards["varied"]).reshape(-1, 8)
        assert rewards.std(axis=1).min() > 0
        gain = rewards - rewards.mean(axis=1, keepdims=True)
        spread = {
            "group": rewards.std(axis=1, ddof=1, keepdims=True) + 1e-4,
            "none": 1.0,
            "batch": rewards.std(ddof=1) + 1e-4,
        }[scale]
        np.testing.assert_allclose(batch.advantages, (gain / spread).ravel(), rtol=1e-4, atol=1e-5)


def test_figures_of_an_observer_are_logged(curriculum, settings, tmp_path):
    import json

    class Figures:
        def generated(self, batch):
            return {"tiers/seen": batch.rows[0]["tier"]}

    logged = {"logging_strategy": "steps", "logging_steps": 1, "save_steps": 6}
    plan = make_plan(curriculum, parse_config(settings | logged))
    train(plan, observer=Figures())
    state = json.loads((tmp_path / "out" / "checkpoint-6" / "trainer_state.json").read_text())
    # Three chunks an epoch, walked tier by tier over both epochs.
    assert [entry["tiers/seen"] for entry in state["log_history"]] == [0, 0, 1, 1, 2, 2]


def test_an_image_is_decoded_once_for_all_rollouts_of_its_group(curriculum, settings, notes):
    _, done, batches = trained(curriculum, settings, notes, save_strategy="no")
    rollouts = sum(len(batch.completions) for batch in batches)
    assert (rollouts, done.images_decoded) == (96, 12)


@pytest.mark.parametrize("images", ["paths", None])
def test_images_in_files_and_rows_without_any_are_trained_on(write_curriculum, tmp_path, settings, notes, images):
    curriculum = write_curriculum(tmp_path / "c", (2, 1), wordings=2, images=images)
    _, done, batches = trained(curriculum, settings, notes, num_train_epochs=1, save_strategy="no")
    assert done.images_decoded == (4 if images else 0)  # the last chunk is filled by a group that comes again
    assert len(batches) == 2


def test_rows_with_and_without_an_image_share_a_batch(write_curriculum, tmp_path, settings, notes):
    import pyarrow as pa
    import pyarrow.parquet as pq

    from curriculum_kit.schemas import schema_of

    curriculum = write_curriculum(tmp_path / "c", (2,), wordings=2)
    file = curriculum / "shards/tier=0/part-00000.parquet"
    rows = pq.read_table(file).to_pylist()
    pq.write_table(
        pa.Table.from_pylist([*rows[:2], *({**row, "images": []} for row in rows[2:])], schema_of("shard")), file
    )
    _, done, batches = trained(curriculum, settings, notes, num_train_epochs=1, save_strategy="no")
    assert (done.images_decoded, len(batches)) == (1, 1)


def test_rows_that_have_no_order_are_refused(curriculum, settings):
    from dataclasses import replace

    from trainer.grpo import CurriculumTrainer

    plan = make_plan(curriculum, parse_config(settings))
    course = make_trainer(plan, load_processor(plan))._course
    with pytest.raises(ConfigInvalid, match=r"rows are a IterableDataset, .* load a datasets\.Dataset"):
        CurriculumTrainer(course=replace(course, rows=course.rows.to_iterable_dataset()), model="unused")
