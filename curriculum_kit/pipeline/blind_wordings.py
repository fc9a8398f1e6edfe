"""Does a wording tell more about the answer than the original does, to who does not see the image?

Reads the questions of the groups and their accepted wordings; gives the wordings that do. The audit's blind model
answers both, out of fold by unit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import duckdb
import numpy as np
import pyarrow as pa

from curriculum_kit.audit.blind import blind_solvability
from curriculum_kit.audit.enough import too_little
from curriculum_kit.offers import COLUMNS, Offers, offers_of
from curriculum_kit.schemas import schema_of

MOST = 0.05
"""By how much a wording may raise the mean blind solvability of the questions that it words."""

_DOUBT = 3.5
"""Standard errors of that mean beyond which a rise is believed: a model of other words differs a little for each
question, up or down, and thousands of wordings are tried."""


def raised(
    database: duckdb.DuckDBPyConnection, tiers: Sequence[int], wordings: Mapping[str, Sequence[str]], seed: int
) -> tuple[dict[tuple[str, str], float], str | None]:
    """Return by how much (original, wording) raises blind solvability, where it does, and why nothing could be said.

    `wordings` are by the original question; `database` has the view `shards`, original wordings alone.
    """
    original = offers_of(_questions(database, tiers, {}))
    if why := too_little(original):
        return {}, why
    before = blind_solvability(original, seed=seed).blind
    most = max((len(each) for each in wordings.values()), default=0)
    found: dict[tuple[str, str], float] = {}
    for place in range(most):
        some = {question: each[place] for question, each in wordings.items() if len(each) > place}
        worded = offers_of(_questions(database, tiers, some))
        rise = blind_solvability(worded, seed=seed).blind - before
        found |= _by_wording(original, rise, some)
    return found, None


def _questions(
    database: duckdb.DuckDBPyConnection, tiers: Sequence[int], wordings: Mapping[str, str]
) -> Iterator[pa.Table]:
    """Yield the questions of some tiers, each in its further wording where there is one, in one fixed order."""
    listed = ", ".join(str(tier) for tier in tiers)
    query = (
        "SELECT question_id, benchmark, split, unit_id, [i.path FOR i IN images] AS image_ids, question, answer, "
        f"choices, question_type, modality FROM shards WHERE tier IN ({listed}) AND variant_id = 0 ORDER BY question_id"
    )
    kind = schema_of("questions").field("choices_as_given").type
    for batch in database.cursor().sql(query).to_arrow_reader(50_000):
        table = pa.Table.from_batches([batch])
        texts = pa.array([wordings.get(text, text) for text in table["question"].to_pylist()], pa.string())
        table = table.set_column(table.schema.get_field_index("question"), "question", texts)
        yield table.append_column("choices_as_given", pa.nulls(len(texts), kind)).select(list(COLUMNS))


def _by_wording(original: Offers, rise: np.ndarray, wordings: Mapping[str, str]) -> dict[tuple[str, str], float]:
    """Return the mean rise of each wording that raises blind solvability by more than is allowed or chance explains.

    The spread between questions is taken over all of them: many a text is asked once.
    """
    codes = original.question.codes
    count = np.bincount(codes, minlength=len(original.question.texts))
    mean = np.bincount(codes, rise, len(count)) / np.maximum(count, 1)
    doubt = _DOUBT * rise.std() / np.sqrt(np.maximum(count, 1))
    return {
        (text, wordings[text]): float(mean[code])
        for code, text in enumerate(original.question.texts)
        if text in wordings and mean[code] > MOST and mean[code] > doubt[code]
    }
