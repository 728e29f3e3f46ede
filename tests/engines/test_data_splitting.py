"""The split is a partition, reproducible, keeps its share and never tears apart what is alike."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mactuner_tui.core.errors import DataError
from mactuner_tui.core.specs.data import SplitSpec
from mactuner_tui.engines.data.splitting import assign, drawn
from tests.engines.test_data_alike import jaccard, text

TEXTS = st.lists(st.integers(0, 60), min_size=2, max_size=120).map(lambda seeds: [text(seed, 12) for seed in seeds])
SPLITS = st.builds(SplitSpec, valid_share=st.floats(0.05, 0.9), seed=st.integers(0, 1000))


@settings(max_examples=60, deadline=None)
@given(TEXTS, SPLITS)
def test_a_partition_that_is_reproducible_and_keeps_equals_together(texts: list[str], split: SplitSpec) -> None:
    if len(set(texts)) < 2:
        return
    is_valid = assign(texts, split).is_valid
    assert is_valid == assign(texts, split).is_valid
    assert len(is_valid) == len(texts)
    assert set(is_valid) == {True, False}
    train, valid = (
        {text for text, side in zip(texts, is_valid, strict=True) if side is wanted} for wanted in (False, True)
    )
    assert not train & valid
    assert all(jaccard(one, other) < split.similarity for one in train for other in valid)


def test_eight_to_two_to_the_row_when_nothing_is_alike() -> None:
    is_valid = assign([text(seed) for seed in range(100)], SplitSpec()).is_valid
    assert Counter(is_valid) == {False: 80, True: 20}
    assert is_valid != assign([text(seed) for seed in range(100)], SplitSpec(seed=1)).is_valid


def test_each_value_of_the_column_has_its_share_on_both_sides() -> None:
    strata = ["rare"] * 20 + ["common"] * 180
    is_valid = assign([text(seed) for seed in range(200)], SplitSpec(valid_share=0.25), strata).is_valid
    assert Counter(zip(strata, is_valid, strict=True)) == {
        ("rare", True): 5,
        ("rare", False): 15,
        ("common", True): 45,
        ("common", False): 135,
    }


def test_nearly_the_same_rows_stay_on_one_side() -> None:
    texts = [f"{text(seed)} version {version}" for seed in range(50) for version in range(4)]
    is_valid = assign(texts, SplitSpec(similarity=0.7)).is_valid
    for start in range(0, 200, 4):
        assert len(set(is_valid[start : start + 4])) == 1
    assert sum(is_valid) == 40


def test_a_large_group_goes_where_it_fits() -> None:
    parts = assign([text(0)] * 90 + [text(seed) for seed in range(1, 11)], SplitSpec())
    is_valid = parts.is_valid
    assert parts.largest == 90
    assert not any(is_valid[:90])
    assert any(is_valid[90:])


def test_two_rows_make_one_and_one() -> None:
    assert sorted(assign([text(1), text(2)], SplitSpec()).is_valid) == [False, True]


def test_rows_that_are_all_alike_cannot_be_split() -> None:
    with pytest.raises(DataError, match="10 rows are too much alike"):
        assign([text(1)] * 10, SplitSpec())


def test_equal_texts_only_when_the_similarity_is_one() -> None:
    one, other = text(1), text(1) + " more"
    assert sorted(assign([one, other], SplitSpec(similarity=1)).is_valid) == [False, True]


def test_rows_drawn_at_random_are_reproducible_and_in_order() -> None:
    assert drawn(5, None, 1) == range(5)
    assert drawn(5, 9, 1) == range(5)
    taken = drawn(1000, 10, 1)
    assert taken == drawn(1000, 10, 1) == sorted(taken)
    assert len(set(taken)) == 10
    assert taken != drawn(1000, 10, 2)
