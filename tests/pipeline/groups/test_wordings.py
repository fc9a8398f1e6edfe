from curriculum_kit.pipeline.wordings import Text, collect, used, wordings_table
from curriculum_kit.schemas import check_schema
from curriculum_kit.wordings import Ask, Failure, Refusal, Reply


def outcomes(text: Text) -> list[tuple[str | None, str, int, str | None]]:
    return [(each.text, each.writer, each.attempt, each.reason) for each in text.proposals]


def test_what_is_refused_is_asked_again_with_the_reason(scripted, bouncer, says) -> None:
    writer = scripted(lambda ask: says("good", "bad", "fine") if ask.attempt == 0 else says("better"))
    text = Text("Are 2 seen?", groups=5)
    collect([text], writer, bouncer, wanted=3, attempts=3)
    assert outcomes(text) == [
        ("good", "llm:scripted", 0, None),
        ("bad", "llm:scripted", 0, "changes_number"),
        ("fine", "llm:scripted", 0, None),
        ("better", "llm:scripted", 1, None),
    ]
    assert writer.asked == [
        Ask("Are 2 seen?", 3, keep=("2",)),
        Ask("Are 2 seen?", 1, ("2",), ("good", "fine"), (("bad", Refusal.CHANGES_NUMBER),), 1),
    ]


def test_a_writer_is_asked_no_oftener_than_allowed(scripted, bouncer, says) -> None:
    writer = scripted(lambda _: says("bad"))
    text = Text("Which is it?", 1)
    collect([text], writer, bouncer, wanted=3, attempts=3)
    assert [ask.attempt for ask in writer.asked] == [0, 1, 2]
    assert text.accepted == []


def test_a_writer_that_has_nothing_more_is_left_alone(scripted, bouncer) -> None:
    for failure, asked in ((Failure.NO_RULE, 1), (Failure.OVER_BUDGET, 1), (Failure.DECLINED, 3)):
        writer = scripted(lambda _, failure=failure: Reply(failure=failure, detail="why"))
        text = Text("Which is it?", 1)
        collect([text], writer, bouncer, wanted=3, attempts=3)
        assert len(writer.asked) == asked
        assert outcomes(text)[0] == (None, "llm:scripted", 0, failure.value)


def test_one_writer_fills_what_another_left(scripted, bouncer, says) -> None:
    text, full = Text("Which is it?", 1), Text("What is it?", 1)
    first = scripted(lambda ask: says("a", "b", "c") if ask.question == "What is it?" else says("a", "bad"))
    collect([text, full], first, bouncer, wanted=3, attempts=1)
    rules = scripted(lambda ask: says("a", "r1", "r2"), name="rules")
    collect([text, full], rules, bouncer, wanted=3, attempts=1)
    assert [ask.question for ask in rules.asked] == ["Which is it?"]
    assert [(each.text, each.writer) for each in text.accepted] == [
        ("a", "llm:scripted"), ("r1", "rules"), ("r2", "rules")
    ]  # fmt: skip


def test_groups_are_cut_to_an_allowed_size(scripted, bouncer, says) -> None:
    text = Text("Which is it?", groups=7)
    collect([text], scripted(lambda _: says("a", "b", "bad")), bouncer, wanted=3, attempts=1)
    assert [each.text for each in used(text, (1, 2, 4))] == ["a"]
    table = wordings_table([text], (1, 2, 4))
    check_schema(table.schema, "wordings", "here")
    columns = ("wording", "variant_id", "reason", "groups")
    assert [tuple(row[name] for name in columns) for row in table.to_pylist()] == [
        ("a", 1, None, 7),
        ("b", None, None, 7),
        ("bad", None, "changes_number", 7),
    ]


def test_progress_ends_at_the_number_of_texts(scripted, bouncer, says) -> None:
    done: list[int] = []
    texts = [Text(f"Is {n} seen?", 1) for n in range(4_500)]
    collect(texts, scripted(lambda _: says("a")), bouncer, wanted=1, attempts=1, on_done=done.append)
    assert done == [2_000, 4_000, 4_500]
