"""Numbers as people read them: three significant digits and a unit."""

import datetime
import math


def bytes_text(count: float) -> str:
    """`12.4 GB`. Decimal units, as macOS shows them."""
    for unit in ("B", "kB", "MB", "GB"):
        if abs(count) < 999.5:
            return f"{significant(count)} {unit}"
        count /= 1000
    return f"{significant(count)} TB"


def duration_text(seconds: float) -> str:
    """`0.21 s`, `3m 20s`, `2h 05m`."""
    if seconds < 60:
        return f"{significant(seconds)} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h {minutes:02d}m" if hours else f"{minutes}m {rest:02d}s"


def significant(value: float) -> str:
    """Three significant digits without an exponent: `0.047`, `2.45`, `12.4`, `231`."""
    size = abs(value)
    if 0 < size < 0.9995:
        return f"{value:.{2 - math.floor(math.log10(size))}f}".rstrip("0")
    digits = 0 if size >= 99.95 or size == round(size) else 1 if size >= 9.995 else 2
    return f"{value:.{digits}f}"


def clock_text(at: float) -> str:
    """A time of day, given in seconds since the epoch: `14:03:27`."""
    return datetime.datetime.fromtimestamp(at).strftime("%H:%M:%S")


def when_text(at: float) -> str:
    """When something was, given in seconds since the epoch: the time today, else the day (`14:03`, `22 Nov`)."""
    then, today = datetime.datetime.fromtimestamp(at), datetime.datetime.now()
    return then.strftime("%H:%M") if then.date() == today.date() else then.strftime("%d %b")


def month_text(at: float) -> str:
    """The month of a time given in seconds since the epoch: `2026-11`."""
    return datetime.datetime.fromtimestamp(at).strftime("%Y-%m")


def count_text(count: int, one: str, many: str = "") -> str:
    """`1 row`, `12,400 rows`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
