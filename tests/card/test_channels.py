"""What the card says of the channels: what compared the labels, and what each lacks."""

from typing import Any

from curriculum_kit.card.channels import encoded

TEXT = {"vocabulary": {"labels": 13}, "encode": {"encoder": "MiniLM"}}


def with_clip(**looks: Any) -> dict[str, Any]:
    clip = {"model": "ViT-B-32:tag", "templates": ["a {label}", "the {label}"], "unknown": ["hook"]}
    seen = {"by_status": {"ok": 1_200}, "regions": 0, "labels_shown": 9, "prototypes": 7, "min_images": 10}
    return {
        "vocabulary": {"labels": 13},
        "encode": {"encoder": "MiniLM", "clip": clip},
        "similarity": {"weights": {"text": 1.0, "clip_image": 0.5}},
        "looks": seen | {"too_few": {"bipolar": 9, "scissors": 2}} | looks,
    }


def test_without_clip_one_sentence_says_it_all() -> None:
    (said,) = encoded(TEXT)
    assert said.startswith("13 labels, encoded by MiniLM; cosines are calibrated to their rank")


def test_channels_weights_and_what_they_lack() -> None:
    said = " ".join(encoded(with_clip()))
    assert "encoded by MiniLM and by CLIP (ViT-B-32:tag)" in said
    assert "the text encoder 1, CLIP's image tower 0.5" in said
    assert "in 2 sentences: `a {label}`; `the {label}`" in said
    assert "not trained on hook" in said
    assert "saw 1,200 images. They show 9 labels, of which 7 have the 10 images" in said
    assert "Too few images show bipolar (9), scissors (2)" in said


def test_images_that_were_lost_are_counted() -> None:
    said = " ".join(encoded(with_clip(by_status={"missing": 3, "ok": 5}, regions=5)))
    assert "saw 5 regions of images (3 missing)" in said
    assert "No image was found" in " ".join(encoded(with_clip(by_status={"missing": 3})))


def test_long_lists_are_cut() -> None:
    said = " ".join(encoded(with_clip(too_few={f"label {number}": 1 for number in range(20)})))
    assert "label 11 (1) and 8 more" in said


def test_labels_that_may_be_one_structure_are_listed_not_merged() -> None:
    near = {"pairs": 14, "nearest": [{"label_a": "gut", "label_b": f"gut {n}", "cosine": 0.97} for n in range(13)]}
    said = " ".join(encoded({"vocabulary": {"labels": 20}, "encode": {"encoder": "MiniLM", "near_equal": near}}))
    assert "14 pairs of labels may name one structure" in said
    assert "gut / gut 0 (0.97), gut / gut 1 (0.97)" in said
    assert "and 2 more" in said
    assert "none is merged" in said
