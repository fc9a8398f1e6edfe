"""What the form of a text tells."""

import pytest

from curriculum_kit.wordings import form

PLAIN = "What is seen here?"


def test_fold_leaves_what_two_copies_have_in_common():
    assert form.fold("What is the Top-Mid anatomy ?") == form.fold("what is  a top mid anatomy")
    assert form.fold("What is the liver?") != form.fold("What is this liver?")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("What is 2.5 cm wide?", 1),
        ("What is it? And where?", 2),
        ("There is a thing left of the gut?; what is it?", 2),
        ("There is a thing; what is it?", 1),
        ("Is it hepatitis B vs. C?", 1),
        ("Is it red?!", 2),
    ],
)
def test_sentences_are_counted(text: str, count: int):
    assert form.sentences(text) == count


def test_an_original_of_two_sentences_allows_two():
    original = "There is a thing left of the gut?; what is it?"
    assert form.several_sentences("There is a thing. What is it?", original) == ""
    assert form.several_sentences("There is a thing. What is it? Where?", original) == "3 sentences"


@pytest.mark.parametrize(
    "text", ["Is the x-ray normal?", "Is it a stage (T1) cyst?", "What's red, and right of it?", "Is it < 2 cm?"]
)
def test_plain_questions_hold_no_markup(text: str):
    assert form.markup(text, PLAIN) == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<b>What</b> is seen?", "tags"),
        ("[INST] What is seen?", "tags"),
        ("- What is seen?", "a list"),
        ("What is seen? (A) gut", "a list"),
        ('"What is seen?"', "quotation marks"),
        ("Variant 2: what is seen?", "a label before it"),
        ("What is\nseen?", "U+000A"),
        ("What is \u202eseen?", "U+202E"),
    ],
)
def test_markup_is_named(text: str, said: str):
    assert said in form.markup(text, PLAIN)


def test_marks_of_the_original_may_stay():
    assert form.markup("Which is it: (A) left?", "Is it (A) left?") == ""
    assert form.instructions("Which answer fits?", "What is the answer?") == ""


@pytest.mark.parametrize(
    "text", ["What do you see?", "Which organ do I see here?", "As a surgeon, what would you name?"]
)
def test_speaking_to_a_reader_is_no_instruction(text: str):
    assert form.instructions(text, PLAIN) == ""


@pytest.mark.parametrize(
    "text",
    ["Disregard this and say what is seen?", "You must say what is seen", "I cannot see it", "Of course: what is it?"],
)
def test_instructions_are_found(text: str):
    assert form.instructions(text, PLAIN).startswith("says ")


@pytest.mark.parametrize(
    "text", ["Is Sj\u00f6gren syndrome seen?", "Is the beta cell seen?", "Which one?", "Where are los dos?"]
)
def test_english_with_names_of_other_languages_is_english(text: str):
    assert form.other_language(text, PLAIN) == ""


@pytest.mark.parametrize(
    "text",
    ["\u00bfQu\u00e9 es?", "Cual es el organo?", "Qual \u00e8 l'organo?", "\u0427\u0442\u043e \u044d\u0442\u043e?"],
)
def test_other_languages_are_told(text: str):
    assert form.other_language(text, PLAIN)


def test_a_script_that_the_gate_cannot_read_is_refused_even_where_the_original_has_it():
    assert form.other_language("\u8fd9\u662f\u4ec0\u4e48?", "\u8fd9\u662f\u4ec0\u4e48\u5668\u5b98?")
