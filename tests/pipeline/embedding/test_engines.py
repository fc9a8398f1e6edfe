"""The real model: the right file under the right key, in this process and under Ray."""

import importlib.util
import socket
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from curriculum_kit import __version__
from curriculum_kit.encoders.clip import ClipModel, clip_fingerprint_of
from curriculum_kit.enums import Engine
from curriculum_kit.errors import EngineFailed
from curriculum_kit.pipeline.embedding import (
    EmbeddingCache,
    embed,
    engine_for,
    ray_session,
    wanted_images,
)
from curriculum_kit.pipeline.embedding.encoding import encode_files
from curriculum_kit.pipeline.embedding.on_ray import Worker, refuse_failed

pytestmark = pytest.mark.usefixtures("one_thread")
without_ray = pytest.mark.skipif(
    not importlib.util.find_spec("ray"), reason="Ray is not installed; pip install 'curriculum-kit[ray]'"
)


@pytest.fixture(scope="module")
def model(model_folder: Path) -> ClipModel:
    return ClipModel.load(str(model_folder), device="cpu", workers=1)


def wanted_of(paths: list[Path], **corners: list[float | None]) -> pa.Table:
    columns = {"sha256": pa.nulls(len(paths), pa.string()), "path": [str(path) for path in paths]}
    return wanted_images(pa.table(columns | {name: pa.array(side, pa.float32()) for name, side in corners.items()}))


def run(wanted: pa.Table, cache: EmbeddingCache, kind: Engine, model: ClipModel) -> Any:
    encode = engine_for(kind, lambda: model, model.name, model.fingerprint, device="cpu", workers=1)
    return embed(wanted, cache, encode)


def test_a_run_gives_the_vectors_of_the_model(model: ClipModel, cache: EmbeddingCache, pictures: list[Path]) -> None:
    text = pictures[0].with_name("text.png")
    text.write_text("no image")
    paths = [*pictures, text, text.with_name("none.png"), pictures[0]]
    box = {name: [None] * 8 + [side] for name, side in zip(("x0", "y0", "x1", "y1"), (0, 0, 0.5, 1), strict=True)}
    wanted = wanted_of(paths, **box)
    found = run(wanted, cache, Engine.LOCAL, model)
    assert found.status == {"corrupt": 1, "missing": 1, "ok": 7}
    vectors = cache.vectors(wanted["key"])
    direct = model.encode_batch(wanted)["vector"].to_pylist()
    assert (
        [row is None for row in direct] == np.isnan(vectors).any(axis=1).tolist() == [False] * 6 + [True] * 2 + [False]
    )
    np.testing.assert_allclose(vectors[[*range(6), 8]], [row for row in direct if row], atol=1e-6)
    assert not np.allclose(vectors[0], vectors[8], atol=1e-3)
    unused = engine_for(Engine.LOCAL, lambda: pytest.fail("the model is not needed"), model.name, model.fingerprint)
    assert embed(wanted, cache, unused).embedded == 0


def test_a_file_that_is_another_by_now_does_not_take_the_key(
    model: ClipModel, cache: EmbeddingCache, pictures: list[Path]
) -> None:
    wanted = wanted_of(pictures[:3])
    pictures[0].write_bytes(pictures[5].read_bytes())
    pictures[1].unlink()
    assert encode_files(model, wanted)["status"].to_pylist() == ["changed", "missing", "ok"]
    found = run(wanted, cache, Engine.LOCAL, model)
    assert found.status == {"changed": 1, "missing": 1, "ok": 1}
    assert cache.status_of(wanted["key"]).to_pylist() == [None, None, "ok"]
    assert run(wanted_of(pictures[:1]), cache, Engine.LOCAL, model).status == {"ok": 1}


@without_ray
@pytest.mark.filterwarnings("ignore::DeprecationWarning:ray")
def test_ray_gives_the_same_vectors_and_leaves_nothing_behind(
    model: ClipModel,
    cache: EmbeddingCache,
    pictures: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    import ray

    monkeypatch.setattr(ray_session, "_STORE", 100 * 2**20)
    monkeypatch.setattr("curriculum_kit.pipeline.embedding.on_ray.ROWS", {False: 3})
    text = pictures[0].with_name("text.png")
    text.write_text("no image")
    wanted = wanted_of([*pictures, text, text.with_name("none.png")])
    run(wanted, cache, Engine.LOCAL, model)
    capfd.readouterr()
    on_ray = EmbeddingCache(tmp_path / "on-ray", cache.fingerprint, "a model")
    found = run(wanted, on_ray, Engine.RAY, model)
    assert capfd.readouterr() == ("", "")
    assert found.status == {"corrupt": 1, "missing": 1, "ok": 6}
    np.testing.assert_allclose(on_ray.vectors(wanted["key"]), cache.vectors(wanted["key"]), atol=1e-6)
    assert not ray.is_initialized()


def test_a_worker_says_why_it_fails(model: ClipModel, model_folder: Path, pictures: list[Path]) -> None:
    wanted = wanted_of(pictures[:1])
    name = str(model_folder)
    fingerprint = clip_fingerprint_of(name)
    for arguments, reason in (
        (("/none/model", fingerprint, "cpu", 1, None), "the CLIP model '/none/model' does not exist"),
        ((name, "0" * 64, "cpu", 1, None), "is another model there than here; copy the same files to both"),
        ((name, fingerprint, "zebra", 1, None), "device 'zebra' is not on this machine"),
        ((name, fingerprint, "cpu", 1, "0.0.1"), "there; install the same on both"),
    ):
        worker = Worker(*arguments[:4], arguments[4] or __version__)
        with pytest.raises(EngineFailed, match=reason):
            refuse_failed(worker(wanted), wanted)


def test_a_worker_that_does_not_see_a_file_fails_and_one_that_is_gone_is_missing(
    model: ClipModel, pictures: list[Path]
) -> None:
    wanted = wanted_of(pictures[:2])
    elsewhere = wanted.set_column(1, "path", pa.array([str(pictures[0]), "/elsewhere/1.png"]))
    found = encode_files(model, elsewhere)
    with pytest.raises(EngineFailed, match=f"a worker of Ray does not see {pictures[1]}, which is here"):
        refuse_failed(found, wanted)
    pictures[1].unlink()
    refuse_failed(found, wanted)


def encode_at(address: str | None, wanted: pa.Table) -> None:
    encode = engine_for(Engine.RAY, lambda: pytest.fail("not here"), "model", "0" * 64, ray_address=address)
    list(encode(wanted))


def test_without_ray_one_line_says_how_to_get_it(pictures: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(EngineFailed, match=r"which is not installed; run pip install 'curriculum-kit\[ray\]'"):
        encode_at(None, wanted_of(pictures[:1]))


@without_ray
@pytest.mark.parametrize("address", ["zebra", "ray://head:10001", "head:port", ":6379"])
def test_what_is_no_address_is_refused(address: str, pictures: list[Path]) -> None:
    with pytest.raises(EngineFailed, match="is no address of a Ray cluster; give HOST:PORT of its head"):
        encode_at(address, wanted_of(pictures[:1]))


@without_ray
def test_an_address_where_no_ray_answers_is_one_line_and_no_wait(
    pictures: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_session, "_TO_ANSWER", 1)
    wanted = wanted_of(pictures[:1])
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(EngineFailed, match=rf"no Ray cluster answers at {address} \(nothing within 1 s\)"):
            encode_at(address, wanted)
    with pytest.raises(EngineFailed, match=rf"{address} \(.*refused\); check --ray-address"):
        encode_at(address, wanted)
