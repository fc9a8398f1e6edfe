"""Which labels are right beside a question's answer, as far as its scene graph or its benchmark can tell.

Reads the selected questions of all sources and their scene graphs. Where a scene graph knows the question, it decides.
Elsewhere the answers to the very same words about the same image are right too, and those to other questions of the
same type are held to be: two findings of one image are both there, and one must not be a distractor of the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

import duckdb
import pyarrow as pa

from curriculum_kit.benchmarks.scene_graph import Scene, also_right
from curriculum_kit.pipeline.sources import Selection, Source
from curriculum_kit.pipeline.sql import from_tables

_ONE_ANSWER = frozenset({"count", "exist"})
"""Question types of a scene graph whose answer rules every other out: nearly half of SSG-VQA need not be looked up."""

MOST_OF_A_TYPE = 4
"""Answers of one type about one image; where there are more, the type says too little about what is asked."""

_NONE: frozenset[str] = frozenset()
_TWICE = "answered_twice"


class AlsoRight:
    """Looks up what is right too, for one batch of questions at a time, and counts how it was known."""

    def __init__(self, database: duckdb.DuckDBPyConnection, sources: Sequence[Source], selection: Selection) -> None:
        self._database = database
        self._scenes = [source.scenes for source in sources if source.scenes]
        self._selection = selection
        self._prepared = False
        self.counts: Counter[str] = Counter(checked_against_scene=0, not_checked_against_scene=0)

    def of(self, questions: pa.Table) -> list[Collection[str]]:
        """Return for each question the labels that are right too, or cannot be excluded; its answer may be one."""
        names = ("question", "answer", "question_type", "image_ids")
        text, answer, kind, image_ids = (questions[name].to_pylist() for name in names)
        images = [keys[0] if keys else "" for keys in image_ids]
        scenes = self._scenes_of(images)
        shown = [
            None if image not in scenes else _NONE if what in _ONE_ANSWER else also_right(asked, right, scenes[image])
            for asked, right, what, image in zip(text, answer, kind, images, strict=True)
        ]
        unknown = [row for row, labels in enumerate(shown) if labels is None]
        found: list[Collection[str]] = [labels or _NONE for labels in shown]
        for row, labels in self._answered_twice(questions, unknown).items():
            found[row] = labels
        self.counts.update(
            checked_against_scene=len(shown) - len(unknown),
            not_checked_against_scene=len(unknown),
            with_other_right_labels=sum(bool(set(labels) - {own}) for labels, own in zip(found, answer, strict=True)),
        )
        return found

    def _scenes_of(self, images: Sequence[str]) -> dict[str, Scene]:
        if not self._scenes:
            return {}
        query = f"SELECT image_id, scene_graph FROM {from_tables(self._scenes)} WHERE image_id IN (SELECT unnest(?))"
        found = self._database.cursor().execute(query, [sorted(set(images))]).fetchall()
        return {image_id: Scene.from_json(text) for image_id, text in found}

    def _answered_twice(self, questions: pa.Table, rows: list[int]) -> dict[int, list[str]]:
        """Return the answers to questions of the same type, or in the same words, about the same image."""
        if not rows:
            return {}
        if not self._prepared:
            self._prepare()
        asked = questions.take(pa.array(rows)).select(["image_ids", "question", "question_type"])
        cursor = self._database.cursor()
        cursor.register("asked", asked.append_column("row", pa.array(rows)))
        query = (
            f"SELECT row, flatten(list(labels)) FROM asked JOIN {_TWICE} AS twice ON twice.image = image_ids[1] "
            "AND twice.what IN ('words: ' || question, 'type: ' || question_type) GROUP BY row"
        )
        return dict(cursor.execute(query).fetchall())

    def _prepare(self) -> None:
        """Gather, once, what has several answers: mostly little, so that batches are looked up in a small table."""
        known = "image_ids[1] IS NOT NULL AND {} IS NOT NULL"
        parts = [
            f"SELECT image_ids[1] AS image, '{name}: ' || {column} AS what, "
            f"list(DISTINCT answer ORDER BY answer) AS labels FROM {self._selection.table} "
            f"WHERE {known.format(column)} GROUP BY ALL HAVING len(labels) > 1{most}"
            for name, column, most in (
                ("words", "question", ""),
                ("type", "question_type", f" AND len(labels) <= {MOST_OF_A_TYPE}"),
            )
        ]
        self._database.execute(f"CREATE OR REPLACE TABLE {_TWICE} AS {' UNION ALL '.join(parts)}")
        self._prepared = True
