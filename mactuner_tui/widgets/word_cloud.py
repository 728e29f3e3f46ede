"""Words by weight: the heaviest in the middle, spaced and bold; the lighter, the farther out and the paler."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from mactuner_tui.core.profile import WordCount

TIERS = (0.5, 0.2, 0.05)
"""Shares of the heaviest word's count from which a word belongs to a tier; below the last it is of the lightest."""
ROOMS = (4, 12, 28)
"""Places in the list up to which a word may belong to a tier, so that not all are loud."""
STYLES = ("bold $cloud-1", "bold $cloud-2", "$cloud-3", "$cloud-4")
GAP = 2


@dataclass(frozen=True)
class Cloudy:
    """A word as it is drawn."""

    text: str
    tier: int

    @property
    def width(self) -> int:
        return cell_len(self.text)


class WordCloud(Widget):
    """Draws words; another size arranges them anew."""

    def __init__(self) -> None:
        super().__init__()
        self._words: Sequence[WordCount] = ()

    def show(self, words: Sequence[WordCount]) -> None:
        """Draw these words."""
        if words != self._words:
            self._words = words
            self.refresh()

    def render(self) -> Content:
        words = [cloudy(word, place, self._words[0].count) for place, word in enumerate(self._words)]
        lines = arrange(words, *self.size)
        return Content("\n").join(_line(words, self.size.width) for words in lines)


def cloudy(word: WordCount, place: int, most: int) -> Cloudy:
    """A word in the tier of its count and place. In the first its letters stand apart, if its script lets them."""
    share = word.count / most if most else 0
    by_count = next((tier for tier, least in enumerate(TIERS) if share >= least), len(TIERS))
    by_place = next((tier for tier, room in enumerate(ROOMS) if place < room), len(ROOMS))
    tier = max(by_count, by_place)
    text = " ".join(word.word.upper()) if tier == 0 and word.word.isascii() else word.word
    return Cloudy(text, tier)


def arrange(words: Sequence[Cloudy], width: int, height: int) -> list[list[Cloudy]]:
    """The words in lines, from the middle line outwards, each line as long as an ellipse is wide there."""
    middle = height // 2
    order = sorted(range(height), key=lambda line: (abs(line - middle), line))
    lines: list[list[Cloudy]] = [[] for _ in range(height)]
    waiting = list(words)
    for line in order:
        room = width * sqrt(max(1 - ((line - (height - 1) / 2) / (height / 2 + 0.5)) ** 2, 0))
        left = True
        for word in list(waiting):
            used = sum(one.width + GAP for one in lines[line])
            if used + word.width <= room:
                waiting.remove(word)
                # To both sides in turn, so that the heaviest stays in the middle.
                lines[line].insert(0 if left else len(lines[line]), word)
                left = not left
            elif room - used < GAP + 2:
                break
    return lines


def _line(words: Sequence[Cloudy], width: int) -> Content:
    parts = [Content.styled(word.text, STYLES[word.tier]) for word in words]
    joined = Content(" " * GAP).join(parts)
    return Content.assemble(" " * max((width - joined.cell_length) // 2, 0), joined)
