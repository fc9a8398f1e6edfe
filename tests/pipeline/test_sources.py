"""Sources: folders that ckit ingest wrote, whatever they are called, and nothing else."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from PIL import Image

from curriculum_kit.errors import CkitError, ConfigInvalid, SchemaMismatch, SourceNotFound
from curriculum_kit.pipeline.build import BuildSummary
from curriculum_kit.pipeline.sources import open_source

Make = Callable[..., BuildSummary]


def edit(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_an_ingest_is_opened_with_the_hashes_of_its_tables(tables: Path) -> None:
    source = open_source(tables)
    recorded = json.loads((tables / "manifest.json").read_text())["files"]
    assert source.hashes == {name: recorded[f"{name}.parquet"]["sha256"] for name in ("questions", "images", "choices")}
    assert (source.shown, source.scenes, source.image_root) == (str(tables), None, None)


def test_scenes_are_those_of_the_ingest_and_no_leftover(tables: Path, phantom: Path) -> None:
    assert open_source(phantom).scenes == phantom / "scenes.parquet"
    shutil.copy(phantom / "scenes.parquet", tables / "scenes.parquet")
    assert open_source(tables).scenes is None


def _absent(tables: Path) -> None:
    shutil.rmtree(tables)


def _random_folder(tables: Path) -> None:
    (tables / "manifest.json").unlink()


def _curriculum(tables: Path) -> None:
    edit(tables / "manifest.json", kind="curriculum")


def _other_version(tables: Path) -> None:
    edit(tables / "manifest.json", schema_version=99)


def _manifest_without_files(tables: Path) -> None:
    manifest = json.loads((tables / "manifest.json").read_text())
    del manifest["files"]
    (tables / "manifest.json").write_text(json.dumps(manifest))


def _cut(tables: Path) -> None:
    (tables / "questions.parquet").write_bytes((tables / "questions.parquet").read_bytes()[:-20])


def _flipped(tables: Path) -> None:
    data = bytearray((tables / "questions.parquet").read_bytes())
    data[300:320] = bytes(20)
    (tables / "questions.parquet").write_bytes(data)


def _other_columns(tables: Path) -> None:
    shutil.copy(tables / "images.parquet", tables / "questions.parquet")


def _lacks_a_table(tables: Path) -> None:
    (tables / "choices.parquet").unlink()


@pytest.mark.parametrize(
    ("spoil", "error", "says"),
    [
        (_absent, SourceNotFound, "does not exist; name a folder that ckit ingest wrote"),
        (_random_folder, SourceNotFound, "holds no finished ingest"),
        (_curriculum, SourceNotFound, "holds a curriculum; name a folder that ckit ingest wrote"),
        (_other_version, SchemaMismatch, "was written by another version of ckit; ingest it again"),
        (_manifest_without_files, SchemaMismatch, "manifest.json is not as ckit ingest wrote it"),
        (_cut, SchemaMismatch, "questions.parquet is no readable Parquet file"),
        (_flipped, SchemaMismatch, "questions.parquet is not as ckit ingest wrote it"),
        (_other_columns, SchemaMismatch, "is no questions table: it lacks question_id"),
        (_lacks_a_table, SourceNotFound, "choices.parquet does not exist"),
    ],
)
def test_what_is_no_ingest_is_refused(
    spoil: Callable[[Path], None], error: type[CkitError], says: str, tables: Path
) -> None:
    spoil(tables)
    with pytest.raises(error) as caught:
        open_source(tables)
    assert says in str(caught.value)


def test_one_folder_twice_is_refused(make: Make, tables: Path) -> None:
    with pytest.raises(ConfigInvalid, match="70 questions stand in more than one of the folders named"):
        make(sources=(tables, tables))


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ("split == = 3", "Parser Error: syntax error"),
        ("splt = 'x'", 'column "splt" not found'),
        ("question::INT = 3", "Conversion Error"),
        ("count(*) > 1", "cannot contain aggregates"),
        ("true) --", "Parser Error"),
    ],
)
def test_a_condition_that_fails_is_shown_with_the_columns(where: str, says: str, make: Make) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        make(where=where)
    assert says in str(caught.value)
    assert "the columns are question_id, benchmark, split," in str(caught.value)


def test_a_condition_that_selects_others_each_time_is_refused(make: Make) -> None:
    with pytest.raises(ConfigInvalid, match=r"selects other questions each time; .* hash\(question_id\) % 10 = 0"):
        make(where="random() < 0.5")
    assert 0 < make(where="hash(question_id) % 2 = 0").rows < 70


def test_a_condition_may_end_in_a_comment(make: Make) -> None:
    assert make(where="modality = 'CT' -- as the benchmark names it").rows == 70


@pytest.mark.parametrize("name", ["seed=1", "split=train", "what?", "a*b", "runs[1]", "it's", "two words", "[b]", "ü"])
def test_a_folder_may_have_any_name(name: str, make: Make, tables: Path, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    shutil.copytree(tables, tmp_path / name / "tables")
    # What `what?` or `a*b` would match as a pattern.
    shutil.copytree(tables, tmp_path / "whatx" / "tables")
    shutil.copytree(tables, tmp_path / "axb" / "tables")
    summary = make(f"{name}/curriculum", sources=(tmp_path / name / "tables",), where="split = 'unassigned'")
    assert summary.rows == 70
    assert pq.ParquetFile(tmp_path / name / "curriculum" / "images.parquet").metadata.num_rows == 70


def test_two_benchmarks_with_one_image_path_keep_their_own_images(
    make: Make, ingest_rows: Callable[..., Path], tmp_path: Path
) -> None:
    from curriculum_kit.benchmarks.mcq import McqOptions, MultipleChoice, parse_mapping
    from curriculum_kit.pipeline.ingest import ingest

    sources, greys = [], {"one": 10, "two": 200}
    for name, grey in greys.items():
        (tmp_path / name / "pictures").mkdir(parents=True)
        Image.new("L", (2, 2), grey).save(tmp_path / name / "pictures" / "a.png")
        row = {"question": "Which?", "choices": ["liver", "gut"], "answer": "gut", "image": "a.png"}
        (tmp_path / name / "rows.json").write_text(json.dumps([row]))
        reader = MultipleChoice(McqOptions(name=name, mapping=parse_mapping([])))
        ingest(reader, tmp_path / name / "rows.json", tmp_path / f"{name}-t", image_root=tmp_path / name / "pictures")
        sources.append(tmp_path / f"{name}-t")
    make(sources=tuple(sources), images="embed", tiers=1)
    rows = pq.read_table(tmp_path / "curriculum" / "shards", partitioning=None).to_pylist()
    assert {row["benchmark"]: row["images"][0]["bytes"] for row in rows} == {
        name: (tmp_path / name / "pictures" / "a.png").read_bytes() for name in greys
    }
