"""The choice vocabulary: one row per label, with its spellings and how often it is offered and right.

Reads counts of labels and the pairs of label and spelling that a reader saw; writes `choices`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa

from curriculum_kit.schemas import schema_of


def vocabulary(
    n_as_answer: Mapping[str, int], n_as_choice: Mapping[str, int], surfaces: Iterable[tuple[str, str]]
) -> pa.Table:
    """Return the `choices` table of all labels that occur, sorted by label.

    `n_as_answer` and `n_as_choice` count questions by canonical label; `surfaces` pairs labels with
    spellings and may name labels that no longer occur.

    >>> vocabulary({"liver": 2}, {"liver": 2, "gut": 2}, [("liver", "Liver"), ("spleen", "Spleen")]).to_pylist()[1]
    {'choice_id': 1, 'label': 'liver', 'surface_forms': ['Liver'], 'n_as_answer': 2, 'n_as_choice': 2}
    """
    labels = sorted(n_as_answer.keys() | n_as_choice.keys())
    spellings: dict[str, set[str]] = {label: set() for label in labels}
    for label, spelling in surfaces:
        if label in spellings:
            spellings[label].add(spelling)
    columns = {
        "choice_id": range(len(labels)),
        "label": labels,
        "surface_forms": [sorted(spellings[label]) or [label] for label in labels],
        "n_as_answer": [n_as_answer.get(label, 0) for label in labels],
        "n_as_choice": [n_as_choice.get(label, 0) for label in labels],
    }
    return pa.table(columns, schema_of("choices"))
