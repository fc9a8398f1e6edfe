"""The server that comes with transformers, with a tiny model of random weights: it speaks, and says nothing of use."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from curriculum_kit.wordings import Ask, Failure
from curriculum_kit.writers.llm import LlmWriter

PATIENCE = 90.0  # seconds until it must answer


@pytest.fixture
def transformers_serve(chat_model, tmp_path):
    """Return the address of `transformers serve` and the name of its one model."""
    folder = chat_model()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # It imports torchvision, which here and there needs the repair that ckit makes in its own process.
    start = (
        "from curriculum_kit import torchvision_repair; torchvision_repair.install(); import sys; "
        "sys.argv[0] = 'transformers'; from transformers.cli.transformers import main; main()"
    )
    command = [sys.executable, "-c", start, "serve", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    log = tmp_path / "serve.log"
    with log.open("w") as stream:
        process = subprocess.Popen(
            [*command, "--device", "cpu"], env=environment, stdout=stream, stderr=subprocess.STDOUT
        )
    try:
        _wait(f"http://127.0.0.1:{port}/health", process, log)
        yield f"http://127.0.0.1:{port}/v1", str(folder)
    finally:
        process.kill()
        process.wait()


def _wait(address: str, process: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"transformers serve did not come up: {log.read_text()[-2000:]}")


def test_a_tiny_model_behind_transformers_serve(transformers_serve) -> None:
    url, model = transformers_serve
    writer = LlmWriter(url, model, max_tokens=8, timeout=60)
    asks = [Ask("What is the name of the red anatomy?", 3), Ask("Which organ is shown?", 3)]
    replies = dict(writer.write(asks))
    assert {reply.failure for reply in replies.values()} <= {Failure.UNREADABLE, Failure.CUT_OFF}
    assert len(replies) == 2
    assert all(reply.tokens_in > 100 and 1 <= reply.tokens_out <= 8 for reply in replies.values())
