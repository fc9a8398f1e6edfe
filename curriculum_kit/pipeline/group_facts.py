"""What the manifest, the card and `ckit inspect --groups` say of question groups, counted.

Reads the texts with what was proposed for each; gives JSON.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from curriculum_kit.pipeline.runner import Facts
from curriculum_kit.pipeline.wordings import Text, used


def facts_of(texts: Sequence[Text], sizes: Sequence[int]) -> Facts:
    """Return sizes of groups, proposals by writer and outcome, and why proposals were refused.

    Groups are counted by the questions that ask a text; proposals by text, for each is worded once.
    """
    by_size: Counter[int] = Counter()
    by_writer: dict[str, Counter[str]] = {}
    reasons: Counter[str] = Counter()
    for text in texts:
        in_use = used(text, sizes)
        by_size[1 + len(in_use)] += text.groups
        for each in text.proposals:
            counts = by_writer.setdefault(each.writer, Counter())
            if each.text is None:
                counts["nothing"] += 1
            else:
                counts["proposed"] += 1
                counts["accepted"] += each.reason is None
            if each.reason is not None:
                reasons[each.reason] += 1
        for each in in_use:
            by_writer[each.writer]["rows"] += text.groups
    groups = sum(by_size.values())
    return {
        "texts": len(texts),
        "groups": groups,
        "rows_added": sum((size - 1) * count for size, count in by_size.items()),
        "by_size": {str(size): by_size[size] for size in sorted(by_size)},
        "full_share": round(by_size[max(sizes)] / groups, 6) if groups else 0.0,
        "by_writer": {
            name: {key: counts[key] for key in ("proposed", "accepted", "nothing", "rows")}
            for name, counts in sorted(by_writer.items())
        },
        "refused": dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0]))),
    }
