"""Does the audit raise an alarm where there is a shortcut, and none where there is none?

The questions are the phantom's, about its images, in its videos and splits; the options are drawn here. Where
nothing is planted, the right one is any of them: only the image, of which the guesser sees nothing, could tell.
"""

import functools
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from curriculum_kit.benchmarks import reader_of
from curriculum_kit.benchmarks.mcq import McqOptions, MultipleChoice, parse_mapping
from curriculum_kit.config import BuildConfig
from curriculum_kit.enums import ChoiceSource, Severity
from curriculum_kit.pipeline.audit import Audit, audit
from curriculum_kit.pipeline.build import build
from curriculum_kit.pipeline.ingest import ingest
from curriculum_kit.pipeline.sample import generate

SEEDS = range(20)
ALARMS = (Severity.SERIOUS, Severity.WARNING)
STRUCTURES = (
    *("gallbladder", "liver", "omentum", "gut", "abdominal wall cavity", "cystic plate", "cystic artery"),
    *("cystic duct", "cystic pedicle", "peritoneum", "blood vessel", "adhesion"),
)
SPELLINGS: tuple[Callable[[str], str], ...] = (
    str.lower,
    str.title,
    str.upper,
    str.capitalize,
    lambda label: f"{label}.",
    lambda label: label.replace(" ", "_"),
)


@dataclass(frozen=True)
class Asked:
    """A question with its options, of which `right` is the place of the right one."""

    question: str
    image: str
    unit: str
    split: str
    options: tuple[str, ...]
    right: int = 0


Plant = Callable[[Asked, np.random.Generator], Asked]


@functools.cache
def phantom(folder: Path, seed: int, scenes: int, frames: bool = False) -> list[Asked]:
    """Return the questions of the phantom that ask for a structure, each once about an image, without options."""
    release, tables = folder / f"release-{seed}-{scenes}-{frames}", folder / f"tables-{seed}-{scenes}-{frames}"
    request = generate(release, scenes, seed, frames, lambda *_: None)
    ingest(reader_of("phantom"), release, tables, request=request)
    rows = pq.read_table(tables / "questions.parquet").sort_by("question_id").to_pylist()
    wanted = [row for row in rows if row["question_type"] in ("query_component", "location")]
    # Asked twice about one image, a question would get two answers here, and contradict itself.
    once = {(row["image_ids"][0], " ".join(row["question"].lower().split())): row for row in wanted}
    return [
        Asked(row["question"], image.partition(":")[2], row["unit_id"], row["split"], ())
        for (image, _), row in once.items()
    ]


def drawn_from(labels: Iterable[str], size: int = 4) -> Plant:
    """Return what gives a question some of the labels as options; any may be the right one."""
    known = sorted(labels)

    def draw(asked: Asked, random: np.random.Generator) -> Asked:
        options = tuple(random.permutation(known)[:size].tolist())
        return replace(asked, options=options, right=int(random.integers(size)))

    return draw


def spelled_anyhow(asked: Asked, random: np.random.Generator) -> Asked:
    """Spell every option in one of many ways, whether it is right or not."""
    ways = random.integers(len(SPELLINGS), size=len(asked.options))
    return replace(
        asked, options=tuple(SPELLINGS[way](option) for way, option in zip(ways, asked.options, strict=True))
    )


def right_one(spell: Callable[[str], str]) -> Plant:
    """Return what spells the right option in a way of its own."""

    def plant(asked: Asked, random: np.random.Generator) -> Asked:
        options = list(asked.options)
        options[asked.right] = spell(options[asked.right])
        return replace(asked, options=tuple(options))

    return plant


def looked_at(
    folder: Path, questions: Iterable[Asked], *plants: Plant, seed: int = 0, images: Path | None = None
) -> Audit:
    """Return what an audit finds in the questions, once the plants were made one after another."""
    random = np.random.default_rng(seed)
    folder.mkdir()
    with (folder / "rows.jsonl").open("w", encoding="utf-8") as file:
        for number, asked in enumerate(questions):
            made = functools.reduce(lambda so_far, plant: plant(so_far, random), plants, asked)
            row = {
                "id": number,
                "question": made.question,
                "options": made.options,
                "answer": "ABCDE"[made.right],
                "image": made.image,
                "unit": made.unit,
                "split": made.split,
            }
            file.write(json.dumps(row) + "\n")
    reader = MultipleChoice(McqOptions(mapping=parse_mapping([])))
    read = ingest(reader, folder / "rows.jsonl", folder / "tables", image_root=images)
    assert read.rejects == 0
    return audit(folder / "tables")


def alarms(found: Audit) -> dict[str, dict[str, Any]]:
    """Return the findings that are warnings or worse, by name."""
    return {row["name"]: row for row in found.findings.to_pylist() if row["severity"] in ALARMS}


def checks(found: Audit) -> set[str]:
    """Return the checks that end in a warning or worse."""
    return {row["check"] for row in alarms(found).values()}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a folder for the phantoms, which are made once for all tests."""
    yield tmp_path_factory.mktemp("phantom")
    phantom.cache_clear()


@pytest.mark.parametrize("seed", SEEDS)
def test_no_shortcut_no_alarm(root: Path, tmp_path: Path, seed: int) -> None:
    options = 3 + seed % 3
    questions = phantom(root, seed, scenes=45)
    found = looked_at(tmp_path / "null", questions, drawn_from(STRUCTURES, options), spelled_anyhow, seed=seed)
    assert found.questions == len(questions) > 350
    assert {asked.split for asked in questions} == {"train", "validation", "test"}
    assert alarms(found) == {}
    assert found.blind is not None
    assert np.abs(found.blind["blind"].to_numpy() - 1 / options).max() < 0.05


def one_more_space(asked: Asked, random: np.random.Generator) -> Asked:
    """Give every option an article, and the right one two spaces after it."""
    options = [f"the {' ' * (place == asked.right)}{option}" for place, option in enumerate(asked.options)]
    return replace(asked, options=tuple(options))


def even_letters(asked: Asked, random: np.random.Generator) -> Asked:
    """Draw options of which the right one alone has an even number of letters."""
    phrases = [f"{which} {label}" for which in ("inflamed", "small") for label in STRUCTURES]
    even, odd = ([p for p in phrases if sum(map(str.isalpha, p)) % 2 == rest] for rest in (0, 1))
    options = random.permutation(odd)[:4].tolist()
    right = int(random.integers(4))
    options[right] = str(random.choice(even))
    return replace(asked, options=tuple(options), right=right)


def telling_word(asked: Asked, random: np.random.Generator) -> Asked:
    """Ask in a word of its own for two of the structures."""
    word = {"gut": "pale", "omentum": "shiny"}.get(asked.options[asked.right])
    return replace(asked, question=f"{asked.question} It looks {word}.") if word else asked


def liver_more_often(asked: Asked, random: np.random.Generator) -> Asked:
    """Make the liver right where it is offered in 3 of 8 questions, not in 2 of 8."""
    if "liver" not in asked.options:
        return asked
    odds = [3 / 8 if option == "liver" else 5 / 24 for option in asked.options]
    return replace(asked, right=int(random.choice(4, p=odds)))


def always_c(asked: Asked, random: np.random.Generator) -> Asked:
    options = list(asked.options)
    options[2], options[asked.right] = options[asked.right], options[2]
    return replace(asked, options=tuple(options), right=2)


STRUCTURES_OFFERED = drawn_from(STRUCTURES)
BRITISH = {
    **{"anemia": "anaemia", "center": "centre", "diarrhea": "diarrhoea", "edema": "oedema", "esophagus": "oesophagus"},
    **{"fetus": "foetus", "fiber": "fibre", "hemorrhage": "haemorrhage", "leukemia": "leukaemia", "tumor": "tumour"},
}


@pytest.mark.parametrize(
    ("check", "name", "consequences", "plants"),
    [
        pytest.param(
            *("formats", "formats/source/alone-ends-zero-width-space", {"prior", "blind"}),
            (STRUCTURES_OFFERED, right_one(lambda label: f"{label}\u200b")),
            id="zero-width space",
        ),
        pytest.param(
            *("formats", "formats/source/alone-odd-white-space", set()),
            (STRUCTURES_OFFERED, one_more_space),
            id="double space",
        ),
        pytest.param(
            *("formats", "formats/source/alone-contains-upper-case", set()),
            (STRUCTURES_OFFERED, right_one(lambda label: label[:2] + label[2:].capitalize())),
            id="capital inside",
        ),
        pytest.param(
            *("formats", "formats/label/alone-divided-2-letters", {"prior", "blind"}),
            (even_letters,),
            id="even letters",
        ),
        pytest.param(
            *("prior", "prior/labels-too-often", {"blind"}),
            (drawn_from(BRITISH), right_one(BRITISH.__getitem__)),
            id="British spelling",
        ),
        pytest.param(
            *("words", "words/give-aways", {"blind"}),
            (STRUCTURES_OFFERED, telling_word),
            id="word of the question",
        ),
        pytest.param(
            *("letters", "letters/4-options", {"blind"}),
            (STRUCTURES_OFFERED, spelled_anyhow, always_c),
            id="always C",
        ),
    ],
)
def test_a_planted_shortcut_is_caught_and_nothing_else(
    root: Path, tmp_path: Path, check: str, name: str, consequences: set[str], plants: tuple[Plant, ...]
) -> None:
    found = looked_at(tmp_path / "planted", phantom(root, 1, scenes=45), *plants)
    finding = alarms(found)[name]
    assert (finding["severity"], finding["figure"]) == ("serious", 1.0)
    assert check in checks(found) <= {check} | consequences


def test_a_label_that_is_right_half_as_often_again_is_caught(root: Path, tmp_path: Path) -> None:
    found = looked_at(tmp_path / "planted", phantom(root, 1, scenes=150), STRUCTURES_OFFERED, liver_more_often, seed=1)
    finding = alarms(found)["prior/labels-too-often"]
    assert finding["figure"] == pytest.approx(3 / 8, abs=0.04)
    assert finding["sentence"].count("is right in") == 1
    assert "liver is right in" in finding["sentence"]
    assert checks(found) <= {"prior", "blind"}


def test_frames_share_nothing_until_a_file_is_copied_to_the_other_side(root: Path, tmp_path: Path) -> None:
    questions = phantom(root, 2, scenes=45, frames=True)
    frames = root / "release-2-45-True"
    clean = looked_at(tmp_path / "clean", questions, STRUCTURES_OFFERED, images=frames)
    assert alarms(clean) == {}
    assert {row["name"] for row in clean.findings.to_pylist() if row["severity"] == "unchecked"} == set()
    train, test = (sorted({asked.image for asked in questions if asked.split == split}) for split in ("train", "test"))
    (frames / test[0]).write_bytes((frames / train[0]).read_bytes())
    found = looked_at(tmp_path / "copied", questions, STRUCTURES_OFFERED, images=frames)
    assert set(alarms(found)) == {"leaks/same-bytes-test-train"}
    shown = [row for row in found.evidence.to_pylist() if row["name"] == "leaks/same-bytes-test-train"]
    assert len(shown) == sum(asked.image == test[0] for asked in questions)
    assert all(row["image_id"].endswith(test[0]) and row["detail"].endswith(train[0]) for row in shown)


def test_distractors_drawn_at_random_are_a_shortcut_where_answers_differ_in_frequency(
    root: Path, tmp_path: Path
) -> None:
    phantom(root, 3, scenes=60)
    tables = root / "tables-3-60-False"
    labels = pq.read_table(tables / "choices.parquet")["label"].to_pylist()
    vectors = tmp_path / "vectors.npz"
    np.savez(vectors, labels=np.array(labels), vectors=np.random.default_rng(0).normal(size=(len(labels), 5)))
    config = BuildConfig(sources=(tables,), choices=ChoiceSource.RANDOM, embeddings=vectors)
    built = build(config, tmp_path / "curriculum")
    seen_at_build = {row["name"]: row for row in built.findings}["prior/accuracy"]
    seen = alarms(audit(tmp_path / "curriculum"))
    # Hardly any frame shows six of a thing, and many show none: the numbers alone tell.
    assert seen["prior/accuracy"]["severity"] == seen_at_build["severity"] == "serious"
    assert seen["prior/accuracy"]["figure"] == seen_at_build["figure"] > seen_at_build["expected"] + 0.1
    assert "0 is right in" in seen["prior/labels-too-often"]["sentence"]
    assert "6 is right in" in seen["prior/labels-too-seldom"]["sentence"]
