"""What ends a run: one line that says what, where and what to do, and never the key."""

import itertools
import logging
import socket
import traceback

import pytest

from curriculum_kit.errors import CkitError, ConfigInvalid, ModelUnavailable
from curriculum_kit.wordings import Ask, Failure
from curriculum_kit.writers.llm import LlmWriter
from curriculum_kit.writers.server import key_from_environment

pytestmark = pytest.mark.usefixtures("quick")

ASKS = [Ask(f"What is part {number} of the liver?", wanted=2) for number in range(40)]
KEY = "canary-5e1f00d-key"


def ending(writer, asks=ASKS):
    """Return the replies before the end and its message, which is one line."""
    found = []
    with pytest.raises(CkitError) as caught:
        found.extend(writer.write(asks))
    assert "\n" not in str(caught.value)
    return found, caught.value


def test_no_server() -> None:
    with socket.socket() as taken:  # bound, and listens to nobody
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        found, error = ending(LlmWriter(url, "tiny"))
    assert isinstance(error, ModelUnavailable)
    assert found == []
    assert str(error).startswith(f"no server answers at {url} (ConnectError")
    assert str(error).endswith("; start it, or check the address and the port")


@pytest.mark.parametrize("where", ["models", "completions"])
def test_a_wrong_key(serve, answer, where) -> None:
    refusal = answer(401, {"error": {"message": f"Incorrect API key: {KEY}"}})
    server = serve(lambda _: refusal)
    if where == "models":
        server.models = refusal
    found, error = ending(LlmWriter(server.url, "tiny", key=KEY))
    assert isinstance(error, ConfigInvalid)
    assert found == []
    assert str(error) == (
        f"{server.url} refuses the key (Incorrect API key: ***); set another one as CKIT_LLM_KEY or OPENAI_API_KEY"
    )
    assert len(server.paths) <= 2


def test_a_key_is_asked_for_and_none_is_set(serve, answer) -> None:
    server = serve(lambda _: answer(403, {"error": {"message": "key missing"}}))
    server.models = answer(404)
    _, error = ending(LlmWriter(server.url, "tiny"))
    assert str(error) == (
        f"{server.url} asks for a key (key missing); set it as CKIT_LLM_KEY or OPENAI_API_KEY in the environment"
    )
    assert len(server.asked) == 1


def test_a_model_that_is_not_listed(serve, answer) -> None:
    server = serve(lambda _: answer(500))
    server.models = answer(body={"data": [{"id": "qwen-7b"}, {"id": "llama-3"}]})
    found, error = ending(LlmWriter(server.url, "qwen-8b"))
    assert found == server.asked == []
    assert str(error) == (
        f"{server.url} has no model 'qwen-8b' (did you mean 'qwen-7b'?); it has llama-3, qwen-7b; "
        "name one that it serves"
    )


@pytest.mark.parametrize(
    ("listed", "model"),
    [("tiny:latest", "tiny"), ("models/tiny", "tiny"), ("other", "/models/tiny"), ("tiny", "tiny")],
)
def test_names_that_lists_spell_otherwise(serve, answer, wordings, listed, model) -> None:
    server = serve(lambda _: answer(body=wordings("What is seen?")))
    server.models = answer(body={"data": [{"id": listed}]})
    assert len(list(LlmWriter(server.url, model).write(ASKS[:1]))) == 1


@pytest.mark.parametrize(
    "models",
    [{"status": 404}, {"status": 500}, {"status": 403}, {"body": "<html>"}, {"body": {"data": [3]}}, {"body": []}],
)
def test_a_server_that_keeps_no_list(serve, answer, wordings, models) -> None:
    server = serve(lambda _: answer(body=wordings("What is seen?")))
    server.models = answer(**models)
    assert len(list(LlmWriter(server.url, "tiny").write(ASKS[:1]))) == 1


@pytest.mark.parametrize("status", [404, 400])
def test_a_model_that_the_server_does_not_know(serve, answer, status) -> None:
    server = serve(lambda _: answer(status, {"error": {"message": "The model `tinny` does not exist."}}))
    server.models = answer(404)
    _, error = ending(LlmWriter(server.url, "tinny"))
    assert str(error) == f"{server.url} has no model 'tinny'; name one that it serves"
    assert len(server.asked) == 1


def test_an_address_that_is_not_that_of_the_protocol(serve, answer) -> None:
    server = serve(lambda _: answer(404, "Not Found"))
    server.models = answer(404)
    _, error = ending(LlmWriter(server.url.removesuffix("/v1"), "tiny"))
    assert "has no chat/completions" in str(error)
    assert "most addresses end in /v1" in str(error)


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        ({"status": 402, "body": {"error": {"message": "no funds"}}}, "gives no more credit (no funds)"),
        (
            {"status": 429, "body": {"error": {"message": "over", "code": "insufficient_quota"}}},
            "gives no more credit (over)",
        ),
        ({"status": 429, "headers": {"Retry-After": "86400"}, "body": "daily limit"}, "asks to wait 86,400 s"),
    ],
)
def test_no_credit_ends_a_run_and_loses_no_reply(serve, answer, wordings, refusal, words) -> None:
    """What is under way when the credit ends is waited for: it is paid."""
    count = itertools.count()
    server = serve(
        lambda _: answer(**refusal) if next(count) == 6 else answer(body=wordings("What is seen?"), delay=0.1)
    )
    found, error = ending(LlmWriter(server.url, "tiny", concurrency=4))
    assert words in str(error)
    assert len(found) == len(server.asked) - 1 <= 10


def test_a_server_that_stops_to_answer_is_given_up(serve, answer, wordings) -> None:
    count = itertools.count()
    server = serve(lambda _: answer(body=wordings("What is seen?")) if next(count) < 5 else answer(drop="before"))
    found, error = ending(LlmWriter(server.url, "tiny", concurrency=2, retries=1), ASKS)
    assert "answered none of the last 16 asks, each sent 2 times" in str(error)
    assert [reply.failure for _, reply in found].count(None) == 5
    assert {reply.failure for _, reply in found} == {None, Failure.UNREACHABLE}


@pytest.mark.parametrize(
    "url", ["", "localhost:8000", "ftp://host/v1", "http://", "http://host:port/v1", "http://a b/v1", "http://[1/v1"]
)
def test_what_is_no_address(url) -> None:
    with pytest.raises(ConfigInvalid, match="is no address of a server; give one like http://localhost:8000/v1"):
        LlmWriter(url, "tiny")


@pytest.mark.parametrize("url", [f"http://me:{KEY}@host/v1", f"http://host/v1?key={KEY}"])
def test_an_address_with_a_secret(url) -> None:
    with pytest.raises(ConfigInvalid, match="give the address alone") as caught:
        LlmWriter(url, "tiny")
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"concurrency": 0}, "0 requests at a time"),
        ({"timeout": 0}, "a timeout of 0 s"),
        ({"retries": -1}, "-1 retries"),
        ({"max_tokens": 0}, "at most 0 tokens"),
        ({"max_tokens_total": -5}, "-5 tokens is below 0"),
        ({"temperature": 2.5}, "temperature of 2.5"),
        ({"model": " "}, "has no name"),
    ],
)
def test_numbers_that_make_no_sense(given, words) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        LlmWriter("http://localhost:1/v1", **{"model": "tiny", **given})
    assert words in str(caught.value)


def test_the_package_openai_is_not_installed(monkeypatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ModelUnavailable, match=r"needs the package openai; pip install 'curriculum-kit\[llm\]'"):
        LlmWriter("http://localhost:1/v1", "tiny")


def test_the_key_comes_from_the_environment(monkeypatch) -> None:
    monkeypatch.delenv("CKIT_LLM_KEY", raising=False)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert key_from_environment() is None
    monkeypatch.setenv("OPENAI_API_KEY", "second")
    assert key_from_environment() == "second"
    monkeypatch.setenv("CKIT_LLM_KEY", " first\n")
    assert key_from_environment() == "first"
    monkeypatch.setenv("CKIT_LLM_KEY", f"{KEY}\n{KEY}")
    with pytest.raises(ConfigInvalid, match="CKIT_LLM_KEY holds white space") as caught:
        key_from_environment()
    assert KEY not in str(caught.value)


def test_the_key_goes_to_the_server_and_nowhere_else(serve, answer, wordings, talk, caplog, capfd) -> None:
    """A server that repeats the key wherever it can does not bring it into a table, a message or a log."""
    caplog.set_level(logging.DEBUG)
    does = itertools.cycle(
        [
            answer(body=wordings(f"What is {KEY}?")),
            answer(body=talk(f"I can't help with {KEY}.")),
            answer(500, {"error": {"message": f"fault with {KEY}"}}),
            answer(418, f"{KEY} {KEY}", {"X-Key": KEY}),
            answer(body=f"<html>{KEY}"),
        ]
    )
    server = serve(lambda _: next(does))
    writer = LlmWriter(server.url, "tiny", key=KEY, concurrency=1, retries=0)
    shown = [repr(list(writer.write(ASKS[:5])))]
    server.models = answer(401, KEY)
    for other in (LlmWriter(server.url, "tiny", key=KEY), LlmWriter("http://127.0.0.1:9/v1", "tiny", key=KEY)):
        _, error = ending(other)
        shown += [repr(error), "".join(traceback.format_exception(error))]
    shown += [repr(writer), str(writer.remarks), writer.fingerprint, writer.name, caplog.text, *capfd.readouterr()]

    assert set(server.keys) == {f"Bearer {KEY}"}
    assert shown[0].count("***") >= 4
    assert [text for text in shown if KEY in text] == []


def test_the_fingerprint_is_that_of_what_decides_replies() -> None:
    def made(url="http://localhost:1/v1", model="tiny", **other):
        return LlmWriter(url, model, **other).fingerprint

    same = [{}, {"key": KEY}, {"concurrency": 2}, {"timeout": 3}, {"retries": 1}, {"max_tokens_total": 9}]
    assert {made(**other) for other in same} == {made(url="http://localhost:1/v1/")}
    others = [{"model": "big"}, {"url": "http://localhost:2/v1"}, {"temperature": 0}, {"seed": 1}, {"max_tokens": 9}]
    assert len({made(), *(made(**other) for other in others)}) == 6
    assert len(made()) == 64
