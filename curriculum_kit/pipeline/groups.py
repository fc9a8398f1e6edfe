"""`ckit groups`: several wordings of one question in one GRPO group.

Reads a curriculum; writes its shards anew with the rows of further wordings, `wordings.parquet` with every proposal
and what became of it, the card and the manifest. A text is worded once, however many questions ask it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from curriculum_kit.card import data_card
from curriculum_kit.errors import ConfigInvalid, NothingLeft, OutputOccupied
from curriculum_kit.groups import grouped, sizes_allowed, ungrouped
from curriculum_kit.pipeline.blind_wordings import raised
from curriculum_kit.pipeline.group_facts import facts_of
from curriculum_kit.pipeline.group_shards import BEFORE, GROUPS, SHARDS, WORDINGS, entries, exchange, recover, rewrite
from curriculum_kit.pipeline.open import open_views, reading
from curriculum_kit.pipeline.validate import with_validation
from curriculum_kit.pipeline.wordings import Judge, Text, collect, used, wordings_table
from curriculum_kit.prompts import template_named
from curriculum_kit.storage import OutputFolder, explain_os_error, write_table
from curriculum_kit.wordings import Refusal, Writer


@dataclass(frozen=True)
class GroupPlan:
    """What is asked for. `variants` wordings a group, the original included; `tiers` None is the hardest."""

    variants: int = 4
    rollouts: int = 8
    tiers: tuple[int, ...] | None = None
    retries: int = 2
    seed: int = 0


@dataclass(frozen=True)
class Opened:
    """A curriculum whose questions are to be worded: the texts of the tiers named, the commonest first."""

    folder: Path
    manifest: dict[str, Any]
    database: duckdb.DuckDBPyConnection
    tiers: tuple[int, ...]
    sizes: tuple[int, ...]
    labels: list[str]
    texts: list[Text]


def open_texts(folder: Path, plan: GroupPlan) -> Opened:
    """Return the question texts of the tiers; write nothing.

    Raises a `CkitError` in one line for a folder that is no curriculum, one that has groups already, wordings that do
    not divide the rollouts, and a tier that does not exist.
    """
    sizes = sizes_allowed(plan.variants, plan.rollouts)
    _recover(folder)
    kind, manifest, database = open_views(folder)
    if kind != "curriculum":
        raise ConfigInvalid(f"{folder} holds ingested questions, no curriculum; name one of ckit build-curriculum")
    if GROUPS in manifest:
        made = manifest[GROUPS]
        raise OutputOccupied(
            f"{folder} has groups of {made['variants']} by {made['writer']} already; "
            "ckit groups --undo takes them out, then make new ones"
        )
    with reading(folder):
        known = database.execute("SELECT tier, avg(difficulty) FROM shards GROUP BY 1 ORDER BY 1").fetchall()
        tiers = _tiers(plan.tiers, dict(known))
        rows = database.execute(
            f"SELECT question, count(*) FROM shards WHERE tier IN ({', '.join(map(str, tiers))}) "
            "GROUP BY 1 ORDER BY 2 DESC, 1"
        ).fetchall()
        labels = [row[0] for row in database.execute("SELECT label FROM choices ORDER BY 1").fetchall()]
    return Opened(folder, manifest, database, tiers, sizes, labels, [Text(*row) for row in rows])


def make_groups(
    opened: Opened,
    plan: GroupPlan,
    writer: Writer,
    filler: Writer,
    gate: Judge,
    measure: Callable[[Sequence[Text], Sequence[int]], dict[str, float]],
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> dict[str, Any]:
    """Word the questions, rewrite the shards and return what the manifest says of the groups.

    `filler` words what `writer` left open: the rules. `measure` gives the diversity of the wordings.
    Raises `NothingLeft` where no question got a further wording; the curriculum is then as it was.
    """
    with _claimed(opened.folder) as folder:
        _word(opened, plan, writer, gate, "asked", progress)
        if filler.name != writer.name:
            _word(opened, plan, filler, gate, "filled", progress)
        unchecked = _without_hints(opened, plan, writer, filler, gate, progress)
        wordings = {
            text.question: [(each.text or "", each.writer) for each in used(text, opened.sizes)]
            for text in opened.texts
        }
        if not any(wordings.values()):
            raise NothingLeft(
                f"no question of tiers {', '.join(map(str, opened.tiers))} got a further wording by {writer.name} "
                "that passes; try another --writer"
            )
        facts = {
            "variants": plan.variants,
            "rollouts": plan.rollouts,
            "sizes_allowed": list(opened.sizes),
            "tiers": list(opened.tiers),
            "writer": writer.name,
            "writer_fingerprint": writer.fingerprint,
            "filler": filler.name,
            "retries": plan.retries,
            "seed": plan.seed,
            "blind_unchecked": unchecked,
            **facts_of(opened.texts, opened.sizes),
            "diversity": measure(opened.texts, opened.sizes),
        }
        _write(opened, folder, wordings, facts, progress)
        return facts


def undo_groups(curriculum: Path, progress: Callable[[str, int, int], None] = lambda *_: None) -> int:
    """Take the further wordings out again; return how many rows went. Raises `ConfigInvalid` where there are none."""
    _recover(curriculum)
    kind, manifest, database = open_views(curriculum)
    if kind != "curriculum" or GROUPS not in manifest:
        raise ConfigInvalid(f"{curriculum} has no groups to take out")
    rows, more = database.execute("SELECT count(*), count(*) FILTER (variant_id > 0) FROM shards").fetchall()[0]
    with _claimed(curriculum) as folder:
        made = rewrite(folder, ungrouped, lambda _: True, lambda done: progress("rows", done, rows))
        left = {key: value for key, value in manifest.items() if key != GROUPS}
        files = {name: entry for name, entry in manifest["files"].items() if name != WORDINGS}
        left["files"] = dict(sorted((files | entries(made, SHARDS)).items()))
        exchange(folder, made, left, with_validation(data_card(left), folder.root, left))
    return int(more)


def _word(
    opened: Opened, plan: GroupPlan, writer: Writer, gate: Judge, what: str, progress: Callable[[str, int, int], None]
) -> None:
    total = len(opened.texts)
    collect(opened.texts, writer, gate, plan.variants - 1, plan.retries + 1, lambda done: progress(what, done, total))


def _without_hints(
    opened: Opened,
    plan: GroupPlan,
    writer: Writer,
    filler: Writer,
    gate: Judge,
    progress: Callable[[str, int, int], None],
) -> str | None:
    """Refuse the wordings by which a question is answered without its image more often, and fill their places.

    Returns why this could not be checked, None where it could.
    """
    for last in (False, True):
        progress("blind", int(last), 2)
        wordings = {text.question: [each.text or "" for each in text.accepted] for text in opened.texts}
        found, why = raised(opened.database, opened.tiers, wordings, plan.seed)
        if why:
            return why
        for text in opened.texts:
            for each in text.accepted:
                if rise := found.get((text.question, each.text or "")):
                    each.reason, each.detail = Refusal.RAISES_BLIND.value, f"by {rise:.2f}"
        if not found or last:
            break
        for one in dict.fromkeys((writer.name, filler.name)):
            _word(opened, plan, writer if one == writer.name else filler, gate, "again", progress)
    progress("blind", 2, 2)
    return None


def _write(
    opened: Opened,
    folder: OutputFolder,
    wordings: Mapping[str, Sequence[tuple[str, str]]],
    facts: dict[str, Any],
    progress: Callable[[str, int, int], None],
) -> None:
    template = template_named(opened.manifest["prompt"]["name"])
    total = opened.database.execute(
        f"SELECT count(*) FROM shards WHERE tier IN ({', '.join(map(str, opened.tiers))})"
    ).fetchall()[0][0]

    def change(rows: pa.Table) -> pa.Table:
        return grouped(rows, wordings, template)

    made = rewrite(
        folder, change, lambda file: _tier_of(file) in opened.tiers, lambda done: progress("rows", done, total)
    )
    table = folder.scratch / WORDINGS
    write_table(table, wordings_table(opened.texts, opened.sizes), "wordings")
    files = opened.manifest["files"] | entries(made, SHARDS) | entries(table, WORDINGS)
    manifest = opened.manifest | {"files": dict(sorted(files.items())), GROUPS: facts}
    exchange(folder, made, manifest, with_validation(data_card(manifest), folder.root, manifest), table)


def _tier_of(file: Path) -> int:
    return int(file.parent.name.removeprefix("tier="))


def _tiers(asked: tuple[int, ...] | None, known: Mapping[int, float]) -> tuple[int, ...]:
    """Return the tiers that are meant; `known` has their mean S(q): a reversed curriculum begins with the hardest."""
    if asked is None:
        return (max(known, key=lambda tier: known[tier]),)
    for tier in asked:
        if tier not in known:
            listed = ", ".join(map(str, known))
            raise ConfigInvalid(f"--tiers {tier}: there is no such tier; the curriculum has {listed}")
    return tuple(sorted(set(asked)))


def _recover(curriculum: Path) -> None:
    """Undo what a run left half done that was killed while shards changed places."""
    if (curriculum / ".ckit" / BEFORE).is_dir():
        with _claimed(curriculum) as folder:
            recover(folder)


@contextmanager
def _claimed(curriculum: Path) -> Iterator[OutputFolder]:
    """Yield the curriculum's folder, which no other ckit writes meanwhile."""
    try:
        with OutputFolder.claim(curriculum, "curriculum", force=True) as folder:
            yield folder
    except OSError as error:
        raise explain_os_error(error, curriculum) from error
