"""The phantom: drawn scenes that look like laparoscopy, and questions about them in the manner of SSG-VQA.

Everything about a phantom is known: what each structure may look like, how much any two overlap
(`confusability`), what each frame shows and the right answer of each question. It is a benchmark
to build and check a curriculum with where the real data may not be had; it teaches no anatomy.
"""

from curriculum_kit.benchmarks.phantom.release import write_release
from curriculum_kit.benchmarks.phantom.world import confusability

__all__ = ["confusability", "write_release"]
