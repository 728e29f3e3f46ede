"""Numbers as people read them."""

import time

import pytest

from mactuner_tui.core.numbers import bytes_text, clock_text, duration_text, significant, when_text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1 kB"),
        (999_499, "999 kB"),
        (999_500, "1.00 MB"),
        (12_400_000_000, "12.4 GB"),
        (68_719_476_736, "68.7 GB"),
        (2_500_000_000_000, "2.50 TB"),
    ],
)
def test_bytes_are_decimal_with_three_digits(count: float, text: str) -> None:
    assert bytes_text(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.2144, "0.214 s"),
        (12.34, "12.3 s"),
        (60, "1m 00s"),
        (200, "3m 20s"),
        (3_599.7, "1h 00m"),
        (7_500, "2h 05m"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.00412, "0.00412"),
        (0.047, "0.047"),
        (0.2149, "0.215"),
        (0.9996, "1.00"),
        (2.449, "2.45"),
        (9.996, "10.0"),
        (12.44, "12.4"),
        (99.96, "100"),
        (-231.4, "-231"),
    ],
)
def test_three_significant_digits(value: float, text: str) -> None:
    assert significant(value) == text


def test_a_time_of_today_is_a_clock_time_and_an_older_one_a_day() -> None:
    now = time.time()
    assert when_text(now) == time.strftime("%H:%M", time.localtime(now))
    older = now - 3 * 86_400
    assert when_text(older) == time.strftime("%d %b", time.localtime(older))
    assert clock_text(now) == time.strftime("%H:%M:%S", time.localtime(now))
