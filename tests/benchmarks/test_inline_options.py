import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curriculum_kit.benchmarks.inline_options import letter_of, split_inline_options, strip_answer_tag


@pytest.mark.parametrize(
    ("text", "question", "options"),
    [
        ("What is this? A)CT, B)x, with a comma, C)z, D)w", "What is this?", ("CT", "x, with a comma", "z", "w")),
        ("Which? A. x\nB. y\nC. z", "Which?", ("x", "y", "z")),
        ("Which?\nA: x\nB: y", "Which?", ("x", "y")),
        ("Which? (A) x (B) y", "Which?", ("x", "y")),
        ("Which? (A) x; (B) y; (C) z", "Which?", ("x", "y", "z")),
        ("Which? a) x b) y", "Which?", ("x", "y")),
        ("Which?A)x,B)y", "Which?", ("x", "y")),
        ("Which? A) x, B) y, or C) z", "Which?", ("x", "y", "z")),
        ("Which?\nAnatomy Options:\nA. liver\nB. gut", "Which?", ("liver", "gut")),
        ("Options:\nA. liver\nB. gut\n\nWhich is it?", "Which is it?", ("liver", "gut")),
        ("Which?\nA. liver\nB. gut\nAnswer with the letter.", "Which?", ("liver", "gut")),
    ],
)
def test_every_style_splits(text: str, question: str, options: tuple[str, ...]) -> None:
    assert split_inline_options(text) == (question, options)


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("Which? A)vitamin A), B)iron, C)vitamin C)", ("vitamin A)", "iron", "vitamin C)")),
        ("Which? A)iron, B)vitamin A), C)zinc", ("iron", "vitamin A)", "zinc")),
        (
            "Which? A)Pigment (RPE), B)cell (type B), C)fat (vitamin C) rich",
            ("Pigment (RPE)", "cell (type B)", "fat (vitamin C) rich"),
        ),
        ("Which? A)Doppler (ultrasound, B)CT, C)MRI", ("Doppler (ultrasound", "CT", "MRI")),
        ("Which? A. E. coli\nB. S. aureus, C. diff\nC. D. immitis", ("E. coli", "S. aureus, C. diff", "D. immitis")),
        ("Group? A) A: with, B) B: with, C) AB", ("A: with", "B: with", "AB")),
        ("Panels (A) liver and (B) gut and (C) fat. Which? A. yes B. no", ("yes", "no")),
        ("Compare (A) and (B)? (A) longer (B) shorter (C) the same", ("longer", "shorter", "the same")),
    ],
)
def test_what_only_looks_like_a_marker_stays_in_the_option(text: str, options: tuple[str, ...]) -> None:
    assert split_inline_options(text)[1] == options


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Is there a lesion?",
        "Which? A) x",
        "Which? B) x, C) y",
        "Which? A)x, B), C)y",
        "Which? A)x, B)y, D)z",
        "Which? A)x, B)y, B)z, C)w",
        "In the U.S.A. or the U.K. today?",
    ],
)
def test_what_cannot_be_told_apart_raises(text: str) -> None:
    with pytest.raises(ValueError, match="no options"):
        split_inline_options(text)


_OPTION = st.from_regex(r"[a-z]{1,8}( [a-z]{1,8})?(, [a-z]{2,8})?( \([A-Z]{2,4}\))?", fullmatch=True)


@given(st.lists(_OPTION, min_size=2, max_size=26), st.sampled_from(["{}) ", "({}) ", "{}. ", "{}: ", "{})"]))
def test_options_come_back_as_they_went_in(options: list[str], marker: str) -> None:
    for separator in (", ", "\n"):
        written = separator.join(marker.format(chr(65 + i)) + option for i, option in enumerate(options))
        assert split_inline_options(f"What is shown? {written}") == ("What is shown?", tuple(options))


@given(st.text(alphabet="ABCab().:, \n?x", max_size=60))
def test_wild_text_splits_or_raises_value_error(text: str) -> None:
    try:
        _, options = split_inline_options(text)
    except ValueError:
        return
    assert len(options) >= 2
    assert all(option.strip() for option in options)


def test_very_long_texts_take_no_long_time() -> None:
    for text in ("A) x, B) y, " * 20_000, "(" * 100_000, "\n" * 100_000):
        with pytest.raises(ValueError, match="no options"):
            split_inline_options(text)
    assert letter_of("<answer>" * 20_000) is None


@pytest.mark.parametrize(
    "text", ["C", "c", "(C)", "C.", "C)", "C:", " C ", "<answer> C </answer>", "<ANSWER>(c)</ANSWER>"]
)
def test_letter_of_a_letter(text: str) -> None:
    assert letter_of(text) == 2


@pytest.mark.parametrize("text", ["", "CT", "C) Liver", "3", "(C", "É", "<answer></answer>", "<answer> CT </answer>"])
def test_letter_of_anything_else(text: str) -> None:
    assert letter_of(text) is None


def test_the_last_answer_tag_counts() -> None:
    assert strip_answer_tag("<answer>A</answer> no, <answer> B </answer>") == "B"
    assert strip_answer_tag(" Liver ") == "Liver"


@pytest.mark.real_data
def test_every_row_of_med_r1_splits_into_two_or_four_options(real_data: Path) -> None:
    problems = [
        row["problem"] for path in (real_data / "med_r1").rglob("*.json") for row in json.loads(path.read_text("utf-8"))
    ]
    sizes = {2: 0, 4: 0}
    for problem in problems:
        question, options = split_inline_options(problem)
        sizes[len(options)] += 1
        letters = "ABCD"[: len(options)]
        assert f"{question} " + ", ".join(map("{}){}".format, letters, options)) == problem.rstrip(" ,")
    # 669 rows of these four files have two options, the others four.
    assert sizes == {2: 669, 4: 23_695}
