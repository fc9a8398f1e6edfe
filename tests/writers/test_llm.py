"""A real HTTP server on loopback that does what servers and models do wrong."""

import itertools
import logging
import threading

import pytest

from curriculum_kit.wordings import Ask, Failure, Reply, Variety, Wording
from curriculum_kit.writers.llm import LlmWriter
from curriculum_kit.writers.reading import LONGEST_TEXT

pytestmark = pytest.mark.usefixtures("quick")

ASK = Ask("What is left of the white grasper?", wanted=2, keep=("white grasper",))
WORDING = "Which structure lies left of the white grasper?"
GOOD = Reply((Wording(WORDING, Variety.SYNTAX),), tokens_in=100, tokens_out=20)


def asks(count):
    return [Ask(f"What is part {number} of the liver?", wanted=2) for number in range(count)]


def written(writer, asked):
    """Return the replies in the order of the asks."""
    found = list(writer.write(asked))
    assert sorted(position for position, _ in found) == list(range(len(asked)))
    return [reply for _, reply in sorted(found, key=lambda one: one[0])]


def test_a_request_holds_the_template_and_the_key_is_optional(serve, answer, wordings) -> None:
    server = serve(lambda _: answer(body=wordings(WORDING)))
    writer = LlmWriter(server.url + "/", "tiny", max_tokens=64, temperature=0.3, seed=5)

    assert written(writer, [ASK]) == [GOOD]
    assert server.paths == ["GET /v1/models", "POST /v1/chat/completions"]
    (request,) = server.asked
    assert "white grasper" in request["messages"][1]["content"]
    assert {name: request[name] for name in ("model", "max_tokens", "temperature", "seed")} == {
        **{"model": "tiny", "max_tokens": 64, "temperature": 0.3, "seed": 5}
    }
    assert request["response_format"]["type"] == "json_schema"
    assert writer.name == "llm:tiny"
    assert (writer.usage.requests, writer.usage.tokens, writer.usage.tokens_estimated) == (1, 120, 0)
    assert writer.remarks == []


def test_every_ask_is_answered_once_and_the_models_are_listed_once(serve, answer, wordings) -> None:
    def echo(request):
        return answer(body=wordings(request["messages"][1]["content"].splitlines()[2].strip('"')))

    server = serve(echo)
    writer = LlmWriter(server.url, "tiny", concurrency=4)
    for _ in range(2):
        assert [reply.wordings[0].text for reply in written(writer, asks(30))] == [ask.question for ask in asks(30)]
    assert len(server.asked) == 60
    assert server.paths.count("GET /v1/models") == 1


def test_no_ask_is_no_request(serve, answer) -> None:
    server = serve(lambda _: answer(500))
    assert list(LlmWriter(server.url, "tiny").write([])) == []
    assert server.paths == []


def test_no_more_run_at_a_time_than_allowed(serve, answer, wordings) -> None:
    lock, running, most = threading.Lock(), 0, 0

    def count(_):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        server.stopped.wait(0.05)
        with lock:
            running -= 1
        return answer(body=wordings(WORDING))

    server = serve(count)
    written(LlmWriter(server.url, "tiny", concurrency=3), asks(12))
    assert most == 3


def test_replies_come_as_they_are_there(serve, answer, wordings) -> None:
    late = threading.Event()

    def wait(request):
        if "part 2" in request["messages"][1]["content"]:
            late.wait(10)
        return answer(body=wordings(WORDING))

    found = LlmWriter(serve(wait).url, "tiny").write(asks(5))
    assert sorted(next(found)[0] for _ in range(4)) == [0, 1, 3, 4]
    late.set()
    assert [position for position, _ in found] == [2]


PASSING = {
    "rate limit": {"status": 429, "body": {"error": {"message": "slow down"}}},
    "error of the server": {"status": 500, "body": "oops"},
    "overloaded": {"status": 503},
    "connection dropped before the reply": {"drop": "before"},
    "connection dropped within the reply": {"drop": "within", "body": "{"},
    "hang": {"delay": 30.0},
}


@pytest.mark.parametrize("fault", PASSING)
def test_what_may_pass_is_asked_again_until_it_does(serve, answer, wordings, fault) -> None:
    count = itertools.count()
    server = serve(lambda _: answer(**PASSING[fault]) if next(count) < 2 else answer(body=wordings(WORDING)))

    assert written(LlmWriter(server.url, "tiny", timeout=0.3), [ASK]) == [GOOD]
    assert len(server.asked) == 3
    assert server.asked[0] == server.asked[2]


@pytest.mark.parametrize("fault", PASSING)
def test_what_does_not_pass_is_given_up_after_the_retries(serve, answer, fault) -> None:
    server = serve(lambda _: answer(**PASSING[fault]))
    (reply,) = written(LlmWriter(server.url, "tiny", timeout=0.1, retries=2), [ASK])
    assert (reply.failure, reply.wordings) == (Failure.UNREACHABLE, ())
    assert reply.detail
    assert len(server.asked) == 3


def test_nobody_asks_while_the_server_asks_to_wait(serve, answer, wordings) -> None:
    """One limit holds up all: the other requests wait too, and none is wasted on a second refusal."""
    count = itertools.count()
    limit = answer(429, {"error": {"message": "slow down"}}, {"Retry-After": "0.5"})
    server = serve(lambda _: limit if next(count) == 4 else answer(body=wordings(WORDING), delay=0.02))

    assert written(LlmWriter(server.url, "tiny", concurrency=4, retries=0), asks(20)) == [GOOD] * 20
    assert len(server.asked) == 21
    gaps = [later - earlier for earlier, later in itertools.pairwise(sorted(server.times))]
    assert max(gaps) >= 0.4
    assert sum(time > server.times[4] and time < server.times[4] + 0.45 for time in server.times) <= 3  # were under way


def test_a_limit_that_never_ends_is_given_up(serve, answer) -> None:
    server = serve(lambda _: answer(429, "slow down", {"Retry-After-Ms": "10"}))
    (reply,) = written(LlmWriter(server.url, "tiny", retries=0), [ASK])
    assert (reply.failure, reply.detail) == (Failure.UNREACHABLE, "status 429: slow down")
    assert len(server.asked) == 21


def test_a_model_that_declines_writes_something_else_or_is_cut_off(serve, answer, talk) -> None:
    does = {
        "part 0": (talk("I'm sorry, I can't help with that."), Failure.DECLINED),
        "part 1": (talk(None, refusal="No."), Failure.DECLINED),
        "part 2": (talk('{"wordings": [{"text": "What'), Failure.UNREADABLE),
        "part 3": (talk("The left lobe."), Failure.UNREADABLE),
        "part 4": (talk('{"wordings": [{"text": "What', finish="length"), Failure.CUT_OFF),
        "part 5": ("<html>welcome</html>", Failure.UNREADABLE),
    }

    def play(request):
        return answer(body=next(body for part, (body, _) in does.items() if part in request["messages"][1]["content"]))

    server = serve(play)
    replies = written(LlmWriter(server.url, "tiny"), asks(6))
    assert [reply.failure for reply in replies] == [failure for _, failure in does.values()]
    assert len(server.asked) == 6


def test_ten_thousand_words_are_passed_on_cut(serve, answer, wordings) -> None:
    server = serve(lambda _: answer(body=wordings("liver " * 10_000)))
    (reply,) = written(LlmWriter(server.url, "tiny"), [ASK])
    assert [len(wording.text) for wording in reply.wordings] == [LONGEST_TEXT]


def test_a_server_without_structured_output_is_found_out_once(serve, answer, wordings) -> None:
    def play(request):
        if "response_format" in request:
            return answer(400, {"error": {"message": "unknown field"}})
        return answer(body=wordings(WORDING))

    server = serve(play)
    writer = LlmWriter(server.url, "tiny")
    assert written(writer, asks(40)) == [GOOD] * 40
    assert sum("response_format" in request for request in server.asked) == 1
    assert len(server.asked) == 41
    assert writer.remarks == ["the server knows no structured output; the prompt alone asks for JSON"]


def test_a_single_request_that_is_refused_for_another_reason_is_not_sent_again(serve, answer, wordings) -> None:
    def play(request):
        if "part 3" in request["messages"][1]["content"]:
            return answer(400, {"error": {"message": "filtered", "code": "content_filter"}})
        if "part 4" in request["messages"][1]["content"]:
            return answer(400, {"error": {"message": "the prompt is too long"}})
        return answer(body=wordings(WORDING))

    server = serve(play)
    replies = written(LlmWriter(server.url, "tiny"), asks(6))
    assert [replies[number].failure for number in (2, 3, 4)] == [None, Failure.DECLINED, Failure.UNREACHABLE]
    assert "the prompt is too long" in replies[4].detail
    assert len(server.asked) == 6


def test_single_requests_are_not_reported(serve, answer, wordings, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    written(LlmWriter(serve(lambda _: answer(body=wordings(WORDING))).url, "tiny"), asks(3))
    assert [record for record in caplog.records if record.name.startswith(("openai", "http"))] == []
    assert logging.getLogger("openai").level == logging.NOTSET


def test_an_interrupted_run_leaves_nothing_behind(serve, answer, wordings) -> None:
    server = serve(lambda _: answer(body=wordings(WORDING), delay=0.05))
    found = LlmWriter(server.url, "tiny", concurrency=2).write(asks(200))
    next(found)
    found.close()
    server.stopped.wait(0.3)
    assert len(server.asked) < 20
    assert "ckit-writer" not in {thread.name for thread in threading.enumerate()}
