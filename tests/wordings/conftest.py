"""A gate for a small vocabulary, with an encoder that counts words instead of reading them."""

import csv
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from numpy.typing import NDArray

from curriculum_kit.encoders.text import TextEncoder
from curriculum_kit.terms import Terms
from curriculum_kit.wordings.gate import Gate
from curriculum_kit.wordings.lexicon import Lexicon

LABELS = (
    *("liver", "gallbladder", "gut", "omentum", "abdominal_wall_cavity", "cystic_plate", "grasper", "hook"),
    *("red", "yellow", "white", "anatomy", "instrument", "left kidney", "lung cancer", "True", "2"),
)


def count_words(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return unit rows that are equal for any text: what the gate reads itself is all that counts."""
    return np.ones((len(texts), 1), np.float32)


def bag(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return unit rows of hashed word counts."""
    rows = np.zeros((len(texts), 64))
    for row, text in zip(rows, texts, strict=True):
        for word in text.casefold().split():
            row[crc32(word.encode()) % 64] += 1
    return (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)).astype(np.float32)


@pytest.fixture(scope="session")
def terms() -> Terms:
    return Terms.load()


@pytest.fixture(scope="session")
def lexicon(terms: Terms) -> Lexicon:
    return Lexicon(LABELS, terms)


@pytest.fixture(scope="session")
def gate(terms: Terms) -> Gate:
    return Gate(LABELS, terms, count_words)


@pytest.fixture(scope="session")
def bag_gate(terms: Terms) -> Gate:
    return Gate(LABELS, terms, bag)


@pytest.fixture(scope="session")
def vocabularies() -> dict[str, list[str]]:
    """Return what the choices of a curriculum name: surgery, OmniMedVQA by question type, VQA-RAD, SLAKE."""
    with Path(__file__).with_name("vocabularies.tsv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: row["labels"].split(";") for row in csv.DictReader(file, delimiter="\t")}


@pytest.fixture(scope="session")
def real_gates(terms: Terms, vocabularies: dict[str, list[str]]) -> dict[str, Gate]:
    """Return a gate for each vocabulary, with the encoder that reads sentences."""
    encode = TextEncoder.load().encode
    return {name: Gate(labels, terms, encode) for name, labels in vocabularies.items()}
