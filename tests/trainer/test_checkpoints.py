import pytest

from curriculum_kit.errors import ConfigInvalid, OutputOccupied
from curriculum_kit.storage import write_json
from trainer.checkpoints import MARK, checkpoints, mark_complete, resumable


def test_the_last_whole_checkpoint_counts(tmp_path):
    for step in (2, 10, 12):
        (tmp_path / f"checkpoint-{step}").mkdir()
    for step in (2, 10):
        mark_complete(tmp_path / f"checkpoint-{step}", step)
    (tmp_path / "checkpoint-best").mkdir()
    assert [folder.name for folder in checkpoints(tmp_path)] == ["checkpoint-2", "checkpoint-10"]

    write_json(tmp_path / MARK, {"seed": 1, "groups": 4})
    assert resumable(tmp_path, {"seed": 1, "groups": 4}, resume=True) == tmp_path / "checkpoint-10"
    with pytest.raises(ConfigInvalid, match="had groups 4, now it is 5; resume it as it was"):
        resumable(tmp_path, {"seed": 1, "groups": 5}, resume=True)
    with pytest.raises(OutputOccupied, match="pass --resume"):
        resumable(tmp_path, {"seed": 1, "groups": 4}, resume=False)


@pytest.mark.parametrize("resume", [True, False])
def test_a_run_without_checkpoints_begins(tmp_path, resume):
    assert resumable(tmp_path / "none", {"seed": 1}, resume) is None
