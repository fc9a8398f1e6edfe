"""The gate against 200 wordings by hand: half of them a careful colleague would take, half change something.

`planted.tsv` was written without a look at the gate: the original, the wording, whether it is good, for a bad one the
reasons that a strict reader might give, and the vocabulary of the curriculum that asks the original.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import pytest

from curriculum_kit.wordings.base import Refusal, Verdict
from curriculum_kit.wordings.gate import Gate

LEAST = 0.95


@dataclass(frozen=True)
class Planted:
    """A row of the file."""

    original: str
    wording: str
    good: bool
    why: frozenset[Refusal]
    labels: str


def read_planted() -> list[Planted]:
    with Path(__file__).with_name("planted.tsv").open(encoding="utf-8", newline="") as file:
        return [
            Planted(
                row["original"],
                row["wording"],
                row["good"] == "1",
                frozenset(map(Refusal, filter(None, row["why"].split("|")))),
                row["labels"],
            )
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]


PLANTED = read_planted()


def test_half_are_good_and_the_bad_ones_show_every_reason_that_a_text_alone_can_show(
    vocabularies: dict[str, list[str]],
) -> None:
    assert [sum(row.good for row in PLANTED), len(PLANTED)] == [100, 200]
    assert all(bool(row.why) != row.good for row in PLANTED)
    assert len({(row.original, row.wording) for row in PLANTED}) == 200
    assert frozenset().union(*(row.why for row in PLANTED)) == set(Refusal) - {Refusal.RAISES_BLIND}
    assert {row.labels for row in PLANTED} == set(vocabularies)


@pytest.fixture(scope="module")
def judged(real_gates: dict[str, Gate]) -> list[tuple[Planted, Verdict]]:
    """Return every row with what the gate says of it."""
    return [(row, real_gates[row.labels].judge(row.original, [row.wording])[0]) for row in PLANTED]


def told(rows: list[tuple[Planted, Verdict]]) -> str:
    """Return a line for each row: the wording, what the gate said and what was expected."""
    return "\n".join(
        f"{row.original!r} -> {row.wording!r}: {verdict.refusal or 'accepted'} ({verdict.detail}), "
        f"not {'accepted' if row.good else ' or '.join(sorted(row.why))}"
        for row, verdict in rows
    )


@pytest.mark.model
def test_precision_and_recall_of_what_is_accepted(judged: list[tuple[Planted, Verdict]]) -> None:
    accepted = [row.good for row, verdict in judged if verdict.refusal is None]
    wrong = [(row, verdict) for row, verdict in judged if row.good != (verdict.refusal is None)]
    precision, recall = sum(accepted) / len(accepted), sum(accepted) / 100
    print(f"precision {precision:.3f}, recall {recall:.3f}\n{told(wrong)}")
    assert min(precision, recall) >= LEAST, told(wrong)


@pytest.mark.model
def test_what_is_refused_is_refused_for_its_own_reason(judged: list[tuple[Planted, Verdict]]) -> None:
    refused = [(row, verdict) for row, verdict in judged if not row.good and verdict.refusal]
    other = [(row, verdict) for row, verdict in refused if verdict.refusal not in row.why]
    print(told(other))
    assert 1 - len(other) / len(refused) >= LEAST, told(other)
