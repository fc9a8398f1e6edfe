"""Time and memory of `ckit audit`, all checks, over 1 million questions with four choices out of 300 labels.

    python bench/audit.py [--questions 1000000] [--folder DIR]

No two questions are worded alike, which is the worst case: whatever is computed once per distinct question text
is computed for each. The whole process is measured; beside it stands a plain scikit-learn script that trains one
naive Bayes model on the words of the same questions and tells what it gets right, in five folds by unit.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from build import write_questions
from rich.console import Console
from rich.table import Table
from timing import measure

PLAIN_NAIVE_BAYES = """
import sys
import numpy as np
import pyarrow.parquet as pq
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.model_selection import GroupKFold
from sklearn.naive_bayes import MultinomialNB
table = pq.read_table(sys.argv[1], columns=["question", "answer", "choices", "unit_id"])
texts, answers, units = (table[name].to_pylist() for name in ("question", "answer", "unit_id"))
words = CountVectorizer(max_features=50_000).fit_transform(texts)
answers, choices, right = np.array(answers), table["choices"].to_pylist(), 0
for train, test in GroupKFold(5).split(words, groups=units):
    model = MultinomialNB().fit(words[train], answers[train])
    place = {label: column for column, label in enumerate(model.classes_)}
    for start in range(0, len(test), 50_000):
        rows = test[start : start + 50_000]
        scores = model.predict_joint_log_proba(words[rows])
        for row, score in zip(rows, scores):
            best = max(choices[row], key=lambda label: score[place[label]] if label in place else -np.inf)
            right += best == answers[row]
print(right / len(answers))
"""


def main() -> None:
    """Print time and peak memory of both processes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=None, help="where to write; a temporary folder unless given")
    given = parser.parse_args()
    root = given.folder or Path(tempfile.mkdtemp(prefix="ckit-bench-"))
    source = root / f"questions-{given.questions}"
    write_questions(source, given.questions)
    ckit = str(Path(sys.executable).with_name("ckit"))
    commands = {
        "ckit audit, every check": [ckit, "audit", str(source)],
        "one plain naive Bayes model in five folds": [
            sys.executable,
            "-c",
            PLAIN_NAIVE_BAYES,
            str(source / "questions.parquet"),
        ],
    }
    table = Table("", "wall s", "CPU s", "peak MB", title=f"{given.questions:,} questions")
    for name, command in commands.items():
        used = measure(command)
        table.add_row(name, f"{used.wall:.1f}", f"{used.cpu:.1f}", f"{used.peak_mb:,.0f}")
    Console().print(table)
    if given.folder is None:
        shutil.rmtree(root)


if __name__ == "__main__":
    main()
