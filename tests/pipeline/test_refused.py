"""What cannot be built: one line that says what is wrong, before any work where that is possible."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curriculum_kit.errors import CkitError, EmbeddingsInvalid, NothingLeft
from curriculum_kit.pipeline.build import BuildSummary

Make = Callable[..., BuildSummary]


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"prompt": "thinkk"}, CkitError, "did you mean 'think'?"),
        ({"tiers": 71}, NothingLeft, "too few for 71 tiers"),
        ({"images": "embed"}, CkitError, "name their folder with --image-root"),
        ({"images": "embed", "image_root": Path("absent")}, CkitError, "image folder absent does not exist"),
        ({"embeddings": Path("absent.npz")}, CkitError, "absent.npz does not exist"),
        ({"embeddings": None, "text_model": "./absent"}, CkitError, "the folder './absent' does not exist"),
    ],
)
def test_what_cannot_be_built_says_so(
    options: dict[str, Any], error: type[CkitError], says: str, make: Make, tmp_path: Path
) -> None:
    with pytest.raises(error) as caught:
        make(**options)
    assert says in str(caught.value)
    assert not (tmp_path / "curriculum" / "manifest.json").exists()


def test_a_model_that_is_absent_fails_before_any_stage_runs(make: Make) -> None:
    stages: list[str] = []
    with pytest.raises(CkitError, match="does not exist"):
        make(embeddings=None, text_model="./absent", on_stage=lambda stage, _: stages.append(stage))
    assert stages == []


def test_vectors_that_lack_labels_are_refused_by_name(make: Make, tmp_path: Path) -> None:
    np.savez(tmp_path / "few.npz", labels=np.array(["gut", "liver"]), vectors=np.eye(2))
    with pytest.raises(EmbeddingsInvalid, match=r"lacks 6 of 8 labels \('gallbladder', 'heart', 'kidney', \.\.\.\)"):
        make(embeddings=tmp_path / "few.npz")
