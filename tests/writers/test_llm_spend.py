"""The limit on tokens, and what is counted against it."""

import itertools

import pytest

from curriculum_kit.wordings import Ask, Failure
from curriculum_kit.writers.budget import Estimate
from curriculum_kit.writers.llm import LlmWriter

pytestmark = pytest.mark.usefixtures("quick")

ASKS = [Ask(f"What is part {number} of the liver?", wanted=2) for number in range(10)]
IN = LlmWriter("http://localhost:1/v1", "tiny").estimate(ASKS[:1]).tokens_in


def test_an_estimate_asks_nobody() -> None:
    """Numbers of one digit: all ten prompts are as long as the first."""
    writer = LlmWriter("http://localhost:1/v1", "tiny", max_tokens=100)
    assert writer.estimate(ASKS) == Estimate(calls=10, tokens_in=10 * IN, tokens_out_at_most=1000)
    assert writer.estimate([]) == Estimate(0, 0, 0)
    assert 400 < IN < 700
    assert writer.usage.requests == 0


def failures(writer, asks=ASKS):
    return [reply.failure for _, reply in sorted(writer.write(asks), key=lambda one: one[0])]


def test_asks_beyond_the_limit_are_not_sent(serve, answer, wordings) -> None:
    """Each takes 120 tokens and may take IN + 100: five fit into 4 * 120 and one more at its dearest."""
    server = serve(lambda _: answer(body=wordings("What is seen?")))
    limit = 4 * 120 + IN + 100
    writer = LlmWriter(server.url, "tiny", concurrency=4, max_tokens=100, max_tokens_total=limit)

    assert sorted(map(str, failures(writer))) == ["None"] * 5 + ["over_budget"] * 5
    assert len(server.asked) == 5
    assert writer.usage.tokens == 5 * 120 <= limit
    assert failures(writer, ASKS[:2]) == [Failure.OVER_BUDGET] * 2  # a second round knows what the first one spent
    assert len(server.asked) == 5


def test_many_at_a_time_do_not_go_beyond_the_limit_together(serve, answer, talk) -> None:
    """Every reply is as dear as it may be."""
    server = serve(lambda _: answer(body=talk("no", usage=(IN, 100)), delay=0.02))
    writer = LlmWriter(server.url, "tiny", concurrency=10, max_tokens=100, max_tokens_total=3 * (IN + 100) + 50)
    assert failures(writer).count(Failure.OVER_BUDGET) == 7
    assert writer.usage.tokens == 3 * (IN + 100)


def test_tokens_that_the_server_does_not_count_are_estimated(serve, answer, talk) -> None:
    server = serve(lambda _: answer(body=talk("a" * 35, usage=None)))
    writer = LlmWriter(server.url, "tiny")
    (reply,) = [reply for _, reply in writer.write(ASKS[:1])]
    assert (reply.tokens_in, reply.tokens_out) == (0, 0)
    assert (writer.usage.tokens_in, writer.usage.tokens_out, writer.usage.tokens_estimated) == (IN, 10, IN + 10)
    assert writer.remarks == [f"{IN + 10:,} of the tokens are estimated: the server did not count them"]


@pytest.mark.parametrize(
    ("fault", "cost"),
    [({"delay": 5.0}, IN + 100), ({"drop": "before"}, IN + 100), ({"status": 500}, 0), ({"status": 429}, 0)],
)
def test_requests_that_were_broken_off_count_as_worked_on(serve, answer, wordings, fault, cost) -> None:
    count = itertools.count()
    server = serve(lambda _: answer(**fault) if not next(count) else answer(body=wordings("What is seen?")))
    writer = LlmWriter(server.url, "tiny", timeout=0.2, max_tokens=100)
    assert failures(writer, ASKS[:1]) == [None]
    assert (writer.usage.requests, writer.usage.tokens) == (2, cost + 120)
    assert writer.usage.tokens_estimated == cost


def test_a_request_is_not_repeated_beyond_the_limit(serve, answer) -> None:
    server = serve(lambda _: answer(drop="before"))
    writer = LlmWriter(server.url, "tiny", max_tokens=100, max_tokens_total=2 * (IN + 100))
    assert failures(writer, ASKS[:1]) == [Failure.OVER_BUDGET]
    assert len(server.asked) == 2
