"""A server on loopback that speaks the OpenAI protocol and does what a test tells it to."""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from curriculum_kit import torchvision_repair


@dataclass
class Answer:
    """What a server does with a request: waits `delay` seconds, then sends the body, a dict as JSON.

    `drop` closes the connection: "before" any byte is sent, or "within" the body.
    """

    status: int = 200
    body: Any = ""
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drop: str = ""


@dataclass
class Scripted:
    """A running server. `asked` holds the requests for completions as they came, `models` what it lists."""

    url: str
    asked: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    models: Answer = field(default_factory=lambda: Answer(body={"data": [{"id": "tiny"}]}))
    stopped: threading.Event = field(default_factory=threading.Event)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    script: Callable[[dict[str, Any]], Answer]
    state: Scripted

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._note()
        self._answer(self.state.models)

    def do_POST(self) -> None:
        self._note()
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.state.asked.append(request)
        self.state.times.append(time.monotonic())
        self._answer(self.script(request))

    def _note(self) -> None:
        self.state.paths.append(f"{self.command} {self.path}")
        self.state.keys.append(self.headers.get("authorization", ""))

    def _answer(self, answer: Answer) -> None:
        self.state.stopped.wait(answer.delay)
        body = answer.body.encode() if isinstance(answer.body, str) else json.dumps(answer.body).encode()
        if answer.drop == "before":
            self._reset()
            return
        try:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body) + (1000 if answer.drop else 0)))
            self.end_headers()
            self.wfile.write(body)
            if answer.drop:
                self._reset()
        except OSError:  # whoever asked has gone
            self.close_connection = True

    def _reset(self) -> None:
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True


class _Threads(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of connections that a client broke off."""


def said(*texts: str, variety: str = "syntax") -> str:
    """Return what a model writes that keeps to the form."""
    return json.dumps({"wordings": [{"text": text, "variety": variety} for text in texts]})


def completion(content: str | None, *, finish: str = "stop", usage: tuple[int, int] | None = (100, 20), **message: Any):
    """Return the body of a chat completion."""
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": content, **message}}
    counted = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)} if usage else None
    return {"id": "c", "object": "chat.completion", "created": 0, "model": "tiny", "choices": [choice]} | (
        {"usage": counted} if counted else {}
    )


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[dict[str, Any]], Answer]], Scripted]]:
    """Return what starts a server on loopback: a function of the request's JSON says what it answers."""
    running = []

    def start(script: Callable[[dict[str, Any]], Answer]) -> Scripted:
        handler = type("Handler", (_Handler,), {"script": staticmethod(script)})
        server = _Threads(("127.0.0.1", 0), handler)
        handler.state = Scripted(f"http://127.0.0.1:{server.server_port}/v1")
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        running.append((server, handler.state))
        return handler.state

    yield start
    for server, state in running:
        state.stopped.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def answer() -> type[Answer]:
    """Return the class of what a server answers."""
    return Answer


@pytest.fixture
def wordings() -> Callable[..., dict[str, Any]]:
    """Return what makes a good completion out of texts; other arguments as in `completion`."""
    return lambda *texts, **other: completion(said(*texts), **other)


@pytest.fixture
def talk() -> Callable[..., dict[str, Any]]:
    """Return what makes a completion out of any content."""
    return completion


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody back off for longer than a moment; waits that a server asks for stay as they are."""
    monkeypatch.setattr("curriculum_kit.writers.exchange.backoff", lambda _: 0.01)


_CHAT = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<assistant>"


@pytest.fixture
def chat_model(tmp_path, write_tokenizer):
    """Return what writes a model's folder, byte by byte in and out: (chat template, context length)."""

    def write(template=_CHAT, context=8192):
        torchvision_repair.install()
        import torch
        from tokenizers import decoders
        from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

        folder = tmp_path / "tiny-chat"
        folder.mkdir()
        write_tokenizer(folder)
        tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
        tokenizer.backend_tokenizer.decoder = decoders.ByteLevel()
        tokenizer.chat_template = template
        tokenizer.save_pretrained(folder)
        torch.manual_seed(0)
        sizes = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
        config = LlamaConfig(
            vocab_size=259, max_position_embeddings=context, bos_token_id=257, eos_token_id=258, pad_token_id=0, **sizes
        )
        LlamaForCausalLM(config).save_pretrained(folder)
        return folder

    return write
