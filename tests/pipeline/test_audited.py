"""What an audit looks at: the same questions whether from an ingest or from a curriculum, and no others."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from PIL import Image

from curriculum_kit.errors import ConfigInvalid, NothingLeft, SchemaMismatch, SourceNotFound
from curriculum_kit.pipeline.audited import Audited, open_audited
from curriculum_kit.pipeline.build import BuildSummary
from curriculum_kit.schemas import schema_of

Make = Callable[..., BuildSummary]
Ingest = Callable[..., Path]

ASKED = (
    "question_id, benchmark, split, unit_id, image_ids, question, answer, choices, answer_index, question_type, "
    "modality"
)


def rows(audited: Audited, columns: str = ASKED, view: str = "questions") -> list[tuple[Any, ...]]:
    return audited.database.execute(f"SELECT {columns} FROM {view} ORDER BY ALL").fetchall()


def test_a_curriculum_gives_the_questions_that_its_ingest_gives(make: Make, tables: Path, tmp_path: Path) -> None:
    make()
    before, after = open_audited(tables), open_audited(tmp_path / "curriculum")
    assert before.questions == after.questions == 70
    assert rows(after) == rows(before)
    assert rows(after, "*", "images") == rows(before, "*", "images")
    assert sorted(after.labels.question_ids.to_pylist()) == sorted(before.labels.question_ids.to_pylist())
    assert (len(before.spellings), len(after.spellings)) == (70, 0)  # shards show canonical labels alone


def test_embedded_images_are_known_by_their_path(make: Make, tables: Path, tmp_path: Path) -> None:
    (tmp_path / "root" / "Images").mkdir(parents=True)
    for number in range(70):
        Image.new("L", (2, 2), number).save(tmp_path / "root" / "Images" / f"{number}.png")
    make(images="embed", image_root=tmp_path / "root")
    assert rows(open_audited(tmp_path / "curriculum"), "image_ids") == rows(open_audited(tables), "image_ids")


def test_a_condition_leaves_its_questions_and_their_images(tables: Path) -> None:
    whole = open_audited(tables)
    some = open_audited(tables, "question_type = 'Modality Recognition' -- odd numbers\n OR answer = 'no such'")
    assert some.questions == 35
    assert len(some.labels) == 35
    assert [row[0] for row in rows(some, "image_id", "images")] == sorted(
        {i for (ids,) in rows(some, "image_ids") for i in ids}
    )
    assert len(rows(whole, "image_id", "images")) == 70


def test_rejects_are_read_with_their_schema(ingest_rows: Ingest, seventy: list[dict[str, Any]]) -> None:
    folder = ingest_rows([*seventy, seventy[0] | {"question_id": "bad", "gt_answer": "nose"}])
    rejects = open_audited(folder).rejects
    assert rejects.schema == schema_of("rejects")
    assert rejects["reason"].to_pylist() == ["answer_not_in_choices"]


def test_a_sample_depends_on_the_ids_alone(tables: Path, ingest_rows: Ingest, seventy: list[dict[str, Any]]) -> None:
    def sampled(folder: Path) -> set[str]:
        return set(Audited(open_audited(folder).database, sample=20).labels.question_ids.to_pylist())

    first = sampled(tables)
    assert 5 <= len(first) <= 35
    assert sampled(ingest_rows(seventy[::-1], "reversed")) == first
    assert len(Audited(open_audited(tables).database, sample=70).labels) == 70


@pytest.mark.parametrize(
    ("where", "error", "says"),
    [
        ("splt = 'x'", ConfigInvalid, "fails: Binder Error"),
        ("split = ", ConfigInvalid, "fails: Parser Error"),
        ("random() < 0.5", ConfigInvalid, "selects other questions each time"),
        ("false", NothingLeft, "no question meets --where 'false'"),
    ],
)
def test_a_condition_that_cannot_be(where: str, error: type[Exception], says: str, tables: Path) -> None:
    with pytest.raises(error) as caught:
        open_audited(tables, where)
    assert says in str(caught.value)


def test_a_folder_that_is_no_longer_whole(make: Make, tables: Path, tmp_path: Path) -> None:
    make()
    (tmp_path / "curriculum" / "images.parquet").unlink()
    with pytest.raises(SchemaMismatch, match=r"images\.parquet is gone; write .*curriculum again"):
        open_audited(tmp_path / "curriculum")
    table = pq.read_table(tables / "questions.parquet")
    pq.write_table(table.slice(1), tables / "questions.parquet")
    with pytest.raises(SchemaMismatch, match="is not as ckit ingest wrote it"):
        open_audited(tables)
    (tables / "manifest.json").unlink()
    with pytest.raises(SourceNotFound, match="holds an unfinished run"):
        open_audited(tables)
