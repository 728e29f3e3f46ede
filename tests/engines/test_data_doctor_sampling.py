"""The sample of a stream of unknown length: bounded, spread over all of it, in order, the same each time."""

from mactuner_tui.engines.data.doctor.even_sample import EvenSample


def _sample(things: int, count: int = 100, characters: int = 10**9, each: int = 1) -> EvenSample[int]:
    sample: EvenSample[int] = EvenSample(count, characters)
    for thing in range(things):
        sample.offer(thing, each)
    return sample


def test_few_things_are_all_kept() -> None:
    assert _sample(100).kept() == list(range(100))


def test_of_many_things_a_bounded_number_is_kept_in_order() -> None:
    sample = _sample(50_000)
    assert sample.seen == 50_000
    assert 25 <= len(sample) <= 100
    assert sample.kept() == sorted(set(sample.kept()))


def test_beginning_and_end_are_kept_alike() -> None:
    kept = _sample(100_000, count=4000).kept()
    first_half = sum(thing < 50_000 for thing in kept)
    assert 0.45 < first_half / len(kept) < 0.55


def test_things_that_take_turns_are_kept_alike() -> None:
    # Every second thing would be all of one kind.
    kept = _sample(100_000, count=4000).kept()
    assert 0.45 < sum(thing % 2 for thing in kept) / len(kept) < 0.55


def test_long_things_count_by_their_length() -> None:
    assert len(_sample(1000, characters=5000, each=100)) <= 50


def test_a_thing_that_is_too_long_alone_is_kept() -> None:
    assert _sample(1, characters=10, each=1000).kept() == [0]


def test_the_same_stream_gives_the_same_sample() -> None:
    assert _sample(10_000).kept() == _sample(10_000).kept()
