import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curriculum_kit.errors import CkitError, ConfigInvalid, SourceNotFound
from curriculum_kit.labels import near_key
from curriculum_kit.terms import Relation, Terms
from curriculum_kit.terms.concepts import concepts_of
from curriculum_kit.terms.reading import built_in, parse

HEADER = "term\trelation\tother\n"


@pytest.fixture
def table(tmp_path):
    def write(text, name="terms.tsv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def mistakes_of(path):
    with pytest.raises(ConfigInvalid) as caught:
        Terms.load(path)
    return str(caught.value)


def test_a_table_of_the_users_extends_the_built_in_one(table):
    terms = Terms.load(
        table(HEADER + "# ours\n\nRAPN | robotic nephrectomy\tkind_of\tnephrectomy\nNx\tsame_as\tkidney\n")
    )
    assert terms.related("rapn", "nephrectomy") is Relation.KIND
    assert terms.related("robotic nephrectomy", "nephrectomy") is Relation.CONTAINS
    assert terms.same("left NX", "left kidney")
    assert terms.related("nx", "abdomen") is Relation.PART


def test_commas_may_separate_the_columns(table):
    terms = Terms.load(table('﻿Term,Relation,Other\r\n"hepar, the",same_as,liver\r\n', "terms.csv"))
    assert terms.same("hepar", "liver")


def test_all_mistakes_are_told_with_their_lines(table):
    path = table(
        HEADER
        + "hepar\tsame\tliver\n"  # 2
        + "hepar\tsame_as\n"  # 3
        + "\tpart_of\tliver\n"  # 4
        + "liver\tsame_as\tspleen\n"  # 5
        + "PE\tsame_as\tpulmonary embolism\n"  # 6
        + "pe\tsame_as\tpericardial effusion\n"  # 7
        + "chest\tpart_of\tlung\n"  # 8
        + "hepatic\tpart_of\tliver\n"  # 9
        + "hepar\tsame_as\tliver | kidney\n"  # 10
    )
    said = mistakes_of(path)
    assert [int(line) for line in re.findall(r"(?:: |; )line (\d+):", said)] == [2, 3, 4, 5, 7, 8, 9, 10]
    assert "relation 'same' is not known (did you mean 'same_as'?); take one of same_as, part_of, kind_of" in said
    assert "2 columns where 3 are needed" in said
    assert "a term is empty" in said
    assert "'liver' and 'spleen' are different structures in the built-in table" in said
    assert "'pe' is the same as 'pulmonary embolism' (line 6) and as 'pericardial effusion'" in said
    assert "'chest' part_of 'lung' closes a circle" in said
    assert "'hepatic' and 'liver' are the same" in said
    assert "\n" not in said


def test_a_circle_among_the_users_own_terms_is_a_mistake(table):
    said = mistakes_of(table(HEADER + "aa\tpart_of\tbb\nbb\tkind_of\tcc\ncc\tpart_of\taa\n"))
    assert said.count("line") == 1
    assert "line 4: 'cc' part_of 'aa' closes a circle" in said


def test_structures_may_not_be_made_the_same_by_way_of_a_third(table):
    said = mistakes_of(table(HEADER + "liver\tsame_as\tparenchyma\nparenchyma\tsame_as\tspleen\n"))
    assert (
        "line 3: 'parenchyma' and 'spleen' are different structures in the built-in table ('liver', 'spleen')" in said
    )


def test_of_many_mistakes_ten_are_told(table):
    said = mistakes_of(table(HEADER + "x\tis\ty\n" * 30))
    assert said.count("is not known") == 10
    assert said.endswith("and 20 more")


@pytest.mark.parametrize("text", ["", "# nothing\n", "liver\tsame_as\thepar\n", "term,relation,other\n"])
def test_a_table_must_name_its_columns(table, text):
    assert "the first row must name the columns term, relation, other, with tabs between" in mistakes_of(table(text))


def test_a_file_that_is_not_there_or_not_text(tmp_path):
    with pytest.raises(SourceNotFound, match="there is no file"):
        Terms.load(tmp_path / "none.tsv")
    (tmp_path / "latin.tsv").write_bytes(HEADER.encode() + b"f\xfc\xdfe\tpart_of\tleg\n")
    with pytest.raises(ConfigInvalid, match="is not UTF-8"):
        Terms.load(tmp_path / "latin.tsv")


@given(st.text(alphabet=st.sampled_from('ab|\t\n,"#_samepartof. '), max_size=60))
def test_no_text_breaks_the_reading(text):
    for delimiter in "\t,":
        statements, mistakes = parse(f"term{delimiter}relation{delimiter}other\n{text}", delimiter)
        concepts, more = concepts_of([], statements)
        assert all(mistake.line >= 2 for mistake in [*mistakes, *more])
        assert not any(name in above for name, above in concepts.broader.items())


def test_the_built_in_table_contradicts_itself_nowhere():
    assert concepts_of([], built_in())[1] == []


def test_the_built_in_table_says_nothing_twice():
    said = Counter((near_key(row.term), row.relation, near_key(row.other)) for row in built_in())
    assert [row for row, times in said.items() if times > 1] == []
    assert [row for row in built_in() if near_key(row.term) == near_key(row.other)] == []


def test_words_of_several_meanings_are_not_in_the_built_in_table():
    concepts, _ = concepts_of(built_in(), [])
    known = set(concepts.terms)
    assert not known & {frozenset([word]) for word in ("pe", "ms", "ra", "la", "cystic", "cervical", "ventricular")}


def test_a_missing_table_is_the_users_mistake(tmp_path):
    with pytest.raises(CkitError):
        Terms.load(tmp_path)
