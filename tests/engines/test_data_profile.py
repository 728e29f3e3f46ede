"""The figures of a dataset, against ones reckoned by hand."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mactuner_tui.core.profile import Column, Profile
from mactuner_tui.core.records import Conversation, PlainText, Record
from mactuner_tui.engines.data import profiling
from mactuner_tui.engines.data.counting import TokenCounter
from mactuner_tui.engines.data.profiling import Profiler, lengths, profile
from mactuner_tui.engines.data.rows import Item, Row

COLUMNS = (Column(name="text", type="text", missing=1, example="a"),)


def _items(*records: Record) -> list[Item]:
    return [Item(number, Row(Path("a.jsonl"), number + 1, {}), record) for number, record in enumerate(records)]


def _profile(*records: Record, counter: TokenCounter | None = None, max_length: int = 8, batch: int = 2) -> Profile:
    profiler = Profiler(COLUMNS, 1234, counter, "starter", max_length)
    profile(_items(*records), profiler, lambda _done: None, batch)
    return profiler.result(exact=True, rows=len(records))


def _asked(question: str, answer: str) -> Conversation:
    return Conversation([{"role": "user", "content": question}, {"role": "assistant", "content": answer}])


def test_figures_of_a_few_rows() -> None:
    made = _profile(
        PlainText("red apple"), PlainText("red"), PlainText("사과"), PlainText("red"), PlainText("green tree 1")
    )
    assert (made.exact, made.seen, made.rows, made.source_bytes, made.columns) == (True, 5, 5, 1234, COLUMNS)
    assert made.memory_bytes == 9 + 3 + 6 + 3 + 12
    assert made.characters.mean == pytest.approx(29 / 5)
    assert (made.characters.minimum, made.characters.median, made.characters.maximum) == (2, 3, 12)
    assert (made.words.minimum, made.words.median, made.words.maximum) == (1, 1, 3)
    assert made.duplicates == 1
    assert [(word.word, word.count) for word in made.top_words] == [
        ("red", 3),
        ("apple", 1),
        ("사과", 1),
        ("green", 1),
        ("tree", 1),
    ]
    assert {share.name: round(share.share * 25) for share in made.scripts} == {"Latin": 23, "Hangul": 2}
    assert made.language_rows == 5
    assert (made.tokens, made.beyond) == (None, 0)


def test_a_conversations_text_is_all_that_is_said() -> None:
    made = _profile(_asked("hi there", "yes"), _asked("hi", "there yes"))
    assert (made.characters.minimum, made.characters.maximum) == (11, 11)
    assert made.memory_bytes == 22
    assert (made.words.mean, made.duplicates) == (3, 0)


def test_who_says_it_makes_a_difference() -> None:
    swapped = Conversation([{"role": "assistant", "content": "a"}, {"role": "user", "content": "b"}])
    made = _profile(_asked("a", "b"), swapped, PlainText("a\nb"), _asked("a", "b"), _asked("a", "b"))
    assert made.duplicates == 2


def test_tokens_are_those_of_training_and_counted_beyond_the_maximum(starter: Path) -> None:
    counter = TokenCounter.load(starter)
    records = [PlainText("one two"), PlainText("one"), PlainText("one two three four five six seven eight")]
    made = _profile(*records, counter=counter, max_length=3)
    assert made.tokens is not None
    assert (made.tokens.minimum, made.tokens.median, made.tokens.maximum) == (2, 3, 9)
    assert (made.beyond, made.max_length, made.model) == (1, 3, "starter")


def test_rows_that_the_template_refuses_have_no_length_in_tokens(starter: Path) -> None:
    counter = TokenCounter.load(starter)
    counter.tokenizer.chat_template = "{{ raise_exception('no') }}"
    made = _profile(PlainText("one two"), _asked("a", "b"), counter=counter)
    assert made.seen == 2
    assert made.tokens is not None
    assert (made.tokens.minimum, made.tokens.maximum, sum(made.tokens.counts)) == (3, 3, 1)
    assert _profile(_asked("a", "b"), counter=counter).tokens is None


def test_nothing_at_all_has_a_profile_too() -> None:
    made = _profile()
    assert (made.seen, made.characters.maximum, made.top_words, made.languages, made.scripts) == (0, 0, (), (), ())


def test_it_tells_how_far_it_is_and_can_be_broken_off() -> None:
    told: list[int] = []

    def tell(done: int) -> None:
        told.append(done)
        if done == 4:
            raise InterruptedError

    read: list[int] = []

    def items() -> Iterator[Item]:
        for item in _items(*[PlainText("a")] * 9):
            read.append(item.number)
            yield item

    with pytest.raises(InterruptedError):
        profile(items(), Profiler(COLUMNS, 0, None, "starter", 8), tell, batch=2)
    assert (told, read) == ([2, 4], [0, 1, 2, 3])


def test_batches_of_long_rows_are_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiling, "BATCH_CHARACTERS", 10)
    told: list[int] = []
    records = [PlainText("a" * 12), PlainText("a" * 6), PlainText("a" * 6), PlainText("b")]
    profile(_items(*records), Profiler(COLUMNS, 0, None, "starter", 8), told.append)
    assert told == [1, 3, 4]


def test_languages_are_judged_by_a_fair_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiling, "LANGUAGE_ROWS", 200)
    korean = PlainText("박물관은 아홉 시에 문을 열고 첫 방문객들은 보통 문 앞에서 기다린다.")
    english = PlainText("The museum opens at nine, and the first visitors usually wait outside its doors.")
    made = _profile(*[english] * 1000, *[korean] * 1000, batch=300)
    assert made.language_rows == 200
    shares = {share.name: share.share for share in made.languages}
    assert shares["English"] + shares["Korean"] == 1
    assert shares["Korean"] == pytest.approx(0.5, abs=0.12)


def test_percentiles_are_lengths_that_occur() -> None:
    made = lengths(np.arange(1, 101))
    assert (made.mean, made.minimum, made.median, made.p90, made.p95, made.p99, made.maximum) == (
        50.5,
        1,
        50,
        90,
        95,
        99,
        100,
    )


def test_one_huge_row_does_not_squash_the_chart() -> None:
    made = lengths(np.array([*range(100, 200)] * 10 + [5_000_000]))
    assert len(made.counts) <= 40
    assert made.edges[0] == 100
    assert made.edges[-1] == 5_000_000
    assert made.edges[-2] <= 210
    assert made.counts[-1] == 1
    assert sum(made.counts) == 1001


@pytest.mark.parametrize(
    "values", [[7], [7, 7, 7], [0, 1], [3] * 1000 + [4], [1, 1000], list(range(41)), list(range(400))]
)
def test_every_row_is_in_a_bin_of_whole_numbers(values: list[int]) -> None:
    made = lengths(np.array(values))
    assert sum(made.counts) == len(values)
    assert 1 <= len(made.counts) <= 40
    assert len(made.edges) == len(made.counts) + 1
    assert all(edge == int(edge) for edge in made.edges)
    assert all(low < high for low, high in zip(made.edges, made.edges[1:], strict=False))
    assert made.edges[-1] >= made.maximum
