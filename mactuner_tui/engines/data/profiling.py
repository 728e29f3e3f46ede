"""The profile of a dataset, batch by batch in bounded memory: lengths, words, scripts, languages, duplicates, tokens.

Knows nothing of files, mappings and recipes: it is given rows as the training will see them.
"""

import gc
import random
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import sub

import numpy as np
from numpy.typing import NDArray

from mactuner_tui.core.profile import Column, Lengths, Profile, WordCount
from mactuner_tui.core.records import Conversation, PlainText, Record, texts_of
from mactuner_tui.engines.data import scripts
from mactuner_tui.engines.data.counting import TokenCounter
from mactuner_tui.engines.data.rows import Item
from mactuner_tui.engines.data.words import WordCounts

LANGUAGE_ROWS = 2000
TOP_WORDS = 100
BINS = 40
SHOWN = 0.995
"""The share of rows that the bins of a histogram are spread over; one more takes in the rest."""
BATCH_ROWS = 1000
BATCH_CHARACTERS = 1_000_000
"""A batch is over at so many rows or characters: some tenths of a second."""


class Profiler:
    """Takes in rows and says what they are like.

    Rows that the model's chat template refuses have no length in tokens and are left out of those figures only; if it
    refuses all, `tokens` of the profile is None.
    """

    def __init__(
        self, columns: Sequence[Column], source_bytes: int, counter: TokenCounter | None, model: str, max_length: int
    ) -> None:
        self._columns = tuple(columns)
        self._source_bytes = source_bytes
        self._counter = counter
        self._model = model
        self._max_length = max_length
        self._bytes = 0
        self._characters = array("q")
        self._words = array("q")
        self._tokens = array("q")
        self._hashes = array("q")
        self._word_counts = WordCounts()
        self._scripts = scripts.ScriptCounts()
        self._sample = _Sample(LANGUAGE_ROWS)
        self._counted: Callable[[], list[int | None]] | None = None
        """Waits for the tokens of the last batch."""

    def take(self, items: Sequence[Item]) -> None:
        """Take in a batch of rows."""
        records = [item.record for item in items]
        self._collect_tokens()
        if self._counter is not None:
            # The tokenizer works beside the rest, until the next batch is there.
            self._counted = self._counter.begin(records)
        said = [texts_of(record) for record in records]
        texts = ["\n".join(parts) for parts in said]
        joints = [len(parts) - 1 for parts in said]
        self._characters.extend(map(sub, map(len, texts), joints))
        self._words.extend(self._word_counts.take(texts))
        self._scripts.take(texts)
        self._bytes += len("".join(texts).encode("utf-8", "surrogatepass")) - sum(joints)
        self._hashes.extend(map(_hash, records))
        self._sample.take(texts)

    def result(self, exact: bool, rows: int | None) -> Profile:
        """What is known by now. `exact` says whether these were all `rows`."""
        self._collect_tokens()
        tokens = np.frombuffer(self._tokens, np.int64)
        return Profile(
            exact=exact,
            seen=len(self._characters),
            rows=rows,
            source_bytes=self._source_bytes,
            memory_bytes=self._bytes,
            columns=self._columns,
            characters=lengths(np.frombuffer(self._characters, np.int64)),
            words=lengths(np.frombuffer(self._words, np.int64)),
            tokens=lengths(tokens) if len(tokens) else None,
            model=self._model,
            max_length=self._max_length,
            beyond=int((tokens > self._max_length).sum()),
            duplicates=len(self._hashes) - len(np.unique(np.frombuffer(self._hashes, np.int64))),
            top_words=tuple(WordCount(word=word, count=count) for word, count in self._word_counts.top(TOP_WORDS)),
            languages=scripts.languages(self._sample.texts),
            language_rows=len(self._sample.texts),
            scripts=self._scripts.shares(),
        )

    def _collect_tokens(self) -> None:
        if self._counted is not None:
            self._tokens.extend(tokens for tokens in self._counted() if tokens is not None)
            self._counted = None


def profile(items: Iterable[Item], profiler: Profiler, told: Callable[[int], None], batch: int = BATCH_ROWS) -> None:
    """Let the profiler take in all items. `told` is told how many it has had, after each batch; it may raise."""
    done = 0
    # What the libraries have made stays: the garbage collector need not look at it each time rows pile up (15 % less).
    gc.freeze()
    try:
        for taken in _batches(items, batch):
            profiler.take(taken)
            done += len(taken)
            told(done)
    finally:
        gc.unfreeze()


def _batches(items: Iterable[Item], rows: int) -> Iterator[list[Item]]:
    taken: list[Item] = []
    characters = 0
    for item in items:
        taken.append(item)
        characters += _size(item.record)
        if len(taken) >= rows or characters >= BATCH_CHARACTERS:
            yield taken
            taken, characters = [], 0
    if taken:
        yield taken


def _size(record: Record) -> int:
    return sum(map(len, texts_of(record)))


def _hash(record: Record) -> int:
    """64 bits of what is said and by whom: among a million rows two are mistaken for one with a chance of 1 to 10^7."""
    match record:
        case PlainText(text):
            return hash(text)
        case Conversation(messages):
            return hash(tuple((message["role"], message["content"]) for message in messages))


class _Sample:
    """So many texts out of all, each with the same chance (reservoir sampling, Vitter's algorithm R)."""

    def __init__(self, size: int) -> None:
        self.texts: list[str] = []
        self._size = size
        self._seen = 0
        self._chance = random.Random(0)

    def take(self, texts: Iterable[str]) -> None:
        for text in texts:
            self._seen += 1
            if len(self.texts) < self._size:
                self.texts.append(text[: scripts.LANGUAGE_CHARACTERS])
            elif (place := int(self._chance.random() * self._seen)) < self._size:
                self.texts[place] = text[: scripts.LANGUAGE_CHARACTERS]


def lengths(values: NDArray[np.int64]) -> Lengths:
    """Figures and histogram of these lengths. A percentile is the least length that so many rows do not exceed."""
    if not len(values):
        return Lengths(mean=0, minimum=0, median=0, p90=0, p95=0, p99=0, maximum=0, edges=(0, 1), counts=(0,))
    median, p90, p95, p99, shown = np.quantile(values, (0.5, 0.9, 0.95, 0.99, SHOWN), method="inverted_cdf").tolist()
    minimum, maximum = int(values.min()), int(values.max())
    width = -(-(shown + 1 - minimum) // (BINS - 1))
    edges = [*range(minimum, shown + 1, width)]
    edges.append(edges[-1] + width)
    if maximum >= edges[-1]:
        edges.append(max(maximum, edges[-1] + width))
    counts, _ = np.histogram(values, edges)
    return Lengths(
        mean=float(values.mean()),
        minimum=minimum,
        median=median,
        p90=p90,
        p95=p95,
        p99=p99,
        maximum=maximum,
        edges=tuple(map(float, edges)),
        counts=tuple(map(int, counts)),
    )
