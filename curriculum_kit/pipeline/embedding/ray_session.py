"""A Ray to work with: one of our own on this machine, a cluster, or the one that this process uses already."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from curriculum_kit.encoders.clip.hub import first_line
from curriculum_kit.errors import EngineFailed

_STORE = 512 * 2**20  # bytes of shared memory for a Ray of our own; what does not fit goes to the disk
_TO_CONNECT = 5  # seconds
_TO_ANSWER = 30  # seconds; a Ray that is there takes 2, and Ray itself tries for two minutes, then ends the process


@contextmanager
def ray_running(address: str | None) -> Iterator[Any]:
    """Give the module `ray`, connected to the cluster at an address, or to a Ray that is started on this machine.

    A Ray that this process uses already is used and left as it is; one that is started here is shut down at the
    end. Raises `EngineFailed` within half a minute where Ray is not installed, does not start or does not answer.
    """
    ray = _import_ray()
    if ray.is_initialized():
        with _quiet_data(ray):
            yield ray
        return
    if address:
        _reach(address)
    ours: dict[str, Any] = {} if address else {"include_dashboard": False, "object_store_memory": _STORE}
    try:
        with _quiet_start():
            ray.init(address or "local", log_to_driver=False, logging_level=logging.ERROR, **ours)
    except (Exception, SystemExit) as error:  # Ray ends the process where it cannot start
        raise EngineFailed(f"Ray does not start ({first_line(error)}); take --engine local") from error
    try:
        with _quiet_data(ray):
            yield ray
    finally:
        ray.shutdown()


def _import_ray() -> Any:
    # Ray would report each start to its makers.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
        import ray.data
        import ray.exceptions
    except ImportError as error:
        raise EngineFailed(
            "--engine ray needs Ray, which is not installed; "
            "run pip install 'curriculum-kit[ray]', or take --engine local"
        ) from error
    return ray


def _reach(address: str) -> None:
    """Raise within half a minute where no Ray answers at the address."""
    host, _, port = address.rpartition(":")
    if address != "auto" and not (host and port.isdecimal() and "/" not in host):
        raise EngineFailed(
            f"{address!r} is no address of a Ray cluster; give HOST:PORT of its head (the port is usually 6379), "
            "from a machine of the cluster"
        )
    try:
        if address != "auto":
            socket.create_connection((host, int(port)), timeout=_TO_CONNECT).close()
        # In another process, because Ray ends the one in which it finds no cluster.
        code = "import sys, ray; ray.init(sys.argv[1], log_to_driver=False)"
        child = [sys.executable, "-c", code, address]
        subprocess.run(child, capture_output=True, text=True, check=True, timeout=_TO_ANSWER)
    except (OSError, OverflowError, subprocess.SubprocessError) as error:
        raise EngineFailed(f"no Ray cluster answers at {address}{_reason(error)}") from error


def _reason(error: Exception) -> str:
    """Say why no cluster was reached, as far as Ray or the network tells, and what to do."""
    lines = error.stderr.split("\n") if isinstance(error, subprocess.CalledProcessError) else [str(error)]
    if any("AuthToken" in line for line in lines):
        return " without its token; set RAY_AUTH_MODE=token, and RAY_AUTH_TOKEN where ~/.ray/auth_token is not its own"
    # The last of a traceback says what was wrong: another version, for instance.
    said = next((line for line in reversed(lines) if line.strip()), "")
    if isinstance(error, subprocess.TimeoutExpired):
        said = f"nothing within {_TO_ANSWER} s"
    return f" ({first_line(Exception(said))}); check --ray-address, or leave it out to work on this machine"


@contextmanager
def _quiet_start() -> Iterator[None]:
    """Keep Ray's C++ part off stderr: it warns of actors with arguments, which all of Ray Data's have."""
    level = "RAY_BACKEND_LOG_LEVEL"
    before = os.environ.get(level)
    os.environ.setdefault(level, "fatal")
    sys.stderr.flush()
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)  # that this level was set is told whatever the level
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)
        if before is None:
            del os.environ[level]


@contextmanager
def _quiet_data(ray: Any) -> Iterator[None]:
    """Keep Ray Data's progress bars and reports off the terminal."""
    context, logger = ray.data.DataContext.get_current(), logging.getLogger("ray.data")
    before = context.enable_progress_bars, logger.level
    context.enable_progress_bars = False
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        context.enable_progress_bars = before[0]
        logger.setLevel(before[1])
