"""Format shortcuts: planted ones are caught, random ones and the labels' own rates are not taken for one."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curriculum_kit.audit.findings import Finding
from curriculum_kit.audit.formats import chosen, rules
from curriculum_kit.audit.formats.rules import AS_GIVEN, AS_SHOWN, format_findings
from curriculum_kit.benchmarks import reader_of
from curriculum_kit.enums import Severity
from curriculum_kit.labels import fold_label
from curriculum_kit.offers import Offers, offers_of
from curriculum_kit.pipeline.ingest import ingest
from curriculum_kit.schemas import schema_of

LABELS = ["liver", "gut", "left lung", "right lung", "spleen", "colon", "gallbladder", "cystic plate", "skin", "hook"]


def offers(questions: list[tuple[list[str], int]], as_given: bool = True) -> Offers:
    """Questions as (options, place of the right one)."""
    rows = [
        {
            "question_id": f"q{number}",
            "benchmark": "toy",
            "split": "train",
            "unit_id": f"u{number}",
            "image_ids": [],
            "question": "What is it?",
            "answer": fold_label(options[right]),
            "choices": [fold_label(option) for option in options],
            "answer_index": right,
            "question_type": None,
            "modality": None,
            "metadata": [],
            "choices_as_given": options,
        }
        for number, (options, right) in enumerate(questions)
    ]
    return offers_of([pa.Table.from_pylist(rows, schema=schema_of("questions"))], as_given)


def asked(
    seed: int, write: Callable[[str, bool, random.Random], str], number: int = 300
) -> list[tuple[list[str], int]]:
    """Questions of four labels drawn at random, the right one too; `write` spells a label, knowing if it is right."""
    chance = random.Random(seed)
    questions = []
    for _ in range(number):
        labels, right = chance.sample(LABELS, 4), chance.randrange(4)
        questions.append(([write(label, place == right, chance) for place, label in enumerate(labels)], right))
    return questions


def alarms(findings: list[Finding]) -> list[str]:
    return [f.what for f in findings if f.severity in {Severity.SERIOUS, Severity.WARNING}]


def any_spelling(label: str, _: bool, chance: random.Random) -> str:
    """Upper case, an article, a final mark, a bracket, a doubled space: each by chance, whatever is right."""
    text = label.capitalize() if chance.random() < 0.5 else label
    text = f"the {text}" if chance.random() < 0.2 else text
    text = text.replace(" ", "  ") if chance.random() < 0.2 else text
    return text + chance.choice(["", "", ".", "!", " (organ)", "\u200b"])


@pytest.mark.parametrize("seed", range(20))
def test_spellings_at_random_raise_no_alarm(seed: int) -> None:
    questions = asked(seed, any_spelling)
    assert [f.what for f in format_findings(offers(questions), AS_GIVEN)] == ["source/none"]
    assert [f.what for f in format_findings(offers(questions, False), AS_SHOWN)] == ["label/none"]


PLANTED = {
    "lower case": (lambda label: label.capitalize(), lambda label: label),
    "final full stop": (lambda label: label.capitalize(), lambda label: f"{label.capitalize()}."),
    "doubled space": (lambda label: f"a {label}", lambda label: f"a  {label}"),
    "zero-width space": (lambda label: label, lambda label: f"{label}\u200b"),
    "non-breaking hyphen": (lambda label: f"{label}-like", lambda label: f"{label}\u2011like"),
    "article": (lambda label: label, lambda label: f"the {label}"),
    "second sentence": (lambda label: f"{label}.", lambda label: f"{label}. It is seen here."),
    "bracket": (lambda label: label, lambda label: f"{label} (organ)"),
    "digit": (lambda label: label, lambda label: f"{label} 1"),
    "Cyrillic a": (lambda label: f"a {label}", lambda label: f"\u0430 {label}"),
    "a capital inside": (lambda label: label, lambda label: label[0] + label[1:].upper()),
}


@pytest.mark.parametrize("kind", PLANTED)
@pytest.mark.parametrize("how_often", [1.0, 0.6])
def test_planted_spellings_are_caught(kind: str, how_often: float) -> None:
    plain, marked = PLANTED[kind]

    def write(label: str, is_right: bool, chance: random.Random) -> str:
        return marked(label) if chance.random() < (how_often if is_right else 0.05) else plain(label)

    found = format_findings(offers(asked(1, write)), AS_GIVEN)
    assert alarms(found)
    assert found[0].severity is Severity.SERIOUS
    assert found[0].figure is not None
    assert found[0].figure > 0.7


def sentences(seed: int, pick: Callable[[list[str]], str], number: int = 300) -> list[tuple[list[str], int]]:
    """Questions whose options never come again; `pick` says which is right."""
    chance = random.Random(seed)
    questions = []
    for _ in range(number):
        options = [
            "".join(chance.choice("bcdfgklmnprst") + chance.choice("aeiou") for _ in range(chance.randint(2, 9)))
            + chance.choice(["", "n", "t"])
            for _ in range(4)
        ]
        questions.append((options, options.index(pick(options))))
    return questions


@pytest.mark.parametrize(
    ("pick", "name"),
    [
        (lambda options: max(options, key=len), "label/most-characters"),
        (lambda options: min(options, key=len), "label/least-characters"),
        (min, "label/least-alphabet"),
        (lambda options: max(options, key=lambda o: o[-1] not in "aeiou"), "label/alone-ends-consonant"),
        (lambda options: max(options, key=lambda o: len(o) % 2 == 0), "label/alone-divided-2-characters"),
        (lambda options: max(options, key=lambda o: "k" in o), "label/alone-contains-k"),
    ],
)
def test_shortcuts_in_labels_that_never_come_again_are_caught(pick: Callable[[list[str]], str], name: str) -> None:
    found = format_findings(offers(sentences(2, pick), False), AS_SHOWN)
    assert name in alarms(found)


def test_the_figures_are_those_of_the_questions() -> None:
    # The lower-case one is right in 24 of 28; in 6 there are two of them, and 6 have but two options.
    right = [(["gut", "Liver", "Hook"], 0), (["Gut", "liver", "Hook"], 1), (["Gut", "Liver", "hook"], 2)] * 8
    wrong = [(["Gut", "Liver", "hook", "Skin"], 1)] * 4
    silent = [(["gut", "liver", "Hook"], 2)] * 6 + [(["gut", "Liver"], 0)] * 6
    found = {f.what: f for f in format_findings(offers(right + wrong + silent), AS_GIVEN)}
    case = found["source/alone-begins-lower-case"]
    assert (case.rows, case.of, case.figure, case.severity) == (28, 34, 24 / 28, Severity.SERIOUS)
    assert case.expected == pytest.approx((24 / 3 + 4 / 4) / 28)
    assert case.evidence["question_id"].to_pylist() == [f"q{number}" for number in range(28)]
    assert case.evidence["detail"].to_pylist() == ["gut", "liver", "hook"] * 8 + ["hook"] * 4
    assert case.sentence == (
        "As the source spells them: where exactly one of three or more options begins in lower case (28 questions) it "
        "is the right one in 85.7% (chance 32.1%)."
    )


def test_one_shortcut_is_one_finding() -> None:
    table = offers(asked(3, lambda label, is_right, _: label if is_right else label.capitalize()))
    assert [f.what for f in format_findings(table, AS_GIVEN)] == ["source/alone-begins-lower-case"]


def test_no_more_rules_than_can_be_read_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    case = asked(7, lambda label, is_right, _: label if is_right else label.capitalize())
    stop = asked(8, lambda label, is_right, _: label.capitalize() + "." * is_right)
    article = asked(9, lambda label, is_right, _: f"The {label}" if is_right else label.capitalize())
    table = offers(case + stop + article)
    every = alarms(format_findings(table, AS_GIVEN))
    assert every[:2] == ["source/alone-begins-lower-case", "source/alone-ends-full-stop"]
    monkeypatch.setattr(rules, "_MOST_RULES", 1)
    few = format_findings(table, AS_GIVEN)
    assert [f.what for f in few] == ["source/alone-begins-lower-case", "source/more"]
    assert few[1].sentence.startswith(f"As the source spells them: {len(every) - 1} more rules on the form")


def test_a_label_that_is_often_right_is_no_format() -> None:
    chance = random.Random(4)
    questions = []
    for _ in range(400):
        options = ["liver", *chance.sample([label for label in LABELS if label != "liver"], 3)]
        chance.shuffle(options)
        questions.append((options, options.index("liver") if chance.random() < 0.8 else chance.randrange(4)))
    found = format_findings(offers(questions, False), AS_SHOWN)
    assert [(f.what, f.severity) for f in found] == [
        ("label/explained-by-labels", Severity.NOTE),
        ("label/none", Severity.CLEAR),
    ]


@pytest.mark.parametrize("seed", range(8))
def test_labels_that_are_always_or_never_right_are_no_format(seed: int) -> None:
    chance = random.Random(seed)
    names = ["".join(chance.choices("abdegiklmnorstu", k=chance.randint(3, 9))) for _ in range(30)]
    strength = {name: chance.random() ** 12 for name in names}
    questions = []
    for _ in range(600):
        options = chance.sample(names, 4)
        questions.append((options, options.index(max(options, key=strength.__getitem__))))
    assert alarms(format_findings(offers(questions, False), AS_SHOWN)) == []


@pytest.mark.parametrize(
    ("beaten", "name"),
    [
        (lambda other, right: len(other) < len(right), "label/most-characters"),
        (lambda other, right: other > right, "label/least-alphabet"),
        (lambda other, right: len(other) % 2 and not len(right) % 2, "label/alone-divided-2-characters"),
    ],
)
def test_a_rule_that_explains_the_labels_as_well_is_said(beaten: Callable[[str, str], bool], name: str) -> None:
    chance = random.Random(6)
    names = ["".join(chance.choices("abdegiklmnorstu", k=chance.randint(3, 12))) for _ in range(20)]
    questions = []
    while len(questions) < 400:
        right = chance.choice(names)
        others = [other for other in names if beaten(other, right)]
        if len(others) >= 3:
            options = [right, *chance.sample(others, 3)]
            chance.shuffle(options)
            questions.append((options, options.index(right)))
    found = {f.what: f for f in format_findings(offers(questions, False), AS_SHOWN)}
    assert (found[name].figure, found[name].severity) == (1.0, Severity.SERIOUS)
    assert "; knowing how often each label is right tells as much" in found[name].sentence


def test_what_cannot_be_checked_is_said() -> None:
    none = offers([])
    assert [(f.what, f.severity) for f in format_findings(none, AS_GIVEN)] == [("source/all", Severity.UNCHECKED)]
    assert "the source's spelling is not kept" in format_findings(none, AS_GIVEN)[0].sentence
    assert "no question has options" in format_findings(none, AS_SHOWN)[0].sentence
    few = offers([(["gut", "liver", "hook"], 0)] * 19 + [(["gut", "liver"], 0)] * 9)
    assert "19 questions have three or more" in format_findings(few, AS_GIVEN)[0].sentence


def test_options_all_alike_are_clear() -> None:
    same = offers([(["", "", ""], 0)] * 30)
    assert [f.severity for f in format_findings(same, AS_GIVEN)] == [Severity.CLEAR]


def test_long_options_are_looked_at_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "_MOST_CHARACTERS", 8_000)
    monkeypatch.setattr(chosen, "_MOST_SEARCHED", 150)
    longest = sentences(5, lambda options: max(options, key=len))
    found = format_findings(offers(longest, False), AS_SHOWN)[0]
    assert found.what == "label/most-characters"
    assert 150 < found.of < 300
    assert f"questions, looked for in {found.of} of 300) it is" in found.sentence


@pytest.fixture(scope="module")
def omnimedvqa(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Offers:
    folder = tmp_path_factory.mktemp("omnimedvqa")
    ingest(reader_of("omnimedvqa"), real_data / "omnimedvqa", folder)
    return offers_of([pq.read_table(folder / "questions.parquet")], as_given=True)


@pytest.mark.real_data
def test_the_shortcuts_of_omnimedvqa(omnimedvqa: Offers) -> None:
    found = {f.what: f for f in format_findings(omnimedvqa, AS_GIVEN)}
    case = found["source/alone-begins-lower-case"]
    assert (case.rows, case.figure, case.evidence.num_rows) == (11_062, 1.0, 11_062)
    has, lacks = found["source/alone-ends-full-stop"], found["source/alone-not-ends-full-stop"]
    assert has.rows + lacks.rows == 5_296
    assert has.figure is not None
    assert lacks.figure is not None
    assert round(has.figure * has.rows + lacks.figure * lacks.rows) == 5_259
    anatomy = omnimedvqa.question_type.texts.index("Anatomy Identification")
    case = format_findings(omnimedvqa.subset(np.equal(omnimedvqa.question_type.codes, anatomy)), AS_GIVEN)[0]
    assert (case.what, case.rows, case.figure) == ("source/alone-begins-lower-case", 10_018, 1.0)
