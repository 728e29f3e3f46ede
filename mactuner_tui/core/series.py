"""Curves: smoothing, and thinning to what a terminal can show."""

from collections.abc import Sequence


class Smoothed:
    """An exponential moving average, corrected for its start as in Adam (Kingma & Ba 2014, section 3).

    `weight` is the share of the past, 0 for none. A series that grows costs only what was added.
    """

    def __init__(self, weight: float = 0.9) -> None:
        self.values: list[float] = []
        self._weight = weight
        self._average = 0.0

    def extend_to(self, values: Sequence[float]) -> list[float]:
        """Take in what `values` has beyond what was taken in before. Returns all smoothed values."""
        known = len(self.values)
        for count, value in enumerate(values[known:], start=known + 1):
            self._average = self._weight * self._average + (1 - self._weight) * value
            self.values.append(self._average / (1 - self._weight**count))
        return self.values


def smooth(values: Sequence[float], weight: float = 0.9) -> list[float]:
    """The values as `Smoothed` leaves them."""
    return Smoothed(weight).extend_to(values)


def thin(xs: Sequence[float], ys: Sequence[float], buckets: int) -> tuple[list[float], list[float]]:
    """At most `2 * buckets` points that keep each bucket's lowest and highest value, so that no spike is lost."""
    if len(xs) <= 2 * buckets:
        return list(xs), list(ys)
    kept: list[int] = []
    for bucket in range(buckets):
        start = bucket * len(xs) // buckets
        span = ys[start : (bucket + 1) * len(xs) // buckets]
        kept += sorted({start + span.index(min(span)), start + span.index(max(span))})
    return [xs[index] for index in kept], [ys[index] for index in kept]
