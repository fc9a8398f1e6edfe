import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from curriculum_kit.errors import SourceNotFound, SourceUnreadable
from curriculum_kit.schemas import schema_of
from trainer.images import Images, bounded, look_for_images
from trainer.rows import shard_files


def stored(encoded, size=(60, 40), mode="RGB"):
    return {"bytes": encoded(Image.new(mode, size)), "path": "a.png"}


def test_images_of_a_group_are_decoded_once(encoded):
    cells = {0: [stored(encoded)], 1: [stored(encoded)], 4: [stored(encoded), stored(encoded)], 5: []}
    images = Images(cells.__getitem__, None)
    batch = images.of_batch([0, 0, 1, 1, 4, 5], ["a", "a", "a", "a", "b", "c"])
    assert images.decoded == 3
    assert [len(each) for each in batch] == [1, 1, 1, 1, 2, 0]
    assert all(each[0] is batch[0][0] for each in batch[:4])


@pytest.mark.parametrize(
    ("size", "most", "wanted"),
    [
        ((100, 50), 5000, (100, 50)),
        ((200, 100), 5000, (100, 50)),
        ((1000, 10), 1000, (316, 3)),
        ((10_000, 1), 100, (100, 1)),
    ],
)
def test_images_are_scaled_down_in_their_own_shape(size, most, wanted):
    assert bounded(Image.new("RGB", size), most).size == wanted


def test_images_become_rgb_and_no_larger_than_the_bound(encoded, tmp_path):
    (tmp_path / "a.png").write_bytes(encoded(Image.new("LA", (400, 300))))
    (image,) = Images(lambda _: [{"bytes": None, "path": "a.png"}], tmp_path, max_pixels=1200).of_row(0)
    assert (image.mode, image.size) == ("RGB", (40, 30))


def test_images_that_go_or_do_not_decode_are_named(tmp_path):
    images = Images(lambda _: [{"bytes": None, "path": "a.png"}], tmp_path)
    with pytest.raises(SourceNotFound, match=r"image a\.png has gone while training"):
        images.of_row(0)
    (tmp_path / "a.png").write_bytes(b"no image")
    with pytest.raises(SourceUnreadable, match=r"image a\.png does not decode"):
        images.of_row(0)


def test_missing_images_are_found_without_opening_any(write_curriculum, tmp_path):
    files = shard_files(write_curriculum(tmp_path / "c", (2, 1), wordings=2, images="paths"))
    root = tmp_path / "c" / "pictures"
    (root / "t0g1.png").unlink()
    (root / "t1g0.png").write_bytes(b"no image")
    found = look_for_images(files, root)
    assert found.lacking.tolist() == [False, False, True, True, False, False]
    assert found.images.tolist() == [1] * 6
    assert found.missing == ("t0g1.png",)


def test_files_that_hold_some_images_and_name_others_are_read_right(write_curriculum, tmp_path):
    curriculum = write_curriculum(tmp_path / "c", (3,), wordings=2)
    (file,) = shard_files(curriculum)
    rows = pq.read_table(file).to_pylist()
    rows[2]["images"], rows[3]["images"] = [{"bytes": None, "path": "gone.png"}], []
    pq.write_table(pa.Table.from_pylist(rows, schema_of("shard")), file)
    found = look_for_images([file], tmp_path)
    assert found.lacking.tolist() == [False, False, True, False, False, False]
    assert (found.images.tolist(), found.missing) == ([1, 1, 1, 0, 1, 1], ("gone.png",))


def test_embedded_bytes_are_not_read_to_see_that_they_are_there(write_curriculum, tmp_path, monkeypatch):
    files = shard_files(write_curriculum(tmp_path / "c", (2,)))

    def read(*_, **__):
        raise AssertionError("the bytes are read")

    monkeypatch.setattr(pq.ParquetFile, "iter_batches", read)
    assert not look_for_images(files, None, embedded=True).lacking.any()


@pytest.mark.parametrize(("images", "count"), [("embed", 1), (None, 0)])
def test_embedded_images_and_none_are_there(write_curriculum, tmp_path, images, count):
    found = look_for_images(shard_files(write_curriculum(tmp_path / "c", (2,), 2, images)), None)
    assert not found.lacking.any()
    assert np.unique(found.images).tolist() == [count]
