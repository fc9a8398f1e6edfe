import pytest

from curriculum_kit.errors import OutputUnwritable
from curriculum_kit.pipeline.wording_cache import CachedWriter
from curriculum_kit.wordings import Ask, Failure, Reply, Variety, Wording

ONE, TWO = Ask("Which is it?", 3), Ask("What is seen?", 3, keep=("seen",))


def test_what_was_answered_is_not_asked_again(tmp_path, scripted, says) -> None:
    writer = scripted(lambda ask: says(f"{ask.question} again", tokens_in=5, tokens_out=7))
    first = CachedWriter(writer, tmp_path)
    assert sorted(place for place, _ in first.write([ONE, TWO])) == [0, 1]
    second = CachedWriter(writer, tmp_path)
    replies = dict(second.write([TWO, ONE, TWO]))
    assert [replies[place].wordings[0].text for place in range(3)] == [
        "What is seen? again",
        "Which is it? again",
        "What is seen? again",
    ]
    assert len(writer.asked) == 2
    assert (first.asked, first.tokens_in, first.tokens_out) == (2, 10, 14)
    assert (second.asked, second.tokens_in, second.tokens_out) == (0, 0, 0)


def test_a_reply_is_kept_whole(tmp_path, scripted) -> None:
    reply = Reply((Wording('Ünïcode "it"?', Variety.ORDER), Wording("b?")), None, "said", 3, 4)
    list(CachedWriter(scripted(lambda _: reply), tmp_path).write([ONE]))
    [(_, known)] = CachedWriter(scripted(lambda _: pytest.fail("asked again")), tmp_path).write([ONE])
    assert known == Reply(reply.wordings, None, "said")


@pytest.mark.parametrize(
    "other", [Ask("Which is it?", 2), Ask("Which is it?", 3, attempt=1), Ask("Which is it?", 3, taken=("x",))]
)
def test_another_ask_is_asked(tmp_path, scripted, says, other: Ask) -> None:
    writer = scripted(lambda _: says("x"))
    list(CachedWriter(writer, tmp_path).write([ONE]))
    list(CachedWriter(writer, tmp_path).write([other]))
    assert writer.asked == [ONE, other]


def test_another_writer_knows_nothing_of_it(tmp_path, scripted, says) -> None:
    list(CachedWriter(scripted(lambda _: says("x")), tmp_path).write([ONE]))
    other = scripted(lambda _: says("y"), fingerprint="e" * 64)
    [(_, reply)] = CachedWriter(other, tmp_path).write([ONE])
    assert reply.wordings[0].text == "y"


@pytest.mark.parametrize(("failure", "kept"), [
    (Failure.DECLINED, True), (Failure.UNREADABLE, True), (Failure.UNREACHABLE, False), (Failure.OVER_BUDGET, False)
])  # fmt: skip
def test_what_a_server_could_not_do_is_tried_again(tmp_path, scripted, failure: Failure, kept: bool) -> None:
    writer = scripted(lambda _: Reply(failure=failure))
    for _ in range(2):
        list(CachedWriter(writer, tmp_path).write([ONE]))
    assert len(writer.asked) == (1 if kept else 2)


def test_a_run_that_dies_keeps_what_it_was_told(tmp_path, scripted, says) -> None:
    def reply(ask: Ask) -> Reply:
        if ask == ONE:
            raise KeyboardInterrupt
        return says("kept")

    with pytest.raises(KeyboardInterrupt):
        list(CachedWriter(scripted(reply), tmp_path).write([ONE, TWO]))  # the last is answered first
    assert CachedWriter(scripted(reply), tmp_path).missing([ONE, TWO]) == [ONE]


def test_a_damaged_cache_is_one_line(tmp_path, scripted, says) -> None:
    writer = CachedWriter(scripted(lambda _: says("x")), tmp_path)
    writer.file.write_bytes(b"no database at all, but long enough to be looked at" * 20)
    with pytest.raises(OutputUnwritable, match="cannot be used as a cache of replies"):
        list(writer.write([ONE]))
