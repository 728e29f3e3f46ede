"""Which texts say nearly the same: MinHash signatures over pairs of words, banded so that only likely pairs are met.

Knows nothing of rows. Signatures are rensa's; banding is Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets",
section 3.4: two texts of similarity s share one of b bands of r values with probability 1 - (1 - s^r)^b.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice, pairwise

import numpy as np
import regex
import rensa
from numpy.typing import NDArray

from mactuner_tui.engines.data.batches import batches

SIGNATURE = 128
SEED = 42
BATCH = 2048
BATCH_CHARACTERS = 250_000
"""A batch is over at so many characters: as pairs of words they take up to 200 times as many bytes."""
SHINGLES = 20_000
"""So many pairs of words of a long text are held at a time."""
COMPARED = 20_000
"""So many texts of a bucket are compared with one at a time: each is half a kilobyte."""
ENOUGH = 100
"""So many texts show what most of them share."""
LEADERS = 64
"""How many different texts of one bucket a further text is compared with."""
MISSED = 0.02
"""The share of pairs of just the wanted similarity that may go unseen."""
# Scripts that put no blanks between words count by character.
TOKEN = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]|\w+")


def groups(texts: Iterable[str], similarity: float, check: Callable[[], None] = lambda: None) -> list[int]:
    """A number for each text; texts that are alike have the same, that of the first of them.

    Similarity is the Jaccard index of the texts' pairs of neighbouring words, case ignored, as estimated from 128
    hashes (standard error at most 0.045). Pairs that most texts share, as those of an instruction do that every row
    begins with, tell nothing and are left aside. Likeness is passed on: a text like one of a group belongs to the
    group. `check` is called several times a second, and may raise to end it.
    """
    signatures = _signatures(texts, check)
    leaders = _Leaders(len(signatures))
    for band in _bands(signatures, _rows_per_band(similarity)):
        check()
        for bucket in _buckets(band):
            _join(bucket, signatures, similarity, leaders, check)
    return leaders.all()


def _signatures(texts: Iterable[str], check: Callable[[], None]) -> NDArray[np.uint32]:
    """Shape (texts, SIGNATURE)."""
    parts = []
    common: frozenset[str] | None = None
    for batch in batches(texts, len, BATCH, BATCH_CHARACTERS):
        check()
        common = _common(batch) if common is None else common
        is_long = len(batch[0]) > BATCH_CHARACTERS
        parts.append(np.array([_digest(batch[0], check)] if is_long else _digests(batch, common), np.uint32))
    return np.concatenate(parts) if parts else np.empty((0, SIGNATURE), np.uint32)


def _common(texts: Sequence[str]) -> frozenset[str]:
    """The pairs of words that more than half of these texts have; none when there are too few texts to say so."""
    if len(texts) < ENOUGH:
        return frozenset()
    counts = Counter(shingle for text in texts for shingle in set(_shingles_of(text)))
    return frozenset(shingle for shingle, count in counts.items() if count > len(texts) / 2)


def _digests(texts: Sequence[str], common: frozenset[str]) -> list[list[int]]:
    shingles = [_shingles_of(text) for text in texts]
    if common:
        shingles = [[shingle for shingle in own if shingle not in common] or own for own in shingles]
    digests: list[list[int]] = rensa.RMinHash.digests_from_token_sets(shingles, SIGNATURE, SEED)
    return digests


def _shingles_of(text: str) -> list[str]:
    return list(_shingles(text, TOKEN.findall(text.lower())))


def _digest(text: str, check: Callable[[], None]) -> list[int]:
    """The same of one long text, of which only a few pairs of words are held at a time."""
    hashes = rensa.RMinHash(SIGNATURE, SEED)
    shingles = _shingles(text, (found[0] for found in TOKEN.finditer(text.lower())))
    while some := list(islice(shingles, SHINGLES)):
        check()
        hashes.update(some)
    digest: list[int] = hashes.digest()
    return digest


def _shingles(text: str, words: Iterable[str]) -> Iterator[str]:
    """The pairs of neighbouring words; a text of fewer words is its own."""
    words = iter(words)
    first = next(words, text)
    second = next(words, None)
    if second is None:
        yield first
        return
    for one, other in pairwise(chain((first, second), words)):
        yield f"{one} {other}"


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
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    sizes = np.diff(starts, append=len(band))
    shared = sizes > 1
    for start, size in zip(starts[shared].tolist(), sizes[shared].tolist(), strict=True):
        yield order[start : start + size]


def _join(
    bucket: NDArray[np.intp],
    signatures: NDArray[np.uint32],
    similarity: float,
    leaders: "_Leaders",
    check: Callable[[], None],
) -> None:
    """Put the alike texts of a bucket into one group. The first of each group met in the bucket speaks for it."""
    rest = bucket
    for _ in range(LEADERS):
        first, rest = rest[0], rest[1:]
        unlike = []
        for start in range(0, len(rest), COMPARED):
            check()
            some = rest[start : start + COMPARED]
            alike = (signatures[some] == signatures[first]).mean(axis=1) >= similarity
            for text in some[alike].tolist():
                leaders.join(int(first), text)
            unlike.append(some[~alike])
        rest = np.concatenate(unlike)
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
