"""Groups of texts that say nearly the same."""

import itertools
import random
import tracemalloc
from collections.abc import Iterator

import pytest

from mactuner_tui.engines.data import alike
from mactuner_tui.engines.data.alike import groups
from mactuner_tui.engines.data.batches import batches

NAMES = "amber birch cedar delta ember fjord grove heath islet jetty knoll lagoon marsh north ocean pine quay reef"
WORDS = NAMES.split()


def text(seed: int, words: int = 40) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=words))


def jaccard(one: str, other: str) -> float:
    first, second = (set(itertools.pairwise(words)) for words in (one.split(), other.split()))
    return len(first & second) / len(first | second)


def test_same_and_nearly_same_texts_share_the_number_of_the_first() -> None:
    first, other = text(1), text(2)
    nearly = first.replace(first.split()[20], "stone", 1)
    assert jaccard(first, nearly) > 0.8
    assert groups([other, first, nearly, first.upper(), other], 0.7) == [0, 1, 1, 1, 0]


def test_different_texts_stay_alone() -> None:
    assert groups((text(seed) for seed in range(300)), 0.8) == list(range(300))


def test_likeness_is_passed_on() -> None:
    words = text(3, 60).split()
    chain = [" ".join(words[start : start + 40]) for start in range(0, 20, 2)]
    assert jaccard(chain[0], chain[-1]) < 0.5 < 0.8 < jaccard(chain[0], chain[1])
    assert len(set(groups(chain, 0.75))) == 1


@pytest.mark.parametrize("similarity", [0.6, 0.8, 0.9])
def test_nearly_all_pairs_clearly_above_the_bound_are_found(similarity: float) -> None:
    texts = []
    for seed in range(200):
        words = text(seed, 80).split()
        near = list(words)
        for place in random.Random(seed).sample(range(80), 80):
            altered = [*near[:place], "stone", *near[place + 1 :]]
            if jaccard(" ".join(words), " ".join(altered)) < similarity + 0.05:
                break
            near = altered
        texts += [" ".join(words), " ".join(near)]
    found = groups(texts, similarity)
    together = sum(found[place] == found[place + 1] for place in range(0, len(found), 2))
    assert together >= 0.95 * 200


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("서울은 대한민국의 수도이며 가장 큰 도시입니다", "서울은 대한민국의 수도이며 가장 큰 도시입니다."),
        ("東京は日本の首都であり世界最大の都市の一つです", "東京は日本の首都であり、世界最大の都市の一つです。"),
        ("北京是中华人民共和国的首都", "北京是中华人民共和国的首都。"),
    ],
)
def test_texts_of_every_script(one: str, other: str) -> None:
    assert groups([one, other, "something else entirely"], 0.8) == [0, 0, 2]


def test_texts_without_words() -> None:
    assert groups(["", "!!!", "", "word"], 0.8) == [0, 1, 0, 3]


def test_no_texts() -> None:
    assert groups([], 0.8) == []


def test_what_most_texts_share_does_not_make_them_alike() -> None:
    instruction = "Say whether the customer who wrote the following review of our shop was pleased, answer yes or no: "
    reviews = [text(seed, 8) for seed in range(200)]
    assert groups([instruction + review for review in reviews], 0.7) == list(range(200))
    assert groups([instruction + review for review in [*reviews, *reviews]], 0.7) == [*range(200), *range(200)]


def test_batches_are_bounded_in_number_and_in_characters() -> None:
    assert list(batches("aaaaa", len, 2, 100)) == [["a", "a"], ["a", "a"], ["a"]]
    assert list(batches(["aa", "bbb", "c" * 9, "d", "e"], len, 10, 5)) == [["aa", "bbb"], ["c" * 9], ["d", "e"]]
    assert list(batches([], len, 2, 2)) == []


def test_a_long_text_is_alike_as_a_short_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [text(1, 400), text(2, 400), text(1, 400) + " once more", "", "word", "!!!", "word"]
    at_once = groups(texts, 0.8)
    monkeypatch.setattr(alike, "BATCH_CHARACTERS", 3)
    monkeypatch.setattr(alike, "SHINGLES", 7)
    assert groups(texts, 0.8) == at_once == [0, 1, 0, 3, 4, 5, 4]


@pytest.mark.parametrize("count", [1, 20])
def test_long_texts_are_compared_in_little_memory(count: int) -> None:
    long = [text(seed, 400_000 // count) for seed in range(count)]
    tracemalloc.start()
    groups(long, 0.8)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 20_000_000


class BrokenOffError(Exception):
    pass


@pytest.mark.parametrize(
    ("texts", "checks"),
    [
        ([text(seed) for seed in range(5000)], 3 + 16),
        ([text(1, 500_000)], 25),
        (["same"] * 1000, 16),
    ],
    ids=["different", "long", "same"],
)
def test_the_comparison_can_be_broken_off_at_any_time(texts: list[str], checks: int) -> None:
    asked = 0

    def count() -> None:
        nonlocal asked
        asked += 1

    groups(texts, 0.8, count)
    assert asked >= checks


def test_what_ends_the_comparison_is_asked_while_texts_are_read() -> None:
    read = 0

    def texts() -> Iterator[str]:
        nonlocal read
        for read in range(100_000):
            yield f"text number {read}"

    def break_off() -> None:
        raise BrokenOffError

    with pytest.raises(BrokenOffError):
        groups(texts(), 0.8, break_off)
    assert read < 5000
