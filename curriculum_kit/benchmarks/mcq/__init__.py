"""The `mcq` reader: multiple-choice questions in any JSON, JSONL, CSV or Parquet, given which column is what.

`mapping` says which column holds which field, `rows` reads the files, `choices` and `answers` understand the many
shapes in which options and answers are written, `records` makes a record of a row, `reader` is the benchmark.
"""

from curriculum_kit.benchmarks.mcq.mapping import parse_mapping
from curriculum_kit.benchmarks.mcq.options import AnswerKind, McqOptions
from curriculum_kit.benchmarks.mcq.reader import MultipleChoice

__all__ = ["AnswerKind", "McqOptions", "MultipleChoice", "parse_mapping"]
