"""Which texts say nearly the same: MinHash signatures over pairs of words, banded so that only likely pairs are met.

Knows nothing of rows. Signatures are rensa's; banding is Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets",
section 3.4: two texts of similarity s share one of b bands of r values with probability 1 - (1 - s^r)^b.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import regex
import rensa
from numpy.typing import NDArray

SIGNATURE = 128
SEED = 42
BATCH = 2048
LEADERS = 64
"""How many different texts of one bucket a further text is compared with."""
MISSED = 0.02
"""The share of pairs of just the wanted similarity that may go unseen."""
# Scripts that put no blanks between words count by character.
TOKEN = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]|\w+")


def groups(texts: Iterable[str], similarity: float, check: Callable[[], None] = lambda: None) -> list[int]:
    """A number for each text; texts that are alike have the same, that of the first of them.

    Similarity is the Jaccard index of the texts' pairs of neighbouring words, case ignored, as estimated from 128
    hashes (standard error at most 0.045). Likeness is passed on: a text like one of a group belongs to the group.
    `check` is called often once the texts are read, and may raise to end it.
    """
    signatures = _signatures(texts)
    leaders = _Leaders(len(signatures))
    for band in _bands(signatures, _rows_per_band(similarity)):
        for bucket in _buckets(band):
            check()
            _join(bucket, signatures, similarity, leaders)
    return leaders.all()


def _signatures(texts: Iterable[str]) -> NDArray[np.uint32]:
    """Shape (texts, SIGNATURE)."""
    parts = [
        np.array(
            rensa.RMinHash.digests_from_token_sets([_shingles(text) for text in batch], SIGNATURE, SEED), np.uint32
        )
        for batch in _batched(texts, BATCH)
    ]
    return np.concatenate(parts) if parts else np.empty((0, SIGNATURE), np.uint32)


def _shingles(text: str) -> list[str]:
    words = TOKEN.findall(text.lower())
    if len(words) < 2:
        return words or [text]
    return [f"{first} {second}" for first, second in pairwise(words)]


def _rows_per_band(similarity: float) -> int:
    """The longest bands with which few pairs of this similarity are missed."""
    return max(
        rows for rows in (1, 2, 4, 8, 16, 32) if rows == 1 or (1 - similarity**rows) ** (SIGNATURE // rows) <= MISSED
    )


def _bands(signatures: NDArray[np.uint32], rows: int) -> Iterator[NDArray[np.uint64]]:
    """One hash a text for each band."""
    factors = np.random.default_rng(SEED).integers(1, 2**63, rows, dtype=np.uint64) | np.uint64(1)
    for start in range(0, SIGNATURE, rows):
        yield (signatures[:, start : start + rows].astype(np.uint64) * factors).sum(axis=1, dtype=np.uint64)


def _buckets(band: NDArray[np.uint64]) -> Iterator[NDArray[np.intp]]:
    """The texts, in order, that share a value of the band with another."""
    order = np.argsort(band, kind="stable")
    ordered = band[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(band) else np.empty(0, np.intp)
    for start, end in pairwise([*starts.tolist(), len(band)]):
        if end - start > 1:
            yield order[start:end]


def _join(bucket: NDArray[np.intp], signatures: NDArray[np.uint32], similarity: float, leaders: "_Leaders") -> None:
    """Put the alike texts of a bucket into one group. The first of each group met in the bucket speaks for it."""
    rest = bucket
    for _ in range(LEADERS):
        first, rest = rest[0], rest[1:]
        alike = (signatures[rest] == signatures[first]).mean(axis=1) >= similarity
        for text in rest[alike].tolist():
            leaders.join(int(first), text)
        rest = rest[~alike]
        if len(rest) < 2:
            return


class _Leaders:
    """Union-find over texts; a group is named by its first."""

    def __init__(self, count: int) -> None:
        self._parents = list(range(count))

    def of(self, text: int) -> int:
        while self._parents[text] != text:
            self._parents[text] = self._parents[self._parents[text]]
            text = self._parents[text]
        return text

    def join(self, one: int, other: int) -> None:
        first, second = sorted((self.of(one), self.of(other)))
        self._parents[second] = first

    def all(self) -> list[int]:
        return [self.of(text) for text in range(len(self._parents))]


def _batched(texts: Iterable[str], size: int) -> Iterator[Sequence[str]]:
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
