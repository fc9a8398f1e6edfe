"""What pass rates say about a curriculum, in plain words and as a section of its data card."""

from __future__ import annotations

from collections.abc import Sequence

from curriculum_kit.validation.correlation import Figure
from curriculum_kit.validation.report import ALL, ANSWER, CHANNEL, WITHIN_ANSWERS, Correlation, Validation

HOPED = (
    "Harder questions should be passed less often: what a curriculum hopes for are correlations below 0 of S(q), tier "
    "and hops with the pass rate, and one near 0 of blind solvability."
)

CARD_TITLE = "## Is S(q) a difficulty?"


def shown_name(component: str) -> str:
    """Return how a component is called where people read it.

    >>> shown_name("difficulty"), shown_name("difficulty_clip_text"), shown_name("hops")
    ('S(q)', 'S(q) clip_text', 'hops')
    """
    return "S(q)" if component == "difficulty" else component.replace(CHANNEL, "S(q) ")


def sentences(found: Validation) -> list[str]:
    """Return what the figures mean: whether S(q) is a difficulty, how much is the answers', how much a shortcut."""
    by_place = {(one.part, one.component): one for one in found.correlations if one.part in (ALL, WITHIN_ANSWERS)}
    overall = by_place[ALL, "difficulty"]
    if overall.with_pass_rate is None:
        return [f"S(q) cannot be correlated with the pass rate: {overall.why_not}."]
    said = [_verdict(overall.with_pass_rate)]
    within = by_place[WITHIN_ANSWERS, "difficulty"].with_pass_rate
    if within is not None:
        said.append(_within(overall.with_pass_rate, within))
    said.append(_shortcut(overall, by_place.get((ALL, "blind"))))
    said.append(_weights(found))
    return said


def _verdict(figure: Figure) -> str:
    if figure.high < 0:
        return f"S(q) is a difficulty for this model: the higher it is, the less often questions are passed, {figure}."
    if figure.low > 0:
        return f"S(q) points the wrong way: the higher it is, the more often questions are passed, {figure}."
    return f"Nothing shows that S(q) is a difficulty for this model: its correlation may as well be 0, {figure}."


def _within(overall: Figure, within: Figure) -> str:
    start = f"Among questions of one answer it is {within}"
    if overall.high < 0 <= within.high:
        return f"{start}: the answers may be hard or easy, rather than the choices beside them."
    if overall.high < 0:
        return f"{start}: it is the choices that make a question hard, not only its answer."
    return f"{start}."


def _shortcut(overall: Correlation, blind: Correlation | None) -> str:
    given = overall.given_blind
    if blind is None or blind.with_pass_rate is None or given is None or overall.with_pass_rate is None:
        return (
            "How much of it is a shortcut is not known, for want of blind solvability: run ckit audit on the "
            "curriculum, then this again."
        )
    start = (
        f"The correlation of blind solvability with the pass rate is {blind.with_pass_rate}. Given blind solvability, "
        f"that of S(q) is {given}"
    )
    if overall.with_pass_rate.high >= 0:
        return f"{start}."
    if given.high >= 0:
        return f"{start}: all that S(q) predicts may be a shortcut."
    what = "a shortcut" if given.value > overall.with_pass_rate.value / 2 else "no shortcut"
    return f"{start}: most of what S(q) predicts is {what}."


def _weights(found: Validation) -> str:
    fitted = found.channel_weights
    if fitted is None:
        channels = [one for one in found.correlations if one.part == ALL and one.component.startswith(CHANNEL)]
        if len(channels) < 2:
            return "S(q) has one channel here: there are no weights to choose."
        return "Channel weights cannot be fitted: questions of two units or more must differ in every channel."
    if not any(fitted.weights.values()):
        return "In no channel do questions become harder as they become more similar: no weights would help."
    weights = ", ".join(f"{name.removeprefix(CHANNEL)} {value:.2f}" for name, value in fitted.weights.items())
    start = (
        f"The weights that predict best are {weights}. On units that they were not fitted on, S(q) made with such "
        f"weights has a correlation of {fitted.out_of_fold}, as it is {fitted.now}"
    )
    if fitted.change.high < 0:
        return f"{start}: better by {fitted.change}."
    return f"{start}: a change of {fitted.change}, which does not prove them better."


def card_of(model: str, found: Validation) -> str:
    """Return what was found with one model as Markdown, for the data card."""
    lines = [f"### {_plain(model)}", ""]
    lines += [f"{found.questions:,} questions of {found.units:,} units, mean pass rate {found.mean_pass_rate:.3f}.", ""]
    lines += [*(f"- {sentence}" for sentence in sentences(found)), ""]
    lines += ["| questions | component | n | with the pass rate | given blind | with blind |"]
    lines += ["|---|---|--:|--:|--:|--:|"]
    for one in found.correlations:
        if one.part != ANSWER and one.with_pass_rate is not None:
            cells = [f"{one.part} {_plain(one.of)}".strip(), shown_name(one.component), f"{one.questions:,}"]
            cells += [str(figure or "") for figure in (one.with_pass_rate, one.given_blind, one.with_blind)]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def card_section(models: Sequence[str]) -> str:
    """Return the section of the data card from the Markdown of each model."""
    head = [CARD_TITLE, "", f"Rank correlations with pass rates; 95% intervals, clustered by unit. {HOPED}", ""]
    return "\n".join([*head, *models, "The figures of every answer are in `validation.json`.", ""])


def _plain(text: str) -> str:
    """Return a name that cannot end a cell or begin something else in Markdown."""
    return " ".join(text.replace("|", " ").replace("`", " ").split())
