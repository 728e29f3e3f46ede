"""A random sample of a stream whose length no one knows, within a bound of memory."""

import random
from typing import Generic, TypeVar

SEED = 42

T = TypeVar("T")


class EvenSample(Generic[T]):
    """Keeps each thing with the same probability, which it lowers when there are too many things or characters.

    `seen` are all that were offered. The same stream gives the same sample.
    """

    def __init__(self, count: int, characters: int) -> None:
        self.seen = 0
        self._most = count
        self._most_characters = characters
        self._characters = 0
        self._probability = 1.0
        self._random = random.Random(SEED)
        self._kept: list[tuple[float, int, T]] = []

    def __len__(self) -> int:
        return len(self._kept)

    def offer(self, thing: T, characters: int) -> None:
        """Keep it, or not. `characters` is how long it is."""
        self.seen += 1
        drawn = self._random.random()
        if drawn < self._probability:
            self._kept.append((drawn, characters, thing))
            self._characters += characters
            while self._is_too_much():
                self._halve()

    def kept(self) -> list[T]:
        """The sample, in the stream's order."""
        return [thing for _, _, thing in self._kept]

    def _is_too_much(self) -> bool:
        return len(self._kept) > self._most or (len(self._kept) > 1 and self._characters > self._most_characters)

    def _halve(self) -> None:
        self._probability /= 2
        self._kept = [entry for entry in self._kept if entry[0] < self._probability]
        self._characters = sum(characters for _, characters, _ in self._kept)
