"""The page of a run: the paper's two figures (reward and S(q) over steps; dead groups per answer) and a table.

Reads `completions/*.parquet` of an output folder; writes one self-contained `training.html` there. The figures need
matplotlib, which the extra `report` installs; without it the page holds the tables alone.
"""

from __future__ import annotations

import html
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from curriculum_kit.errors import SourceNotFound
from curriculum_kit.storage import write_text
from trainer.records import FOLDER

PAGE = "training.html"

_TIERS = ("#0072b2", "#e69f00", "#d55e00", "#009e73", "#cc79a7")
"""Okabe and Ito's: told apart with any colour vision."""

_GREY = "#808080"  # read on white and on black
_MOST_ANSWERS = 12

_GROUPS = """
    SELECT any_value(step) AS step, any_value(tier) AS tier, any_value(difficulty) AS difficulty,
        any_value(answer) AS answer, avg(reward) AS reward, avg(rewards['accuracy']) AS accuracy,
        bool_and(dead) AS dead, count(*) AS rollouts, count(DISTINCT variant_id) AS wordings, avg(length) AS length
    FROM read_parquet(?) GROUP BY chunk, group_id
"""


def write_page(output: Path, forecast: Mapping[int, float] | None = None) -> Path:
    """Write the page of a run and return where it lies; `forecast` has the expected share of dead groups per tier.

    Raises `SourceNotFound` where the folder holds no completions.
    """
    parts = sorted(map(str, (output / FOLDER).glob("part-*.parquet")))
    if not parts:
        raise SourceNotFound(f"{output} holds no completions of a run; train there first")
    database = duckdb.connect()
    database.execute(f"CREATE TABLE groups AS {_GROUPS}", [parts])
    body = "\n".join(_body(database, forecast or {}))
    write_text(output / PAGE, _SHELL.replace("{{body}}", body))
    return output / PAGE


def _body(database: duckdb.DuckDBPyConnection, forecast: Mapping[int, float]) -> Iterator[str]:
    count, steps, reward = database.execute("SELECT count(*), max(step) + 1, avg(reward) FROM groups").fetchall()[0]
    yield f"<h1>Training</h1><p>{count:,} groups in {steps:,} steps; mean reward {reward:.3f}.</p>"
    tiers = database.execute(
        "SELECT tier, count(*), min(step), max(step), avg(difficulty), avg(reward), avg(accuracy), avg(dead::INT), "
        "avg(length) FROM groups GROUP BY 1 ORDER BY 1"
    ).fetchall()
    names = (
        "tier",
        "groups",
        "steps",
        "S(q)",
        "reward",
        "accuracy",
        "dead",
        *(["forecast"] if forecast else []),
        "tokens",
    )
    yield _table(names, [_tier_cells(row, forecast) for row in tiers])
    answers = database.execute(
        "SELECT answer, count(*) AS n, avg(dead::INT), avg(accuracy) FROM groups GROUP BY 1 ORDER BY n DESC, 1 LIMIT ?",
        [_MOST_ANSWERS],
    ).fetchall()
    curve = database.execute(
        "SELECT step, avg(reward), avg(difficulty), any_value(tier) FROM groups GROUP BY 1 ORDER BY 1"
    ).fetchall()
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        yield "<p>The figures need matplotlib: pip install 'curriculum-kit[report]'.</p>"
    else:
        yield "<h2>Reward and S(q) over steps</h2>" + _curve_figure(curve)
        yield "<h2>Dead groups per answer</h2><p>Groups whose rollouts all earned the same have no gradient.</p>"
        yield _dead_figure(answers)
    rows = [(label, f"{n:,}", f"{dead:.1%}", _share(right)) for label, n, dead, right in answers]
    yield _table(("answer", "groups", "dead", "accuracy"), rows)


def _tier_cells(row: Sequence[Any], forecast: Mapping[int, float]) -> list[str]:
    tier, count, first, last, difficulty, reward, right, dead, length = row
    cells = [str(tier), f"{count:,}", f"{first} to {last}", f"{difficulty:.3f}", f"{reward:.3f}", _share(right)]
    expected = [_share(forecast.get(tier))] if forecast else []
    return [*cells, f"{dead:.1%}", *expected, f"{length:.0f}"]


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"


def _table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<div class=wide><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def _curve_figure(curve: Sequence[Sequence[Any]]) -> str:
    """Draw the mean reward of each step and, below, the mean S(q), points in the colour of the tier."""
    figure, (above, below) = _figure(2, 4.6)
    steps, rewards, difficulties, tiers = zip(*curve, strict=True)
    above.plot(steps, rewards, color=_GREY, linewidth=0.8)
    above.plot(steps, _smoothed(rewards), color=_TIERS[0], linewidth=2)
    above.set_ylabel("mean reward")
    for tier in sorted(set(tiers)):
        own = [(step, value) for step, value, of in zip(steps, difficulties, tiers, strict=True) if of == tier]
        below.plot(*zip(*own, strict=True), ".", color=_TIERS[tier % len(_TIERS)], label=f"tier {tier}")
    below.set(xlabel="step", ylabel="mean S(q)", ylim=(0, 1))
    below.legend(frameon=False, labelcolor=_GREY, ncols=len(set(tiers)), loc="upper left")
    return _svg(figure)


def _smoothed(values: Sequence[float]) -> list[float]:
    """Return an exponential mean over about a twentieth of the run, without the bias of its first values."""
    keep = 1 - 1 / max(len(values) / 20, 1.0)
    total = weight = 0.0
    found = []
    for value in values:
        total, weight = keep * total + (1 - keep) * value, keep * weight + (1 - keep)
        found.append(total / weight)
    return found


def _dead_figure(answers: Sequence[Sequence[Any]]) -> str:
    figure, (axis,) = _figure(1, 0.9 + 0.34 * len(answers))
    places = range(len(answers))[::-1]
    shares = [dead for _, _, dead, _ in answers]
    axis.barh(places, shares, color=_TIERS[0], height=0.6)
    axis.set_yticks(places, [label for label, *_ in answers])
    axis.set(xlim=(0, min(1.0, max(0.1, 1.15 * max(shares)))), xlabel="share of groups that are dead")
    axis.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    for place, share in zip(places, shares, strict=True):
        axis.annotate(f" {share:.0%}", (share, place), va="center", color=_GREY)
    return _svg(figure)


def _figure(panels: int, height: float) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.2, height), layout="constrained")
    figure.patch.set_alpha(0)  # the page's own background, light or dark
    axes = figure.subplots(panels, 1, squeeze=False, sharex=True)[:, 0]
    for axis in axes:
        axis.patch.set_alpha(0)
        axis.tick_params(colors=_GREY)
        axis.xaxis.label.set_color(_GREY)
        axis.yaxis.label.set_color(_GREY)
        axis.spines[["top", "right"]].set_visible(False)
        axis.spines[["left", "bottom"]].set_color(_GREY)
    return figure, axes


def _svg(figure: Any) -> str:
    import matplotlib

    stream = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": "ckit"}):
        figure.savefig(stream, format="svg", metadata={"Date": None})
    text = stream.getvalue()
    return "<div class=wide>" + text[text.index("<svg") :] + "</div>"


_SHELL = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Training</title>
<style>
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 860px; margin: 2rem auto; padding: 0 1rem;
  background: light-dark(#fff, #16181b); color: light-dark(#1c1c1c, #e6e6e6); }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .25rem .8rem; border-bottom: 1px solid light-dark(#ddd, #333); }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
svg { width: 100%; height: auto; }
@media print { body { background: #fff; color: #000; } }
</style>
<main>
{{body}}
</main>
</html>
"""
