"""How alike two answer choices are: cosines per channel, calibrated to ranks, fused into one number.

`calibration` holds the formulas, `neighbours` finds near labels in a large vocabulary, `pairs` is the
table that results, `table` makes it.
"""

from curriculum_kit.similarity.calibration import calibrate, cosine_matrix, fuse
from curriculum_kit.similarity.neighbours import IndexKind, nearest_neighbours
from curriculum_kit.similarity.pairs import PairTable
from curriculum_kit.similarity.table import similarity_table

__all__ = ["IndexKind", "PairTable", "calibrate", "cosine_matrix", "fuse", "nearest_neighbours", "similarity_table"]
