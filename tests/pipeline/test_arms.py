"""Arms: curricula over the same questions that differ in their choices and order alone, and the proof of it."""

import json
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curriculum_kit.benchmarks import reader_of
from curriculum_kit.config import BuildConfig
from curriculum_kit.errors import CkitError, ConfigInvalid, NothingLeft, OutputOccupied
from curriculum_kit.pipeline.arms import ArmsSummary, build_arms
from curriculum_kit.pipeline.build import build
from curriculum_kit.pipeline.ingest import ingest

Rows = list[dict[str, Any]]

LABELS = ("gallbladder", "gut", "heart", "kidney", "liver", "lung", "omentum", "spleen")
DRAWN = ("random", "order-only", "choices-only", "ordered", "reversed")
EVERY = ("random", "keep", "order-only", "choices-only", "ordered", "reversed")
WHOLE = [
    "select",
    "labels",
    "encode",
    "similarity",
    "draw",
    "audit",
    "vocabulary",
    "score",
    "tiers",
    "shards",
    "images",
]


def questions(count: int, answers: tuple[str, ...] = LABELS, **other: Any) -> Rows:
    """Return questions whose answers take turns, offered with the three labels behind them; two to an image."""
    return [
        {
            "dataset": "Tiny",
            "question_id": f"Tiny_{number}",
            "question_type": "Organ",
            "question": f"What does picture {number} show?",
            "gt_answer": answers[number % len(answers)],
            "image_path": f"Images/{number}.png",
            "modality_type": "CT",
        }
        | {f"option_{letter}": answers[(number + n) % len(answers)] for n, letter in enumerate("DBAC"[: len(answers)])}
        | other
        for number in range(count)
    ]


def ingested(rows: Rows, folder: Path) -> Path:
    source = folder / "source" / "QA_information" / "Open-access"
    source.mkdir(parents=True)
    (source / "Tiny.json").write_text(json.dumps(rows))
    ingest(reader_of("omnimedvqa"), folder / "source", folder / "tables")
    return folder / "tables"


def vectors_of(labels: tuple[str, ...], path: Path) -> Path:
    np.savez(path, labels=np.array(labels), vectors=np.random.default_rng(7).normal(size=(len(labels), 5)))
    return path


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file, except what `.ckit/` keeps for itself, of the arms too."""
    found = {path.relative_to(folder): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name.as_posix(): path.read_bytes() for name, path in found.items() if ".ckit" not in name.parts}


def rows_of(curriculum: Path) -> Rows:
    files = sorted((curriculum / "shards").rglob("*.parquet"))
    return [row for file in files for row in pq.ParquetFile(file).read().to_pylist()]


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> BuildConfig:
    """Return what asks for arms of 480 questions, in three tiers."""
    folder = tmp_path_factory.mktemp("asked")
    vectors = vectors_of(LABELS, folder / "vectors.npz")
    return BuildConfig(sources=(ingested(questions(480), folder),), embeddings=vectors, choices="similar")


@pytest.fixture(scope="module")
def made(config: BuildConfig, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with all arms; it is only read."""
    folder = tmp_path_factory.mktemp("made") / "arms"
    build_arms(config, folder)
    return folder


@pytest.fixture(scope="module")
def rows(made: Path) -> dict[str, Rows]:
    """Return the rows of each arm in order."""
    return {name: rows_of(made / name) for name in EVERY}


def by_id(rows: Rows, *names: str) -> dict[str, Any]:
    return {row["question_id"]: [row[name] for name in names] for row in rows}


def test_questions_images_and_answers_are_the_same_in_all_arms(rows: dict[str, Rows]) -> None:
    names = ("question", "answer", "images", "benchmark", "split", "unit_id", "question_type", "modality", "metadata")
    same = by_id(rows["ordered"], *names)
    assert len(same) == 480
    for name in EVERY:
        assert len(rows[name]) == 480
        assert by_id(rows[name], *names) == same


def test_choices_and_letters_are_those_of_the_arm(rows: dict[str, Rows]) -> None:
    choices = {name: by_id(rows[name], "choices", "solution") for name in EVERY}
    assert choices["random"] == choices["order-only"]
    assert choices["choices-only"] == choices["ordered"] == choices["reversed"]
    given = by_id(rows["keep"], "choices")
    for number in range(480):
        own = next(row for row in rows["keep"] if row["question"] == f"What does picture {number} show?")
        # D, B, A, C hold the answer and the three behind it, so that A to D are the third, second, fourth and first.
        assert given[own["question_id"]] == [[LABELS[(number + n) % 8] for n in (2, 1, 3, 0)]]
    sets = [{name: frozenset(labels) for name, (labels, _) in choices[arm].items()} for arm in ("random", "ordered")]
    assert sum(sets[0][name] != sets[1][name] for name in sets[0]) > 400
    assert {len(labels) for arm in DRAWN for labels, _ in choices[arm].values()} == {4}


def test_orders_are_those_of_the_arm(rows: dict[str, Rows]) -> None:
    order = {name: [row["question_id"] for row in rows[name]] for name in EVERY}
    assert order["random"] == order["keep"] == order["choices-only"]
    assert len({tuple(order[name]) for name in ("random", "order-only", "ordered", "reversed")}) == 4
    difficulty = {name: np.array([row["difficulty"] for row in rows[name]]) for name in EVERY}
    assert (np.diff(difficulty["order-only"]) >= 0).all()
    thirds = {name: difficulty[name].reshape(3, 160).mean(axis=1) for name in EVERY}
    assert thirds["ordered"][0] + 0.05 < thirds["ordered"][1] < thirds["ordered"][2] - 0.05
    assert thirds["reversed"] == pytest.approx(thirds["ordered"][::-1])
    for name in ("random", "keep", "choices-only"):
        assert np.ptp(thirds[name]) < 0.05
        assert {row["tier"] for row in rows[name]} == {0}


@pytest.mark.parametrize("arm", DRAWN)
def test_the_answer_is_at_each_letter_equally_often_in_every_tier(arm: str, rows: dict[str, Rows]) -> None:
    tiers = {row["tier"] for row in rows[arm]}
    for tier in tiers:
        letters = [row["solution"] for row in rows[arm] if row["tier"] == tier]
        assert set(letters) == set("ABCD")
        assert all(abs(count - len(letters) / 4) <= 0.01 * len(letters) for count in Counter(letters).values())


def test_the_ordered_arm_is_what_a_build_alone_writes(config: BuildConfig, made: Path, tmp_path: Path) -> None:
    build(config, tmp_path / "alone")
    assert contents(tmp_path / "alone") == contents(made / "ordered")


def test_s_q_is_on_one_scale_where_arms_draw_from_the_same_labels(made: Path) -> None:
    similarity = {(made / name / "similarity.parquet").read_bytes() for name in DRAWN}
    assert len(similarity) == 1


def test_the_manifest_says_what_was_compared(made: Path, rows: dict[str, Rows]) -> None:
    manifest = json.loads((made / "manifest.json").read_text())
    assert (manifest["kind"], list(manifest["arms"])) == ("arms", sorted(EVERY))
    assert all(row["same"] for row in manifest["checked"])
    assert {row["what"] for row in manifest["checked"]} == {
        *("questions", "prompt", "letters", "options", "choices", "order")
    }
    for name, arm in manifest["arms"].items():
        own = json.loads((made / name / "manifest.json").read_text())
        shards = {file: known["sha256"] for file, known in own["files"].items() if file.startswith("shards/")}
        assert arm["shards"] == shards
        difficulty = [row["difficulty"] for row in rows[name]]
        assert arm["difficulty"]["first_tenth"] == pytest.approx(np.mean(difficulty[:48]), abs=1e-6)
        assert arm["difficulty"]["last_tenth"] == pytest.approx(np.mean(difficulty[-48:]), abs=1e-6)
    assert not {"choices", "order"} & manifest["config"].keys()


def test_the_card_and_the_picture_are_beside_the_arms(made: Path) -> None:
    card = (made / "README.md").read_text()
    assert "# 6 arms over the same 480 questions" in card
    assert "![S(q) over each arm](difficulty.png)" in card
    assert (made / "difficulty.png").read_bytes().startswith(b"\x89PNG")


def tampered(row: dict[str, Any], part: str) -> dict[str, Any]:
    """Return a row that differs in one word, or in the place of its answer."""
    if part == "questions":
        return row | {"images": [{"bytes": None, "path": "Images/another.png"}]}
    if part == "prompt":
        return row | {"prompt": [{"role": "user", "content": row["prompt"][0]["content"].replace("right", "wrong")}]}
    if part == "choices":
        others = [label for label in row["choices"] if label != row["answer"]]
        return row | {"choices": [*others[:2], row["answer"], others[2]], "answer_index": 2, "solution": "C"}
    return row | {"solution": "ABCD"[row["answer_index"] - 1]}


@pytest.mark.parametrize("part", ["questions", "prompt", "choices", "letters"])
def test_one_row_that_is_changed_fails_the_proof(part: str, made: Path, tmp_path: Path) -> None:
    from curriculum_kit.pipeline.arms_manifest import arms_manifest
    from curriculum_kit.prompts import template_named
    from curriculum_kit.storage import OutputFolder, connect

    shutil.copytree(made, tmp_path / "arms")
    file = next((tmp_path / "arms" / "order-only" / "shards").rglob("*.parquet"))
    table = pq.ParquetFile(file).read()
    asked = table.to_pylist()
    place = next(number for number, row in enumerate(asked) if row["answer_index"] != 2)
    asked[place] = tampered(asked[place], part)
    pq.write_table(pa.Table.from_pylist(asked, table.schema), file)
    folder = OutputFolder(tmp_path / "arms", "arms")
    with pytest.raises(AssertionError, match=rf"^arms differ where they must not: .*{part} of [-a-z, ]*order-only"):
        arms_manifest({}, folder, connect(folder.scratch), template_named("think"), 0)


class Stages:
    """What the stages of each arm did."""

    def __init__(self) -> None:
        self.arm = ""
        self.did: dict[str, dict[str, list[str]]] = {}

    def on_arm(self, arm: Any) -> None:
        self.arm = arm.name

    def on_stage(self, stage: str, state: str) -> None:
        self.did.setdefault(self.arm, {}).setdefault(state, []).append(stage)


def test_nothing_is_made_twice(config: BuildConfig, made: Path, tmp_path: Path) -> None:
    first, again = Stages(), Stages()
    summary = build_arms(config, tmp_path / "arms", on_arm=first.on_arm, on_stage=first.on_stage)
    assert list(first.did) == ["ordered", "choices-only", "reversed", "random", "keep", "order-only"]
    assert first.did["ordered"]["done"] == WHOLE
    for arm in ("choices-only", "reversed", "order-only"):
        assert first.did[arm]["done"] == ["tiers", "shards"]
    for arm in ("random", "keep"):
        assert first.did[arm]["taken"] == ["encode", "similarity"]
    before = contents(tmp_path / "arms")
    # Another folder, the same bytes; and again, without a stage that runs.
    assert before == contents(made)
    assert build_arms(config, tmp_path / "arms", on_arm=again.on_arm, on_stage=again.on_stage) == summary
    assert all(list(states) == ["skipped"] for states in again.did.values())
    assert contents(tmp_path / "arms") == before


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
def test_a_run_that_is_killed_goes_on_where_it_stopped(config: BuildConfig, made: Path, tmp_path: Path) -> None:
    program = [sys.executable, "-c", "from curriculum_kit.cli import main; main()", "build-curriculum", "--arms"]
    command = [*program, str(config.sources[0]), "--embeddings", str(config.embeddings), "-o", str(tmp_path / "arms")]
    for until in ("similarity", "reversed:", "order-only:"):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            seen = next((line for line in process.stdout if line.split()[:1] == [until]), None)
            process.send_signal(signal.SIGKILL)
        assert seen is not None
        assert not (tmp_path / "arms" / "manifest.json").exists()
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert contents(tmp_path / "arms") == contents(made)


@pytest.fixture(scope="module")
def mostly_liver(tmp_path_factory: pytest.TempPathFactory) -> BuildConfig:
    """Return what asks for arms of 240 questions after the liver in two of three, and one that has no distractor.

    No set of options could hide all of the livers. Whatever else is asked for has a liver beside it in its image.
    """
    folder, asked = tmp_path_factory.mktemp("liver"), questions(241)
    for number, row in enumerate(asked):
        row["image_path"] = f"Images/{number // 3}.png"
        if number % 3:
            row |= {
                "gt_answer": "liver",
                "option_D": "liver",
                "option_B": "gut",
                "option_A": "lung",
                "option_C": "heart",
            }
    asked[-1] |= {"question_type": "Other", "gt_answer": "nose", "option_D": "nose"}
    vectors = vectors_of((*LABELS, "nose"), folder / "vectors.npz")
    return BuildConfig(sources=(ingested(asked, folder),), embeddings=vectors, choices="similar", tiers=2)


def test_questions_that_the_draw_turns_away_are_in_no_arm_and_their_answers_stay_known(
    mostly_liver: BuildConfig, tmp_path: Path
) -> None:
    summary = build_arms(mostly_liver, tmp_path / "arms")
    assert summary.rows_read == 241 == summary.rows + summary.turned_away
    assert summary.turned_away > 50
    kept = by_id(rows_of(tmp_path / "arms" / "ordered"))
    for name in EVERY:
        found = rows_of(tmp_path / "arms" / name)
        assert by_id(found) == kept
        if name in DRAWN:
            assert not [row for row in found if row["answer"] != "liver" and "liver" in row["choices"]]
    # Similarity is ranked among all labels that could be drawn, also where none of their questions is left.
    assert len({(tmp_path / "arms" / name / "similarity.parquet").read_bytes() for name in DRAWN}) == 1


def test_other_questions_in_the_ordered_arm_are_noticed_by_the_others(
    mostly_liver: BuildConfig, tmp_path: Path
) -> None:
    other = mostly_liver.model_copy(update={"max_blind_gain": 0.2})
    counts = [build_arms(config, tmp_path / "arms", force=True).rows for config in (mostly_liver, other)]
    assert counts[0] < counts[1]
    build_arms(other, tmp_path / "fresh")
    assert contents(tmp_path / "arms") == contents(tmp_path / "fresh")


def test_questions_have_as_many_options_in_every_arm_that_draws(config: BuildConfig, tmp_path: Path) -> None:
    build_arms(config.model_copy(update={"options": "2:4"}), tmp_path / "arms")
    sizes = {
        name: {row["question_id"]: len(row["choices"]) for row in rows_of(tmp_path / "arms" / name)} for name in EVERY
    }
    assert Counter(sizes["ordered"].values()) == {2: 160, 3: 160, 4: 160}
    assert all(sizes[name] == sizes["ordered"] for name in DRAWN)
    assert set(sizes["keep"].values()) == {4}


def test_without_choices_in_the_source_there_is_no_arm_keep_and_one_of_before_goes(
    config: BuildConfig, phantom: Path, hashed_vectors: Callable[[Path, list[str]], Path], tmp_path: Path
) -> None:
    build_arms(config, tmp_path / "arms")
    assert (tmp_path / "arms" / "keep").is_dir()
    labels = pq.read_table(phantom / "choices.parquet")["label"].to_pylist()
    other = BuildConfig(
        sources=(phantom,),
        embeddings=hashed_vectors(tmp_path / "vectors.npz", labels),
        where="question_type = 'query_component'",
        choices="similar",
        tiers=2,
    )
    with pytest.raises(OutputOccupied, match="holds arms built otherwise"):
        build_arms(other, tmp_path / "arms")
    summary = build_arms(other, tmp_path / "arms", force=True)
    assert summary.without_choices == summary.rows > 0
    assert tuple(summary.arms) == DRAWN
    assert not (tmp_path / "arms" / "keep").exists()


def test_without_matplotlib_the_picture_is_left_out(
    config: BuildConfig, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(made, tmp_path / "arms")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    summary: ArmsSummary = build_arms(config, tmp_path / "arms")
    assert summary.picture is None
    assert not (tmp_path / "arms" / "difficulty.png").exists()
    assert "difficulty.png" not in (tmp_path / "arms" / "README.md").read_text()


def test_arms_of_one_tier_that_are_the_same_are_named(tmp_path: Path) -> None:
    source = ingested(questions(48), tmp_path)
    vectors = vectors_of(LABELS, tmp_path / "vectors.npz")
    build_arms(BuildConfig(sources=(source,), embeddings=vectors, choices="similar", tiers=1), tmp_path / "arms")
    manifest = json.loads((tmp_path / "arms" / "manifest.json").read_text())
    assert manifest["alike"] == [["choices-only", "ordered", "reversed"]]
    assert "*choices-only* and *ordered* and *reversed* are the same" in (tmp_path / "arms" / "README.md").read_text()


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"max_blind": 0.9}, ConfigInvalid, "--max-blind would leave out other questions in every arm"),
        ({"where": "answer = 'nose'"}, NothingLeft, "arm ordered: no question meets --where"),
        ({"tiers": 71}, NothingLeft, "arm order-only: "),
        ({"prompt": "thinkk"}, ConfigInvalid, "did you mean 'think'?"),
    ],
)
def test_what_cannot_be_built_says_which_arm(
    options: dict[str, Any], error: type[CkitError], says: str, config: BuildConfig, tmp_path: Path
) -> None:
    with pytest.raises(error) as caught:
        build_arms(config.model_copy(update=options), tmp_path / "arms")
    assert says in str(caught.value)
    assert not (tmp_path / "arms" / "manifest.json").exists()


def test_a_folder_with_something_else_is_refused(config: BuildConfig, made: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("words")
    with pytest.raises(OutputOccupied, match=r"holds something else \(thesis\.tex\)"):
        build_arms(config, tmp_path / "mine")
    with pytest.raises(OutputOccupied, match="holds a ckit curriculum folder"):
        build_arms(config, made / "ordered")
    with pytest.raises(OutputOccupied, match="is one of the folders to read from"):
        build_arms(config, config.sources[0], force=True)


def test_a_folder_of_arms_is_no_curriculum_and_says_which_are(made: Path) -> None:
    from curriculum_kit.errors import SourceNotFound
    from curriculum_kit.pipeline.open import open_views

    with pytest.raises(
        SourceNotFound, match=r"holds arms, each a curriculum of its own; name one, such as .*/ordered$"
    ):
        open_views(made)
    assert open_views(made / "ordered")[0] == "curriculum"


@pytest.mark.real_data
def test_real_letters_are_balanced_in_every_tier_of_every_arm_that_draws(real_data: Path, tmp_path: Path) -> None:
    ingest(reader_of("anatomy-r1"), real_data / "anatomy_r1", tmp_path / "tables")
    labels = pq.read_table(tmp_path / "tables" / "choices.parquet")["label"].to_pylist()
    vectors = vectors_of(tuple(labels), tmp_path / "vectors.npz")
    config = BuildConfig(sources=(tmp_path / "tables",), embeddings=vectors, choices="similar")
    summary = build_arms(config, tmp_path / "arms")
    assert summary.rows_read == 2_000 == summary.rows + summary.turned_away
    for name in DRAWN:
        rows = rows_of(tmp_path / "arms" / name)
        for tier in {row["tier"] for row in rows}:
            letters = Counter(row["solution"] for row in rows if row["tier"] == tier)
            assert max(abs(letters[letter] / letters.total() - 1 / 4) for letter in "ABCD") < 0.01
