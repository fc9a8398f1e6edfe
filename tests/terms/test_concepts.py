from curriculum_kit.terms.concepts import concepts_of
from curriculum_kit.terms.reading import parse
from curriculum_kit.terms.relation import Relation


def concepts(*rows):
    text = "\n".join(["term,relation,other", *rows])
    statements, mistakes = parse(text, ",")
    assert mistakes == []
    found, contradictions = concepts_of(statements, [])
    assert contradictions == []
    return found


def test_terms_of_more_words_go_first_and_a_word_belongs_to_one_term():
    known = concepts("renal,same_as,kidney", "renal artery,kind_of,artery")
    assert known.tokens("artery renal stenosis") == ["artery renal", "stenosis"]
    assert known.tokens("renal stenosis") == ["kidney", "stenosis"]


def test_synonyms_of_words_hold_inside_the_terms_of_the_table():
    known = concepts("renal,same_as,kidney", "renal artery,kind_of,artery")
    assert known.tokens("artery kidney") == ["artery renal"]


def test_a_name_of_several_words_stands_for_them_unless_more_is_known_of_it():
    known = concepts("lk,same_as,left kidney", "ivc,same_as,vena cava", "vena cava,kind_of,vein")
    assert known.tokens("lk") == known.tokens("left kidney") == ["kidney", "left"]
    assert known.tokens("ivc") == known.tokens("vena cava") == ["cava vena"]
    assert known.structures == {"cava vena", "vein"}


def test_synonyms_are_followed_from_one_to_the_next():
    known = concepts("gut,same_as,bowel", "bowel,same_as,intestine")
    assert known.tokens("gut") == known.tokens("bowel") == ["intestine"]


def test_what_is_broader_is_followed_upwards_and_is_a_kind_only_where_every_step_is():
    known = concepts("a1,kind_of,b1", "b1,kind_of,c1", "c1,part_of,d1", "d1,kind_of,e1")
    assert known.broader["a1"] == {
        "b1": Relation.KIND,
        "c1": Relation.KIND,
        "d1": Relation.PART,
        "e1": Relation.PART,
    }


def test_a_kind_by_one_way_and_a_part_by_another_is_a_kind():
    known = concepts("a1,part_of,b1", "b1,kind_of,c1", "a1,kind_of,b2", "b2,kind_of,c1")
    assert known.broader["a1"]["c1"] is Relation.KIND
