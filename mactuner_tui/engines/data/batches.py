"""Cutting a stream into batches that are bounded in number and in characters."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def batches(things: Iterable[T], length: Callable[[T], int], most: int, characters: int) -> Iterator[list[T]]:
    """Lists of at most so many things and characters, in order. One that is too long by itself comes alone."""
    batch: list[T] = []
    room = characters
    for thing in things:
        needed = length(thing)
        if batch and (needed > room or len(batch) == most):
            yield batch
            batch, room = [], characters
        batch.append(thing)
        room -= needed
    if batch:
        yield batch
