"""Placing the words of a cloud so that none covers another. Knows nothing of how they are drawn."""

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mactuner_tui.core.profile import WordCount

LARGEST, SMALLEST = 54.0, 13.0
"""Heights of letters, in pixels."""
ASPECT = 2.2
"""How much wider than high the cloud is: the spiral that looks for a place is stretched so."""
LETTER = 0.58
"""Width of a letter as a share of its height; one of East Asia is as wide as high."""


@dataclass(frozen=True)
class Placed:
    """A word, the middle of its place and its size, in pixels from the middle of the cloud."""

    word: str
    count: int
    x: float
    y: float
    width: float
    height: float

    def covers(self, other: "Placed") -> bool:
        """Whether the two overlap."""
        return (
            abs(self.x - other.x) * 2 < self.width + other.width
            and abs(self.y - other.y) * 2 < self.height + other.height
        )


def place(words: Sequence[WordCount]) -> list[Placed]:
    """The words around the middle, the heaviest first. Letters grow with the root of the count."""
    most = max((word.count for word in words), default=1)
    placed: list[Placed] = []
    for word in words:
        height = max(LARGEST * math.sqrt(word.count / most), SMALLEST)
        width = height * sum(map(_letter_width, word.word))
        candidates = (Placed(word.word, word.count, x, y, width, height) for x, y in _spiral())
        placed.append(next(spot for spot in candidates if not any(spot.covers(other) for other in placed)))
    return placed


def _letter_width(letter: str) -> float:
    return 1.05 if unicodedata.east_asian_width(letter) in "WF" else LETTER


def _spiral() -> Iterator[tuple[float, float]]:
    """Points ever farther out (an Archimedean spiral)."""
    angle = 0.0
    while True:
        yield ASPECT * 2.5 * angle * math.cos(angle), 2.5 * angle * math.sin(angle)
        angle += 0.35 / (1 + 0.05 * angle)
