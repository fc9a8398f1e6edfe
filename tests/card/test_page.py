"""The data card: what a person reads about a curriculum, figure by figure."""

from typing import Any

import pytest

from curriculum_kit.card import data_card


def manifest(**stages: Any) -> dict[str, Any]:
    """Return a manifest with the parts that the card reads."""
    source = {
        "benchmark": {"title": "Toy VQA", "licence": "CC0", "homepage": "https://example.org"},
        "rows": {"in": 12_345, "questions": 12_000, "rejects": 345},
    }
    tiers = [
        {"questions": 6_000, "low": 0.1, "high": 0.25, "mean": 0.2},
        {"questions": 5_000, "low": 0.25049, "high": 1.0, "mean": 0.5},
    ]
    return {
        "ckit": "9.8.7",
        "sources": [source],
        "config": {
            "where": None,
            "choices": "keep",
            "difficulty": "pairwise_mean",
            "seed": 7,
            "options": 4,
            "images": "paths",
            "order": "easy-to-hard",
            "tiers": 2,
            "targets": None,
            "max_blind_gain": 0.03,
        },
        "prompt": {"name": "think", "sha256": "0123456789abcdef"},
        "stages": {
            "select": {"selected": 11_000},
            "audit": {"statistics_over": 11_000, "findings": []},
            "vocabulary": {"labels": 1_234},
            "encode": {"encoder": "toy encoder"},
            "tiers": {"tiers": tiers, "distinct": 4_321, "tie_break": "none"},
            "shards": {"rows": 11_000},
        }
        | stages,
    }


STEP = {
    "options": 4,
    "target": 0.5,
    "mean": 0.5,
    "chance": 0.25,
    "promised_gain": 0.0,
    "gain": 0.0,
    "gain_out_of_fold": 0.0,
    "option_sets": 3,
    "questions": 5_509,
    "drawn": 5_500,
    "left_out": 9,
    "fewer": 0,
}
DRAW = {
    "drawn": 11_000,
    "rejected": 9,
    "attainable": [0.4, 0.6],
    "checked_against_scene": 0,
    "not_checked_against_scene": 11_009,
    "steps": [STEP, STEP],
}


def tables(card: str) -> list[list[list[str]]]:
    """Return the cells of every Markdown table."""
    found: list[list[list[str]]] = [[]]
    for line in card.splitlines():
        if line.startswith("|"):
            assert line.endswith("|")
            found[-1].append([cell.strip() for cell in line.strip("|").split("|")])
        elif found[-1]:
            found.append([])
    return [table for table in found if table]


def test_the_head_tells_the_hub_where_the_shards_are() -> None:
    head = data_card(manifest()).split("---\n")[1]
    assert head.splitlines() == ["configs:", "- config_name: default", "  data_files: shards/**/*.parquet"]


def test_both_tables_are_well_formed_and_hold_the_figures() -> None:
    sources, tiers = tables(data_card(manifest()))
    assert sources[0] == ["benchmark", "licence", "rows read", "questions", "rejects", "home"]
    assert sources[2:] == [["Toy VQA", "CC0", "12,345", "12,000", "345", "https://example.org"]]
    assert tiers[0] == ["tier", "questions", "S(q) from", "to", "mean"]
    assert tiers[2:] == [["0", "6,000", "0.100", "0.250", "0.200"], ["1", "5,000", "0.250", "1.000", "0.500"]]
    for table in (sources, tiers):
        assert {len(row) for row in table} == {len(table[0])}
        assert all(set(cell) <= {"-", ":"} for cell in table[1])


@pytest.mark.parametrize(
    "sentence",
    [
        "# A curriculum of 11,000 questions in 2 tiers\n",
        "Made with ckit 9.8.7.",
        "All 11,000 questions were taken.",
        "S(q) takes 4,321 distinct values here. Questions of equal S(q) are always in one tier",
        "1,234 labels, encoded by toy encoder;",
        "S(q) is `pairwise_mean` over the choices",
        "The shards hold image paths, relative to the image root.",
        "The prompt template is `think` (sha256 0123456789ab).",
    ],
)
def test_what_the_card_says_of_every_curriculum(sentence: str) -> None:
    assert sentence in data_card(manifest())


@pytest.mark.parametrize(
    ("order", "begins", "tiers"),
    [
        ("easy-to-hard", "Questions ordered from easy to hard by S(q)", "as equal in size as ties allow.\n"),
        (
            "hard-to-easy",
            "Questions ordered from hard to easy, the reverse of a curriculum, by S(q)",
            "as equal in size as ties allow. Tier 0 is the hardest.\n",
        ),
        (
            "shuffled",
            "Questions in random order, to compare a curriculum with; beside each stands S(q)",
            "It decides nothing here: the order is random, in one tier.\n",
        ),
    ],
)
def test_the_order_is_told(order: str, begins: str, tiers: str) -> None:
    asked = manifest()
    asked["config"]["order"] = order
    card = data_card(asked)
    assert f"\n{begins}" in card
    assert tiers in card
    assert ("Tier 0 is the hardest" in card) == (order == "hard-to-easy")


@pytest.mark.parametrize(
    ("means", "says"),
    [
        ([0.2, 0.5], "overlap from tier to tier, while the means rise.\n"),
        ([0.5, 0.2], "overlap from tier to tier, while the means fall.\n"),
        ([0.3, 0.3], "overlap from tier to tier.\n"),
        ([0.3], "overlap from tier to tier.\n"),
    ],
)
def test_ranges_of_drawn_tiers_overlap(means: list[float], says: str) -> None:
    tiers = [{"questions": 5, "low": 0.1, "high": 0.9, "mean": mean} for mean in means]
    asked = manifest(tiers={"tiers": tiers, "distinct": 9, "tie_break": "none"})
    asked["config"]["choices"] = "similar"
    card = data_card(asked)
    assert says in card
    assert "Questions of equal S(q)" not in card


def test_what_a_draw_turned_away_could_not_be_used() -> None:
    asked = manifest(select={"selected": 11_000, "rejected": 3}, draw=DRAW)
    assert "12 of them could not be used: `rejects.parquet` says why." in data_card(asked)
    assert "A curriculum of 11,000 questions in 1 tier\n" in data_card(
        manifest(
            tiers={"tiers": [{"questions": 1, "low": 0, "high": 0, "mean": 0}], "distinct": 1, "tie_break": "none"}
        )
    )


def test_a_condition_rejects_ties_and_embedded_images_are_told() -> None:
    asked = manifest(select={"selected": 5, "rejected": 1_002})
    asked["config"] |= {"where": "modality = 'CT'", "images": "embed"}
    asked["stages"]["tiers"]["tie_break"] = "hops"
    card = data_card(asked)
    assert "5 questions meet `modality = 'CT'`." in card
    assert "1,002 of them could not be used: `rejects.parquet` says why." in card
    assert "Questions of equal S(q) are told apart by hops." in card
    assert "The images are in the shards." in card


def finding(name: str, severity: str, figure: float | None, sentence: str) -> dict[str, Any]:
    return {"name": name, "severity": severity, "figure": figure, "expected": figure and 0.25, "sentence": sentence}


def test_what_the_audit_found_stands_in_a_table_unless_it_is_nothing() -> None:
    found = [
        finding("prior/accuracy", "serious", 0.79321, "A | B."),
        finding("leaks/one-split", "unchecked", None, "There is one split."),
        finding("letters/none", "clear", None, "Balanced."),
    ]
    card = data_card(manifest(audit={"findings": found}))
    assert tables(card)[-1][2:] == [
        ["`prior/accuracy`", "serious", "0.793", "0.250", "A   B."],
        ["`leaks/one-split`", "unchecked", "", "", "There is one split."],
    ]
    assert "found no shortcut and no leak" not in card
    assert "found no shortcut and no leak" in data_card(manifest())


@pytest.mark.parametrize(
    ("bound", "says"),
    [
        (None, "Column `blind` of the shards has it for each question."),
        (0.5, "1,234 questions above 0.5 were left out; for those that stayed it is 0.300."),
    ],
)
def test_blind_solvability_is_told_where_it_was_asked_for(bound: float | None, says: str) -> None:
    facts = {"max_blind": bound, "left_out": 1_234, "mean_kept": 0.3}
    card = " ".join(data_card(manifest(blind={"mean": 0.6, "chance": 0.25}, keep=facts)).split())
    assert "are right with a mean probability of 0.600 (chance 0.250), estimated out of fold by unit." in card
    assert says in card
