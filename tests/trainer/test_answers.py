import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.answers import chosen
from trainer.rewards import accuracy, has_format

ORGANS = ("gut", "liver", "gallbladder", "bladder")
TAGS = ("<answer>", "</answer>", "<think>", "</think>", "<ANSWER>", "< /answer>")


def table():
    """Return completions with hand-set scores; a line break in a completion is written \\n."""
    with Path(__file__).with_name("completions.tsv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in rows:
        row["completion"] = row["completion"].encode().decode("unicode_escape")
    return rows


def test_the_table_is_large_and_has_both_scores():
    rows = table()
    assert len(rows) >= 60
    assert {row["accuracy"] for row in rows} == {row["format"] for row in rows} == {"0", "1"}


@pytest.mark.parametrize("row", table(), ids=lambda row: f"{row['right']}-{row['completion']}")
def test_scores_set_by_hand(row):
    scores = accuracy([row["completion"]], choices=[row["choices"].split("|")], solution=[row["right"]])
    assert scores == [float(row["accuracy"])]
    assert has_format(row["completion"]) is (row["format"] == "1")


def test_an_option_that_stands_there_twice_is_told_by_its_letter_alone():
    choices = ("liver", "Liver.", "gut")
    assert chosen("<answer>liver</answer>", choices) is None
    assert chosen("<answer>B. liver</answer>", choices) == 1
    assert chosen("<answer>C. liver</answer>", choices) is None


def test_letters_count_up_to_the_last_option():
    assert chosen("<answer>I</answer>", [f"organ {n}" for n in range(9)]) == 8
    assert chosen("<answer>I</answer>", ORGANS) is None
    assert chosen("<answer>I believe it is C</answer>", [f"organ {n}" for n in range(9)]) == 2


def test_labels_of_one_letter_are_read_as_letters_where_there_is_such_an_option():
    groups = ("b", "o", "ab")
    assert chosen("<answer>B</answer>", groups) == 1
    assert chosen("<answer>o</answer>", groups) == 1
    assert chosen("<answer>AB</answer>", groups) == 2


def test_time_grows_with_the_length_and_no_more():
    for text in ("<think>" * 20_000, "<answer>" * 20_000, "<answer>" + "liver " * 20_000, "<answer>" + "<" * 50_000):
        assert chosen(text, ORGANS) in (None, 1)


@given(st.lists(st.sampled_from([*TAGS, "A", "b", "liver", " ", "or", "gall", "bladder", ".", "-", "I"]) | st.text()))
def test_any_text_is_read_without_an_error(parts):
    completion = "".join(parts)
    assert chosen(completion, ORGANS) in {None, 0, 1, 2, 3}
    assert has_format(completion) in {True, False}


@given(st.lists(st.text(), min_size=1, max_size=26), st.data())
def test_the_letter_names_its_option_whatever_the_labels(choices, data):
    place = data.draw(st.integers(0, len(choices) - 1))
    assert chosen(f"<answer>{chr(ord('A') + place)}</answer>", choices) == place


@given(
    st.lists(st.from_regex(r"[b-hj-z]{2,9}( [b-hj-z]{2,9})?", fullmatch=True), min_size=2, max_size=5, unique=True),
    st.data(),
)
def test_a_label_names_its_option_unless_it_is_spelt_as_another(choices, data):
    place = data.draw(st.integers(0, len(choices) - 1))
    alike = [other for other in choices if other.replace(" ", "") == choices[place].replace(" ", "")]
    expected = place if len(alike) == 1 else None
    assert chosen(f"<answer>The {choices[place].upper()}.</answer>", choices) == expected
