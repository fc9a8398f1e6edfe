"""Doctor: a broken installation is a finding, not a traceback."""

import importlib.metadata
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from curriculum_kit import doctor
from curriculum_kit.doctor import Check, Health, examine
from curriculum_kit.errors import ModelUnavailable


def probe(monkeypatch: pytest.MonkeyPatch, look: Callable[[], str]) -> Check:
    monkeypatch.setattr(doctor, "_PROBES", (("thing", look),))
    return list(examine())[-1]


def raising(error: Exception) -> Callable[[], str]:
    def look() -> str:
        raise error

    return look


def requirements(monkeypatch: pytest.MonkeyPatch, *wanted: str) -> dict[str, Check]:
    """Return the checks for a distribution that asks for `wanted`."""
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: list(wanted))
    monkeypatch.setattr(doctor, "_PROBES", ())
    return {check.name: check for check in examine()}


def test_this_installation_is_sound_where_no_model_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_PROBES", tuple(p for p in doctor._PROBES if p[0] in {"duckdb", "faiss"}))
    checks = {check.name: check for check in examine()}
    assert {"python", "dependencies", "extra clip", "extra dev", "duckdb", "faiss"} <= checks.keys()
    assert [check for check in checks.values() if check.health is Health.BROKEN] == []
    assert checks["faiss"].detail.endswith("finds 1 for 1")


def test_a_probe_that_answers_is_ok(monkeypatch: pytest.MonkeyPatch) -> None:
    assert probe(monkeypatch, lambda: "1.0, works") == Check("thing", Health.OK, "1.0, works")


def test_an_error_of_ours_is_shown_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    found = probe(monkeypatch, raising(ModelUnavailable("no weights; run x")))
    assert found == Check("thing", Health.BROKEN, "no weights; run x")


def test_what_is_optional_and_not_there_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    found = probe(monkeypatch, raising(doctor.Absent("not there; install it")))
    assert found == Check("thing", Health.ABSENT, "not there; install it")


def test_without_open_clip_it_is_said_what_would_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    found = probe(monkeypatch, doctor._open_clip)
    assert found.health is Health.ABSENT
    assert found.detail == "--clip-model would fail; pip install -c constraints.txt 'curriculum-kit[clip]'"


def test_open_clip_and_the_weights_at_hand_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert probe(monkeypatch, doctor._open_clip).detail.startswith(f"{importlib.metadata.version('open_clip_torch')}, ")
    names = [f"ViT-B-{number}:tag" for number in range(7)]
    monkeypatch.setattr("curriculum_kit.encoders.clip.at_hand.weights_at_hand", lambda: names)
    found = probe(monkeypatch, doctor._clip_weights)
    assert found.health is Health.OK
    assert found.detail.endswith("network ViT-B-0:tag, ViT-B-1:tag, ViT-B-2:tag, ViT-B-3:tag, ViT-B-4:tag, and 2 more")


def test_without_weights_it_is_said_where_they_were_looked_for_and_that_none_was_fetched(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("curriculum_kit.encoders.clip.at_hand.weights_at_hand", list)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    found = probe(monkeypatch, doctor._clip_weights)
    assert found.health is Health.ABSENT
    assert found.detail.startswith(f"none in {tmp_path}, and none was fetched by looking; --clip-model takes a folder")


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ImportError("libcuda.so.1: cannot open\nmore"), "libcuda.so.1: cannot open"),
        (RuntimeError("operator torchvision::nms does not exist"), "operator torchvision::nms does not exist"),
        (ValueError(), "ValueError"),
        (OSError("x" * 1_000), "x" * 160),
    ],
)
def test_any_other_error_is_one_line_with_the_next_step(
    monkeypatch: pytest.MonkeyPatch, error: Exception, line: str
) -> None:
    found = probe(monkeypatch, raising(error))
    assert found == Check("thing", Health.BROKEN, f"{line}; install again with -c constraints.txt")


def test_a_version_outside_the_range_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    have = importlib.metadata.version("numpy")
    found = requirements(monkeypatch, "numpy<1", "pyarrow>=1")["dependencies"]
    assert (found.health, found.detail) == (
        Health.BROKEN,
        f"outside the tested range: numpy {have}; install with -c constraints.txt",
    )


def test_an_absent_dependency_is_broken_and_an_absent_extra_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = requirements(monkeypatch, "no-such-thing>=1", "numpy>=1", "no-such-extra; extra == 'clip'")
    assert checks["dependencies"].health is Health.BROKEN
    assert checks["dependencies"].detail == "lacks no-such-thing; pip install -c constraints.txt -e ."
    assert checks["extra clip"].health is Health.ABSENT
    assert checks["extra clip"].detail == ("lacks no-such-extra; pip install -c constraints.txt 'curriculum-kit[clip]'")


def test_a_wrong_version_in_an_extra_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert requirements(monkeypatch, "numpy<1; extra == 'clip'")["extra clip"].health is Health.BROKEN


def test_without_a_distribution_the_next_step_is_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "DISTRIBUTION", "no-such-distribution")
    monkeypatch.setattr(doctor, "_PROBES", ())
    found = list(examine())[-1]
    assert (found.name, found.health) == ("no-such-distribution", Health.BROKEN)
    assert found.detail.startswith("not installed as a distribution; run pip install")


def test_a_full_disk_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda folder: type("Usage", (), {"free": 4e8}))
    assert probe(monkeypatch, doctor._disk).detail.startswith("0.4 GB free in the working folder; a curriculum")


def test_every_requirement_of_ours_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_PROBES", ())
    shown = " ".join(check.detail for check in examine())
    wanted = [Requirement(text) for text in importlib.metadata.requires(doctor.DISTRIBUTION) or []]
    assert wanted
    assert [r.name for r in wanted if r.name not in shown] == []
