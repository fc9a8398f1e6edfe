"""Prompts: the words of a question reach the prompt unchanged."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curriculum_kit.errors import ConfigInvalid
from curriculum_kit.prompts import TEMPLATES, PromptTemplate, template_named


def test_a_conversation_without_and_with_a_system_message() -> None:
    plain = PromptTemplate("plain", "", "Q: {question}\n{options}")
    assert plain.render("Which?", ["liver", "gut"]) == [{"role": "user", "content": "Q: Which?\nA. liver\nB. gut"}]
    strict = PromptTemplate("strict", "Be brief.", "{question} {options}")
    assert strict.render("Which?", ["x"]) == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Which? A. x"},
    ]


@pytest.mark.parametrize("user", ["{question}|{options}", "{options}|{question}"])
def test_what_looks_like_a_place_in_the_data_stays_as_it_is(user: str) -> None:
    content = PromptTemplate("t", "", user).render("{options} {x} {} %s", ["{question}", "{options}", "\\1"])[0][
        "content"
    ]
    parts = {"question": "{options} {x} {} %s", "options": "A. {question}\nB. {options}\nC. \\1"}
    assert content == "|".join(parts[name] for name in re.findall(r"\w+", user))


@given(st.text(), st.lists(st.text(), min_size=1, max_size=26))
def test_question_and_options_stand_in_every_template_word_for_word(question: str, choices: list[str]) -> None:
    options = "\n".join(f"{chr(ord('A') + place)}. {label}" for place, label in enumerate(choices))
    for template in TEMPLATES.values():
        content = template.render(question, choices)[-1]["content"]
        assert content.startswith(f"{question}\n\n{options}\n\nExactly one option is right.")


def test_26_options_end_at_z() -> None:
    template = PromptTemplate("t", "", "{options}")
    lines = template.render("", [str(number) for number in range(26)])[0]["content"].splitlines()
    assert (lines[0], lines[-1]) == ("A. 0", "Z. 25")


def test_the_hash_tells_words_apart_and_not_names() -> None:
    one = PromptTemplate("one", "a", "b")
    assert one.sha256 == PromptTemplate("two", "a", "b").sha256
    others = [PromptTemplate("one", "a", "B"), PromptTemplate("one", "A", "b"), PromptTemplate("one", "", "ab")]
    assert len({one.sha256, *(other.sha256 for other in others)}) == 4


def test_the_templates_of_the_project_differ_and_ask_for_an_answer() -> None:
    assert len({template.sha256 for template in TEMPLATES.values()}) == len(TEMPLATES)
    assert all("<answer>" in template.user and "</answer>" in template.user for template in TEMPLATES.values())
    assert all(name == template.name == template_named(name).name for name, template in TEMPLATES.items())


def test_an_unknown_name_offers_the_known() -> None:
    with pytest.raises(ConfigInvalid) as caught:
        template_named("thnk")
    assert str(caught.value) == "unknown prompt 'thnk' (did you mean 'think'?); known are think, answer"
