"""Pictures: S(q) over a curriculum, and what drawn options can have.

Reads arrays and the rows of a plan; writes an image, whose kind the file's ending says. Needs matplotlib, which the
extra `report` installs.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from curriculum_kit.errors import ConfigInvalid, SourceNotFound

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
"""Okabe and Ito's: told apart with any colour vision, and in print."""

_STAMPS: Mapping[str, dict[str, Any]] = {
    "png": {"Software": None},
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
}
"""The endings that are known, and what would make two equal pictures differ."""

_GREY = "#666666"
_LABEL_GAP = 0.045
"""Between labels at the ends of lines, as a share of the axis: a line of text."""

_GAINS = (0.0, 0.01, 0.03, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)


def check_picture(file: Path) -> None:
    """Raise a `CkitError` where no picture can be drawn to a file: an unknown ending, no folder, no matplotlib."""
    if file.suffix.lstrip(".").lower() not in _STAMPS:
        raise ConfigInvalid(f"{file} has no ending of a picture; call it .png, .svg or .pdf")
    if not file.parent.is_dir():
        raise SourceNotFound(f"the folder of {file} does not exist; make it, or choose another")
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise ConfigInvalid(
            "a picture needs matplotlib, which is not installed; pip install 'curriculum-kit[report]'"
        ) from None


def difficulty_curve(curves: Mapping[str, tuple[Floats, Floats]], file: Path) -> None:
    """Draw S(q) over one or more curricula, each line with its name at its end.

    `curves` maps a name to x, the share of the curriculum from 0 to 1, and y, the mean S(q) there, as
    `pipeline.curves.curve_of` gives them. Raises what `check_picture` does, and `OSError` where the file cannot be
    written.
    """
    check_picture(file)
    figure, (axis,) = _figure(width=8.0, height=4.5, panels=1)
    for colour, (x, y) in zip(_colours(len(curves)), curves.values(), strict=True):
        axis.plot(x, y, color=colour, linewidth=1.8)
    axis.set(xlim=(0, 1), ylim=(0, 1), xlabel="share of the curriculum", ylabel="mean S(q)")
    axis.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    ends = [float(y[-1]) for _, y in curves.values()]
    for colour, name, end, place in zip(_colours(len(curves)), curves, ends, spread(ends), strict=True):
        axis.annotate(
            name,
            xy=(1, end),
            xytext=(1.03, place),
            xycoords=("axes fraction", "data"),
            textcoords=("axes fraction", "data"),
            color=colour,
            va="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.8, "shrinkA": 1, "shrinkB": 0},
        )
    _save(figure, file)


def plan_chart(rows: Sequence[Mapping[str, Any]], max_gain: float, file: Path) -> None:
    """Draw the span of mean S(q) over the bound on the blind gain: a panel per channel, a band per number of options.

    `rows` are those of `choice_design.plan.PLAN`. What each question on its own would have are hollow points; a line
    marks `max_gain`, the bound that was asked for. Raises what `difficulty_curve` does.
    """
    check_picture(file)
    channels = list(dict.fromkeys(row["channel"] for row in rows))
    sizes = sorted({row["options"] for row in rows})
    widest = max(max(row["gain_at_lowest"], row["gain_at_highest"], max_gain) for row in rows)
    figure, axes = _figure(width=2.4 + 4.8 * len(channels), height=4.8, panels=len(channels))
    for axis, channel in zip(axes, channels, strict=True):
        # Between 0 and 0.1 lies what one would ask for, beyond what one would not: the root of the gain is drawn.
        axis.set_xscale("function", functions=(_root, np.square))
        axis.set(
            xlim=(0, min(widest * 1.15, 1.0)), ylim=(0, 1), title=channel, xlabel="blind gain of the options, at most"
        )
        axis.set_xticks([gain for gain in _GAINS if gain <= widest * 1.15], minor=False)
        axis.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axis.axvline(max_gain, color=_GREY, linewidth=1, linestyle=":")
        for colour, size in zip(_colours(len(sizes)), sizes, strict=True):
            own = [row for row in rows if (row["channel"], row["options"]) == (channel, size)]
            _band(axis, own, colour, f"{size} options")
    axes[0].set_ylabel("mean S(q) that a tier can have")
    axes[-1].plot([], [], "o", markerfacecolor="none", color=_GREY, linestyle="--", label="each question on its own")
    axes[-1].plot([], [], color=_GREY, linewidth=1, linestyle=":", label=f"bound asked for, {max_gain:g}")
    axes[-1].legend(loc="center left", bbox_to_anchor=(1.02, 0.5), frameon=False)
    _save(figure, file)


def _band(axis: Axes, rows: Sequence[Mapping[str, Any]], colour: str, label: str) -> None:
    """Draw what one number of options can have, and beside it the draw of each question on its own."""
    bounded = [row for row in rows if row["max_gain"] is not None]
    low, high = ([row[name] for row in bounded] for name in ("lowest", "highest"))
    # What a search has found may give away a hair less under a laxer bound.
    at_low, at_high = (
        np.maximum.accumulate([row[name] for row in bounded]) for name in ("gain_at_lowest", "gain_at_highest")
    )
    gains = np.linspace(0, axis.get_xlim()[1] ** 0.5, 400) ** 2
    # Beyond what the best draw gives away, a laxer bound changes nothing; mixtures of two draws lie between them.
    axis.fill_between(gains, np.interp(gains, at_low, low), np.interp(gains, at_high, high), color=colour, alpha=0.08)
    for place, (x, y) in enumerate(((at_high, high), (at_low, low))):
        axis.plot(gains, np.interp(gains, x, y), color=colour, linewidth=1.6, label=None if place else label)
        axis.plot(x, y, ".", color=colour, markersize=5)
    for row in rows:
        if row["max_gain"] is None:
            ends = [row["gain_at_lowest"], row["gain_at_highest"]], [row["lowest"], row["highest"]]
            axis.plot(*ends, "o", linestyle="--", linewidth=1, color=colour, markerfacecolor="none", markersize=7)


def _root(gain: Floats) -> Floats:
    root: Floats = np.sqrt(np.maximum(gain, 0))
    return root


def spread(wanted: Sequence[float], gap: float = _LABEL_GAP) -> Floats:
    """Return places from 0 to 1 as near the wanted ones as can be, in the same order and no two nearer than the gap.

    The sum of squared moves is the least (isotonic regression of the places less the gaps below them). More than fit
    with that gap stand evenly.

    >>> spread([0.5, 0.5, 0.9], gap=0.1).round(3).tolist()
    [0.45, 0.55, 0.9]
    """
    from scipy.optimize import isotonic_regression

    gap = min(gap, 1 / max(len(wanted) - 1, 1))
    order = np.argsort(wanted, kind="stable")
    below = gap * np.arange(len(wanted))
    moved = np.clip(isotonic_regression(np.asarray(wanted, float)[order] - below).x, 0, 1 - below[-1:].sum())
    places = np.empty(len(wanted))
    places[order] = moved + below
    return places


def _colours(count: int) -> list[str]:
    return [COLOURS[number % len(COLOURS)] for number in range(count)]


def _figure(width: float, height: float, panels: int) -> tuple[Figure, list[Axes]]:
    """Return a figure of so many inches with panels beside each other that share their y-axis."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=150, layout="constrained")
    axes: list[Axes] = figure.subplots(1, panels, sharey=True, squeeze=False)[0].tolist()
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(axis="y", color="#e5e5e5", linewidth=0.8)
        axis.set_axisbelow(True)
    return figure, axes


def _save(figure: Figure, file: Path) -> None:
    """Write a figure whole or not at all; equal figures are equal in bytes."""
    kind = file.suffix.lstrip(".").lower()
    drawn = io.BytesIO()
    figure.savefig(drawn, format=kind, metadata=_STAMPS[kind])
    temporary = file.with_name(f".{file.name}.part")
    temporary.write_bytes(drawn.getvalue())
    temporary.replace(file)
