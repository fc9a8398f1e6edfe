import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curriculum_kit.wordings import Failure, Reply, Variety, Wording
from curriculum_kit.writers.completion import read_completion
from curriculum_kit.writers.reading import LONGEST_TEXT, read_wordings

GOOD = '{"wordings": [{"text": "What is seen?", "variety": "syntax"}, {"text": "What shows?", "variety": "order"}]}'
TWO = (Wording("What is seen?", Variety.SYNTAX), Wording("What shows?", Variety.ORDER))


@pytest.mark.parametrize(
    "content",
    [
        GOOD,
        f"\n {GOOD}\n",
        f"```json\n{GOOD}\n```",
        f"Sure! Here they are:\n```\n{GOOD}\n```\nAnything else?",
        f"Sure, here you go: {GOOD} I hope this helps.",
        f'<think>Perhaps {{"wordings": [{{"text": "No."}}]}}?</think>{GOOD}',
        f"thinking without an opening tag</think>\n{GOOD}",
        json.dumps(json.loads(GOOD)["wordings"]),
        f"The braces {{of this}} talk [1] are none: {GOOD}",
    ],
)
def test_json_is_found_wherever_a_model_puts_it(content: str) -> None:
    assert read_wordings(content, 3) == Reply(TWO)


def test_no_more_than_wanted_are_kept() -> None:
    assert read_wordings(GOOD, 1) == Reply(TWO[:1])


def test_texts_alone_and_unknown_kinds_have_no_variety() -> None:
    assert read_wordings('{"wordings": ["What is seen?"]}', 2) == Reply((Wording("What is seen?"),))
    odd = '{"wordings": [{"text": "What?", "variety": "rhyme"}, {"text": "Which?", "variety": ["order"]}, {"text": 3}]}'
    assert read_wordings(odd, 3) == Reply((Wording("What?"), Wording("Which?")))


def test_a_text_of_ten_thousand_words_is_passed_on_cut() -> None:
    reply = read_wordings(json.dumps({"wordings": [{"text": "liver " * 10_000, "variety": "order"}]}), 1)
    assert reply == Reply((Wording(("liver " * 10_000)[:LONGEST_TEXT], Variety.ORDER),))


@pytest.mark.parametrize(
    "content",
    [
        "I'm sorry, but I can't help with that.",
        "I\N{RIGHT SINGLE QUOTATION MARK}m sorry, I cannot do this.",
        "I am unable to reword medical questions.",
        "As an AI language model, I do not give medical advice.",
    ],
)
def test_a_model_that_declines_in_words(content: str) -> None:
    assert read_wordings(content, 3) == Reply(failure=Failure.DECLINED, detail=content)


def test_a_model_or_server_that_declines_in_its_own_field() -> None:
    assert read_wordings("", 3, refusal="No.") == Reply(failure=Failure.DECLINED, detail="No.")
    assert read_wordings(GOOD, 3, finish="content_filter").failure is Failure.DECLINED


def test_a_reply_that_was_cut_off_counts_only_where_it_is_whole() -> None:
    cut = read_wordings(GOOD[:40], 3, finish="length")
    assert (cut.failure, cut.wordings) == (Failure.CUT_OFF, ())
    assert read_wordings(f"{GOOD}\nAnd another th", 3, finish="length") == Reply(TWO)
    drafts = f"<think>Maybe {GOOD} or"
    assert read_wordings(drafts, 3, finish="length").failure is Failure.CUT_OFF


@pytest.mark.parametrize(
    "content",
    [
        "",
        "The liver.",
        "1. What is seen?\n2. What shows?",
        GOOD[:40],
        "{}",
        '{"wordings": []}',
        '{"wordings": "What?"}',
        "[1, 2]",
        '["gallbladder"]',
        "null",
        "[" * 100_000,
        '{"a":' * 100_000,
    ],
)
def test_what_is_not_the_form_is_unreadable(content: str) -> None:
    reply = read_wordings(content, 3)
    assert (reply.failure, reply.wordings) == (Failure.UNREADABLE, ())
    assert reply.detail
    assert len(reply.detail) <= 200


@given(st.text() | st.text(alphabet='{}[]"wordings:, text`\n'))
def test_any_text_is_read_to_wordings_or_a_failure(content: str) -> None:
    reply = read_wordings(content, 2)
    assert (reply.failure is None) == (0 < len(reply.wordings) <= 2)


def body(**other: object) -> str:
    return json.dumps({"choices": [{"message": {"content": GOOD}, "finish_reason": "stop"}], **other})


def test_a_completion_holds_wordings_and_the_tokens_that_the_server_counted() -> None:
    read = read_completion(body(usage={"prompt_tokens": 30, "completion_tokens": 7}), 2)
    assert read.reply == Reply(TWO, tokens_in=30, tokens_out=7)
    assert read.counted == (30, 7)


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": "many", "completion_tokens": 3}, [30, 7]])
def test_tokens_that_nobody_counted_are_not_in_the_reply(usage: object) -> None:
    read = read_completion(body(usage=usage), 2)
    assert (read.reply, read.counted) == (Reply(TWO), None)
    assert read.written == 31  # 107 characters at 3.5 a token, rounded up


def test_a_message_in_parts_is_put_together() -> None:
    parts = [{"type": "text", "text": GOOD[:30]}, {"type": "text", "text": GOOD[30:]}]
    assert read_completion(json.dumps({"choices": [{"message": {"content": parts}}]}), 2).reply == Reply(TWO)


def test_the_field_for_refusals_is_read() -> None:
    refusing = {"choices": [{"message": {"content": None, "refusal": "I will not."}, "finish_reason": "stop"}]}
    assert read_completion(json.dumps(refusing), 2).reply == Reply(failure=Failure.DECLINED, detail="I will not.")


def test_an_error_under_the_status_of_a_success() -> None:
    read = read_completion('{"error": {"message": "upstream timed out"}}', 2)
    assert read.reply.failure is Failure.UNREACHABLE
    assert "upstream timed out" in read.reply.detail


@pytest.mark.parametrize("text", ["", "<html>", "[]", "{}", '{"choices": []}', '{"choices": [3]}', '{"choices": {}}'])
def test_what_is_no_completion_is_unreadable(text: str) -> None:
    assert read_completion(text, 2).reply.failure is Failure.UNREADABLE


@given(st.recursive(st.none() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)))
def test_any_json_is_read(value: object) -> None:
    for sent in (
        value,
        {"choices": value},
        {"choices": [{"message": value}]},
        {"choices": [{"message": {"content": value}}]},
    ):
        assert read_completion(json.dumps(sent), 2).reply.failure is not None
