"""What asking a server costs around the server: wall time against the ideal, where every slot is busy all the time.

A server on loopback answers each request after a fixed time. The ideal is requests / concurrency * latency; the import
of the client and the list of models count for us, as they do for a user.

    python bench/groups.py [--asks 1000] [--concurrency 16] [--latency 0.2] [--rounds 3]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table
from timing import Spread

from curriculum_kit.wordings import Ask
from curriculum_kit.writers.llm import LlmWriter

LIMIT = 1.2
"""Wall time over the ideal that is allowed."""


async def serve(latency: float) -> None:
    """Answer every request after `latency` seconds, and print the port first."""
    said = {"wordings": [{"text": "Which structure lies there?", "variety": "syntax"}]}
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": json.dumps(said)}}
    reply = {"choices": [choice], "usage": {"prompt_tokens": 500, "completion_tokens": 30}}
    bodies = {b"GET": json.dumps({"data": [{"id": "bench"}]}).encode(), b"POST": json.dumps(reply).encode()}

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.lower().split(b"\r\n")
                length = next((int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length")), 0)
                await reader.readexactly(length)
                method = head.split(b" ", 1)[0]
                await asyncio.sleep(latency if method == b"POST" else 0)
                body = bodies[method]
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n")
                writer.write(f"content-length: {len(body)}\r\n\r\n".encode() + body)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def running(latency: float) -> Iterator[str]:
    """Run the server in a process of its own and give its address."""
    command = [sys.executable, __file__, "--serve", "--latency", str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"
        process.terminate()


def main() -> None:
    """Print wall and CPU time and the ratio to the ideal; exit with 1 where it is above the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--asks", type=int, default=1000)
    parser.add_argument("--concurrency", type=int, default=16)
    parser.add_argument("--latency", type=float, default=0.2, help="seconds until the server answers")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", action="store_true", help="be the server")
    given = parser.parse_args()
    if given.serve:
        asyncio.run(serve(given.latency))
        return
    asks = [Ask(f"What is the structure {number} left of the grasper?", wanted=3) for number in range(given.asks)]
    rounds = []
    with running(given.latency) as url:
        for _ in range(given.rounds):
            start, used = time.perf_counter(), time.process_time()
            replies = list(LlmWriter(url, "bench", concurrency=given.concurrency).write(asks))
            rounds.append((time.perf_counter() - start, time.process_time() - used))
            assert sum(reply.failure is None for _, reply in replies) == given.asks
    ideal = given.asks / given.concurrency * given.latency
    ratio = Spread.of([wall / ideal for wall, _ in rounds])
    table = Table(title=f"{given.asks} asks, {given.concurrency} at a time, {given.latency:g} s each")
    for column in ("round", "wall s", "ideal s", "wall / ideal", "CPU ms per ask"):
        table.add_column(column, justify="right")
    for number, (wall, cpu) in enumerate(rounds, start=1):
        cells = (f"{wall:.2f}", f"{ideal:.2f}", f"{wall / ideal:.3f}", f"{1000 * cpu / given.asks:.1f}")
        table.add_row(str(number), *cells)
    console = Console()
    console.print(table)
    console.print(f"median {ratio.median:.3f}, {ratio.low:.3f} to {ratio.high:.3f} (limit: {LIMIT})")
    sys.exit(ratio.median > LIMIT)


if __name__ == "__main__":
    main()
