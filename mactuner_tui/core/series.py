"""Curves: smoothing, and thinning to what a terminal can show."""

from collections.abc import Sequence


def smooth(values: Sequence[float], weight: float = 0.9) -> list[float]:
    """Exponential moving average, corrected for its start as in Adam (Kingma & Ba 2014, section 3).

    `weight` is the share of the past, 0 for none.
    """
    average, smoothed = 0.0, []
    for count, value in enumerate(values, start=1):
        average = weight * average + (1 - weight) * value
        smoothed.append(average / (1 - weight**count))
    return smoothed


def thin(xs: Sequence[float], ys: Sequence[float], buckets: int) -> tuple[list[float], list[float]]:
    """At most `2 * buckets` points that keep each bucket's lowest and highest value, so that no spike is lost."""
    if len(xs) <= 2 * buckets:
        return list(xs), list(ys)
    kept: list[int] = []
    for bucket in range(buckets):
        span = range(bucket * len(xs) // buckets, (bucket + 1) * len(xs) // buckets)
        kept += sorted({min(span, key=ys.__getitem__), max(span, key=ys.__getitem__)})
    return [xs[index] for index in kept], [ys[index] for index in kept]
