"""Pictures: what is drawn where, and what cannot be drawn."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curriculum_kit import charts
from curriculum_kit.charts import COLOURS, check_picture, difficulty_curve, plan_chart, spread
from curriculum_kit.errors import CkitError

X = np.array([0.0, 0.5, 1.0])
CURVES = {"ordered": (X, np.array([0.2, 0.4, 0.7])), "random": (X, np.array([0.61, 0.6, 0.69]))}


def row(channel: str, options: int, bound: float | None, span: tuple[float, float], gain: float) -> dict[str, Any]:
    ends = {"lowest": span[0], "highest": span[1], "gain_at_lowest": gain, "gain_at_highest": gain}
    return {"channel": channel, "options": options, "max_gain": bound, **ends}


PLAN = [
    row(channel, options, bound, span, gain)
    for channel in ("fused", "clip_text")
    for options in (2, 4)
    for bound, span, gain in ((0.0, (0.4, 0.6), 0.0), (1.0, (0.2, 0.8), 0.25), (None, (0.2, 0.8), 0.36))
]


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Return the list that figures are added to, instead of being written."""
    kept: list[Any] = []
    monkeypatch.setattr(charts, "_save", lambda figure, _: kept.append(figure))
    return kept


def test_a_line_per_curve_and_its_name_at_its_end(figures: list[Any], tmp_path: Path) -> None:
    difficulty_curve(CURVES, tmp_path / "curve.png")
    (axis,) = figures[0].axes
    assert [line.get_ydata().tolist() for line in axis.lines] == [y.tolist() for _, y in CURVES.values()]
    assert [line.get_color() for line in axis.lines] == list(COLOURS[:2])
    assert [(text.get_text(), text.xy, text.get_color()) for text in axis.texts] == [
        ("ordered", (1, 0.7), COLOURS[0]),
        ("random", (1, 0.69), COLOURS[1]),
    ]
    # A hundredth apart is too near for two lines of text.
    places = [text.xyann[1] for text in axis.texts]
    assert places == pytest.approx([0.695 + 0.0225, 0.695 - 0.0225])
    assert (axis.get_ylim(), axis.get_ylabel()) == ((0, 1), "mean S(q)")


def test_a_panel_per_channel_and_a_band_per_number_of_options(figures: list[Any], tmp_path: Path) -> None:
    plan_chart(PLAN, 0.03, tmp_path / "plan.png")
    fused, clip = figures[0].axes
    assert [axis.get_title() for axis in (fused, clip)] == ["fused", "clip_text"]
    assert len(fused.collections) == len(clip.collections) == 2
    named = {line.get_label(): line for line in clip.lines if not line.get_label().startswith("_")}
    assert list(named) == ["2 options", "4 options", "each question on its own", "bound asked for, 0.03"]
    highest = named["2 options"]
    gains, values = (np.asarray(data) for data in (highest.get_xdata(), highest.get_ydata()))
    # From 0.6 without a gain to 0.8 with 0.25, and no higher than that.
    assert np.interp([0, 0.125, 0.25, 0.3], gains, values) == pytest.approx([0.6, 0.7, 0.8, 0.8], abs=0.001)
    alone = [line for line in fused.lines if line.get_linestyle() == "--"]
    assert [line.get_xydata().tolist() for line in alone] == [[[0.36, 0.2], [0.36, 0.8]]] * 2


@pytest.mark.parametrize(("name", "start"), [("a.png", b"\x89PNG"), ("a.svg", b"<?xml"), ("a.PDF", b"%PDF")])
def test_the_ending_says_what_is_written(name: str, start: bytes, tmp_path: Path) -> None:
    difficulty_curve(CURVES, tmp_path / name)
    plan_chart(PLAN, 0.03, tmp_path / f"plan-{name}")
    assert (tmp_path / name).read_bytes().startswith(start)
    assert (tmp_path / f"plan-{name}").read_bytes().startswith(start)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, f"plan-{name}"])


def test_equal_pictures_are_equal_in_bytes(tmp_path: Path) -> None:
    for name in ("one.png", "other.png"):
        difficulty_curve(CURVES, tmp_path / name)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "other.png").read_bytes()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("curve.bmp", "has no ending of a picture; call it .png, .svg or .pdf"),
        ("curve", "has no ending of a picture"),
        ("absent/curve.png", "does not exist; make it, or choose another"),
    ],
)
def test_a_file_that_cannot_be_a_picture(name: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(CkitError, match=says):
        difficulty_curve(CURVES, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_without_matplotlib_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for draw in (
        lambda file: difficulty_curve(CURVES, file),
        lambda file: plan_chart(PLAN, 0.03, file),
        check_picture,
    ):
        with pytest.raises(CkitError, match=r"needs matplotlib, which is not installed; pip install 'curriculum-kit"):
            draw(tmp_path / "curve.png")


@pytest.mark.parametrize(
    ("wanted", "gap", "places"),
    [
        ([0.2, 0.8], 0.1, [0.2, 0.8]),
        ([0.8, 0.2], 0.1, [0.8, 0.2]),
        ([0.5, 0.5], 0.2, [0.4, 0.6]),
        ([0.5, 0.5, 0.52], 0.1, [0.4067, 0.5067, 0.6067]),
        ([1.0, 1.0], 0.2, [0.8, 1.0]),
        ([0.0, 0.0, 0.0], 0.9, [0.0, 0.5, 1.0]),
        ([], 0.1, []),
    ],
)
def test_labels_move_apart_as_little_as_they_can(wanted: list[float], gap: float, places: list[float]) -> None:
    assert spread(wanted, gap) == pytest.approx(places, abs=1e-4)


@given(st.lists(st.floats(0, 1), max_size=30))
def test_labels_never_stand_upon_each_other(wanted: list[float]) -> None:
    places = spread(wanted)
    assert ((places >= -1e-9) & (places <= 1 + 1e-9)).all()
    gap = min(0.045, 1 / max(len(wanted) - 1, 1))
    assert (np.diff(np.sort(places)) >= gap - 1e-9).all()
    order = np.argsort(wanted, kind="stable")
    assert (np.diff(places[order]) > 0).all()
