"""Groups of texts that say nearly the same."""

import itertools
import random

import pytest

from mactuner_tui.engines.data.alike import groups

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
