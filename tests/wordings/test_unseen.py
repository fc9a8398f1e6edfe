"""The gate against wordings in a chat model's manner, each set written before the gate was made to read it.

`unseen.tsv` has the columns of `planted.tsv` and the set of each row. What the gate said when it first saw a set, in
recall and precision: 0.77 and 0.96 (set 1), 0.82 and 0.93 (set 2), 0.97 and 0.97 (set 3). All have been
looked at since to mend it, so that only those first figures tell of texts that it does not know.
"""

import csv
from pathlib import Path

import pytest

from curriculum_kit.wordings.base import Refusal
from curriculum_kit.wordings.gate import Gate

LEAST = 0.95

Row = dict[str, str]


def read_unseen() -> list[Row]:
    with Path(__file__).with_name("unseen.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


UNSEEN = read_unseen()


def test_each_bad_row_has_its_reasons_and_no_row_comes_twice(vocabularies: dict[str, list[str]]) -> None:
    assert len({(row["original"], row["wording"]) for row in UNSEEN}) == len(UNSEEN)
    assert {name for row in UNSEEN for name in row["why"].split("|")} - {""} <= set(Refusal)
    assert all((row["good"] == "1") == (not row["why"]) for row in UNSEEN)
    assert {row["labels"] for row in UNSEEN} == set(vocabularies)


@pytest.mark.model
def test_precision_and_recall_of_what_is_accepted(real_gates: dict[str, Gate]) -> None:
    right, accepted, wrong = 0, 0, []
    for row in UNSEEN:
        verdict = real_gates[row["labels"]].judge(row["original"], [row["wording"]])[0]
        good, taken = row["good"] == "1", verdict.refusal is None
        accepted += taken
        right += good and taken
        if good != taken:
            said = verdict.refusal or "accepted"
            wrong.append(f"set {row['set']}: {row['original']!r} -> {row['wording']!r}: {said} ({verdict.detail})")
    precision, recall = right / accepted, right / sum(row["good"] == "1" for row in UNSEEN)
    told = "\n".join([f"precision {precision:.3f}, recall {recall:.3f}", *wrong])
    print(told)
    assert min(precision, recall) >= LEAST, told
