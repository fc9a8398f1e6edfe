"""The phantom as a benchmark: its release is read back by the reader of SSG-VQA."""

from __future__ import annotations

from typing import ClassVar

from curriculum_kit.benchmarks.base import BenchmarkCard
from curriculum_kit.benchmarks.ssg_vqa.reader import SSGVQA


class Phantom(SSGVQA):
    """Reader of what `write_release` writes."""

    card: ClassVar[BenchmarkCard] = BenchmarkCard(
        name="phantom",
        title="ckit phantom: drawn scenes that look like laparoscopy",
        licence="Apache-2.0",
        homepage="made by ckit itself",
        layout="qa_txt/VIDxx/<frame>.txt",
    )
