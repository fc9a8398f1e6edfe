"""The same function per batch under Ray Data, on this machine or on a cluster.

Every machine of a cluster must have ckit in this version, the model under the same name, and the images at the same
paths. Results stream back here, where the cache is written.
"""

from __future__ import annotations

import platform
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit import __version__
from curriculum_kit.encoders.clip import ClipModel, vector_schema
from curriculum_kit.encoders.clip.hub import first_line
from curriculum_kit.enums import ImageStatus
from curriculum_kit.errors import CkitError, EngineFailed, ModelUnavailable
from curriculum_kit.pipeline.embedding.encoding import batches_of, encode_files
from curriculum_kit.pipeline.embedding.ray_session import ray_running

ROWS = {False: 64, True: 1024}
"""Rows per batch on processors and on GPUs: seconds of work, so that nobody waits long for the last worker."""

CPUS = 4
"""Processors per worker without a GPU: more threads gain a model little, and each worker holds a model of its own."""

_FAILED = "failed"


@dataclass(frozen=True)
class Pool:
    """How many workers, and what each has."""

    workers: int
    cpus: int
    gpus: int


class Worker:
    """An actor of Ray: one model, loaded with the first batch."""

    def __init__(self, model: str, fingerprint: str, device: str, workers: int, version: str) -> None:
        self._name, self._fingerprint, self._version = model, fingerprint, version
        self._device, self._workers = device, workers
        self._model: ClipModel | None = None

    def __call__(self, batch: pa.Table) -> pa.Table:
        """Return the encoded batch; on an error a row that says it, because Ray would wrap it in its own."""
        try:
            self._model = self._model or self._load()
            return encode_files(self._model, batch, self._workers)
        except Exception as error:
            said = str(error) if isinstance(error, CkitError) else f"{type(error).__name__}: {first_line(error)}"
            reason = f"{said} (on {platform.node()})"
            nothing = pa.nulls(1, pa.list_(pa.float32(), 1))
            return pa.table([pa.array([reason]), nothing, pa.array([_FAILED])], schema=vector_schema(1))

    def _load(self) -> ClipModel:
        if __version__ != self._version:
            raise ModelUnavailable(f"ckit is {self._version} here and {__version__} there; install the same on both")
        model = ClipModel.load(self._name, self._device, self._workers)
        if model.fingerprint != self._fingerprint:
            raise ModelUnavailable(f"{self._name} is another model there than here; copy the same files to both")
        return model


def encode_on_ray(
    wanted: pa.Table, model: str, fingerprint: str, device: str, workers: int | None, address: str | None
) -> Generator[pa.Table]:
    """Yield the encoded batches as they come, in any order.

    Parameters as in `engine_for`. Raises `EngineFailed` where there is no Ray (see `ray_running`), where it gives up,
    or where a worker fails: it lacks the model, or does not see the images.
    """
    with ray_running(address) as ray:
        pool = plan([node["Resources"] for node in ray.nodes() if node["Alive"]], device, workers)
        rows = ROWS[pool.gpus > 0]
        blocks = list(batches_of(wanted, rows))
        most = min(pool.workers, len(blocks))
        encoded = ray.data.from_arrow(blocks).map_batches(
            Worker,
            fn_constructor_args=(model, fingerprint, device, pool.cpus, __version__),
            batch_size=rows,
            batch_format="pyarrow",
            num_cpus=pool.cpus,
            num_gpus=pool.gpus or None,
            concurrency=(1, most, most),  # begins with as many as there is room for
        )
        try:
            for found in encoded.iter_batches(batch_size=None, batch_format="pyarrow"):
                refuse_failed(found, wanted)
                yield found
        except (ray.exceptions.RayError, ray.data.exceptions.ExecutionTimeoutError) as error:
            raise EngineFailed(
                f"Ray gave up ({first_line(error)}); run the same command again, what is embedded is kept"
            ) from error


def plan(nodes: Sequence[Mapping[str, float]], device: str, workers: int | None) -> Pool:
    """Return the workers for machines with these resources of Ray: one for each GPU, or for each `CPUS` processors.

    >>> plan([{"CPU": 2}], "auto", None)
    Pool(workers=1, cpus=2, gpus=0)
    >>> plan([{"CPU": 16}, {"CPU": 10}, {}], "cpu", None)
    Pool(workers=6, cpus=4, gpus=0)
    >>> plan([{"CPU": 8}, {"CPU": 64, "GPU": 4}], "auto", None)
    Pool(workers=4, cpus=16, gpus=1)
    """
    able = [node for node in nodes if node.get("CPU", 0) >= 1]
    gpus = [node for node in able if node.get("GPU", 0) >= 1 and device != "cpu"]
    if gpus:
        share = min(int(node["CPU"] // node["GPU"]) for node in gpus)
        return Pool(sum(int(node["GPU"]) for node in gpus), max(1, min(workers or 16, share)), 1)
    if not able:
        raise EngineFailed("the cluster of Ray has no processor to work on; take --engine local")
    cpus = min(workers or CPUS, max(int(node["CPU"]) for node in able))
    return Pool(sum(int(node["CPU"]) // cpus for node in able), cpus, 0)


def refuse_failed(found: pa.Table, wanted: pa.Table) -> None:
    """Raise where a worker failed, or does not see a file that is here."""
    status = found["status"]
    if status[0].as_py() == _FAILED:
        raise EngineFailed(f"a worker of Ray failed: {found['key'][0].as_py()}")
    missing = pc.index(status, ImageStatus.MISSING.value).as_py()
    if missing < 0:
        return
    path = wanted["path"][pc.index(wanted["key"], found["key"][missing]).as_py()].as_py()
    if path is not None and Path(path).is_file():
        raise EngineFailed(
            f"a worker of Ray does not see {path}, which is here; "
            "put the images into a folder that every machine has at the same path"
        )
