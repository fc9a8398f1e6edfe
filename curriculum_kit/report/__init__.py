"""A curriculum as one HTML page: figures, similarity matrix, question cards, audit, groups, training.

Reads DuckDB views of the tables and the manifest; gives plain data (`data.Report`) and the page (`page.render`).
"""

from curriculum_kit.report.data import Report
from curriculum_kit.report.page import render

__all__ = ["Report", "render"]
