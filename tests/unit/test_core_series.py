"""Curves for the terminal."""

import pytest

from mactuner_tui.core.series import Smoothed, smooth, thin


def test_smoothing_starts_at_the_first_value_and_follows_slowly() -> None:
    assert smooth([4.0, 4.0, 4.0], 0.9) == pytest.approx([4.0, 4.0, 4.0])
    # By hand: the averages 1 and 3.5, corrected by 1 - 0.5 and 1 - 0.25.
    assert smooth([2.0, 6.0], 0.5) == pytest.approx([2.0, 3.5 / 0.75])


def test_no_weight_leaves_the_values_as_they_are() -> None:
    assert smooth([3.0, 1.0, 2.0], 0) == [3.0, 1.0, 2.0]
    assert smooth([]) == []


def test_few_points_stay() -> None:
    assert thin([1, 2, 3, 4], [4, 3, 2, 1], 2) == ([1, 2, 3, 4], [4, 3, 2, 1])
    assert thin([], [], 5) == ([], [])


def test_many_points_are_thinned_and_no_spike_is_lost() -> None:
    xs = [float(x) for x in range(10_000)]
    ys = [1.0] * 10_000
    ys[4_321], ys[8_765] = 50.0, -50.0
    kept_xs, kept_ys = thin(xs, ys, 40)
    assert len(kept_xs) == len(kept_ys) <= 80
    assert (4_321.0, 50.0) in zip(kept_xs, kept_ys, strict=True)
    assert (8_765.0, -50.0) in zip(kept_xs, kept_ys, strict=True)
    assert kept_xs == sorted(set(kept_xs))


def test_every_bucket_keeps_its_lowest_and_highest_value() -> None:
    xs, ys = list(range(8)), [1, 9, 2, 3, 5, 5, 0, 7]
    assert thin(xs, ys, 2) == ([0, 1, 6, 7], [1, 9, 0, 7])


def test_a_series_that_grows_is_smoothed_as_if_it_had_come_at_once() -> None:
    values = [float(number % 7) for number in range(50)]
    grown = Smoothed()
    for count in (0, 1, 20, 20, 50):
        assert grown.extend_to(values[:count]) == smooth(values[:count])
