import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curriculum_kit.errors import NothingLeft, SourceNotFound, SourceUnreadable
from trainer.compare import check_file, compare, compare_files
from trainer.figures import figures
from trainer.results import SCHEMA, read_results, write_results


def table(rights, condition="image", units=None, samples=1):
    """Return results: a string of 0 and 1 for each question, a digit per sample; units of their own unless given."""
    rows = [
        {
            "question_id": name, "variant_id": 0, "condition": condition, "sample": sample, "completion": "",
            "chosen": 0, "right": digit == "1", "tier": 0, "answer": "liver", "question_type": None,
            "benchmark": "b", "unit_id": (units or {}).get(name, name), "n_choices": 4,
        }
        for name, digits in rights.items()
        for sample, digit in enumerate(digits)
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, SCHEMA)


def test_one_sample_each_by_hand():
    # Right in both: a, b; in the first alone: c to g; in the second alone: h; in neither: i, j.
    first = table(dict(zip("abcdefghij", "1111111000", strict=True)))
    second = table(dict(zip("abcdefghij", "1100000100", strict=True)))
    found = compare(first, second)
    assert (found.first.value, found.second.value) == (0.7, 0.3)
    assert found.difference.value == pytest.approx(0.4)
    assert (found.only_first, found.only_second) == (5, 1)
    assert found.p_mcnemar == pytest.approx(2 * (1 + 6) / 2**6)
    assert found.p_value == pytest.approx(2 * (1 + 6) / 2**6)  # units of one question: the same test
    assert found.difference.low < 0 < found.difference.high
    turned = compare(second, first)
    assert turned.difference.value == -found.difference.value
    assert turned.difference.low == pytest.approx(-found.difference.high)
    assert turned.p_value == found.p_value


def test_questions_of_one_unit_count_as_one():
    units = dict(zip("abcdef", "uuuvvv", strict=True))
    found = compare(table(dict.fromkeys("abcdef", "1"), units=units), table(dict.fromkeys("abcdef", "0"), units=units))
    assert found.units == 2
    assert found.p_mcnemar == pytest.approx(2 / 2**6)
    assert found.p_value == pytest.approx(2 / 2**2)


def test_several_samples_are_compared_by_their_mean():
    found = compare(table({"a": "1100", "b": "1111", "c": "0001"}), table({"a": "0", "b": "1", "c": "0"}))
    assert found.first.value == pytest.approx((0.5 + 1 + 0.25) / 3)
    assert found.difference.value == pytest.approx((0.5 + 0 + 0.25) / 3)
    assert (found.p_mcnemar, found.only_first, found.only_second) == (None, None, None)
    assert found.p_value == pytest.approx(2 / 2**2)


def test_only_common_questions_count_and_only_with_their_image():
    first = pa.concat_tables([table({"a": "1", "b": "1", "c": "1"}), table({"d": "1"}, condition="blank")])
    found = compare(first, table({"b": "0", "c": "1", "d": "0"}))
    assert (found.questions, found.left_out) == (2, (1, 1))
    assert found.difference.value == 0.5


def test_files_of_other_questions_are_refused(tmp_path, curriculum):
    for name, rights in (("one", {"a": "1"}), ("two", {"b": "1"}), ("three", {"q3": "1"})):
        write_results(tmp_path / f"{name}.parquet", table(rights).to_pylist())
    with pytest.raises(NothingLeft, match=r"one.parquet and .*two.parquet have no question in common"):
        compare_files(tmp_path / "one.parquet", tmp_path / "two.parquet")
    with pytest.raises(NothingLeft, match=r"one.parquet is about other questions than .*curriculum"):
        check_file(tmp_path / "one.parquet", curriculum)
    check_file(tmp_path / "three.parquet", curriculum)


def test_files_that_are_no_results(tmp_path):
    with pytest.raises(SourceNotFound, match=r"absent.parquet is no file; name a results\.parquet"):
        read_results(tmp_path / "absent.parquet")
    (tmp_path / "text.parquet").write_text("question_id\n")
    with pytest.raises(SourceUnreadable, match="cannot be read as results"):
        read_results(tmp_path / "text.parquet")
    pq.write_table(pa.table({"question_id": ["a"], "right": [True]}), tmp_path / "other.parquet")
    with pytest.raises(SourceUnreadable, match=r"lacks variant_id, condition, sample"):
        read_results(tmp_path / "other.parquet")


def test_many_rows_are_read_as_they_were_written(tmp_path):
    results = table({f"q{number}": "10" for number in range(1_500)})
    write_results(tmp_path / "r.parquet", results.to_pylist())
    assert read_results(tmp_path / "r.parquet").equals(results.drop_columns(["completion"]))


def test_parts_without_a_question_type_have_no_such_figures():
    seen, unseen = table({"a": "1", "b": "1", "c": "0"}), table({"a": "0", "b": "1", "c": "0"}, condition="blank")
    everything, *parts = figures(pa.concat_tables([seen, unseen]))
    assert [part.part for part in parts] == ["tier", "benchmark", "answer"]
    assert everything.gain["blank"].value == pytest.approx(1 / 3)
    assert everything.chance == 0.25
