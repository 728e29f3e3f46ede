"""Events through a file: one process writes, others read, and any of them may die in between."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from mactuner_tui.core import events
from mactuner_tui.runtime.wire import EventLog, Tail
from tests.unit.helpers import fill


def _noted(*texts: str) -> list[events.Noted]:
    return [events.Noted(at=1.0, text=text) for text in texts]


def test_what_is_written_is_read_once_and_in_order(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    tail, log = Tail(path), EventLog(path)
    first, second, third = _noted("first", "zweite ü 🤖", "third\nwith a line break")
    log.write(first)
    log.write(second)
    assert list(tail.read()) == [first, second]
    assert list(tail.read()) == []
    log.write(third)
    assert list(tail.read()) == [third]
    assert list(Tail(path).read()) == [first, second, third]
    log.close()


def test_a_file_that_is_not_there_yet_has_no_events(tmp_path: Path) -> None:
    assert list(Tail(tmp_path / "events.jsonl").read()) == []


def test_a_file_that_may_not_be_read_has_no_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "open", refuse)
    assert list(Tail(tmp_path / "events.jsonl").read()) == []


def test_a_reader_that_stops_early_goes_on_there(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    first, second, third = _noted("first", "second", "third")
    path.write_text("".join(f"{event.to_line()}\n" for event in (first, second, third)))
    tail = Tail(path)
    assert next(tail.read()) == first
    assert list(tail.read()) == [second, third]


def test_a_long_file_is_never_held_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(f"{_noted('x' * 1000)[0].to_line()}\n" * 5_000)
    tracemalloc.start()
    assert sum(1 for _ in Tail(path).read()) == 5_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1e6


def test_half_a_line_is_left_until_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    first, second = _noted("first", "second")
    line = second.to_line().encode() + b"\n"
    tail = Tail(path)
    with path.open("ab", buffering=0) as file:
        file.write(first.to_line().encode() + b"\n" + line[:10])
        assert list(tail.read()) == [first]
        file.write(line[10:-1])
        assert list(tail.read()) == []
        file.write(b"\n")
    assert list(tail.read()) == [second]


def test_a_line_that_is_no_event_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    (event,) = _noted("known")
    path.write_bytes(b'{"event": "unknown"}\n\xff\n' + event.to_line().encode() + b"\n")
    assert list(Tail(path).read()) == [event]


def test_reopening_cuts_a_torn_line_and_no_reader_notices(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    before, after = _noted("before", "after")
    path.write_bytes(before.to_line().encode() + b'\n{"event": "noted", "te')
    tail = Tail(path)
    assert list(tail.read()) == [before]
    log = EventLog(path)
    log.write(after)
    log.close()
    assert list(tail.read()) == [after]
    assert list(Tail(path).read()) == [before, after]


def test_a_file_of_nothing_but_a_torn_line_is_emptied(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"event"')
    EventLog(path).close()
    assert path.read_bytes() == b""


def test_a_full_disk_is_told_and_leaves_no_half_line(small_disk: Callable[[int], Path]) -> None:
    folder = small_disk(64)
    log = EventLog(folder / "events.jsonl")
    # So that a page is left with room for some of the line, which no other page can take the rest of.
    (start,) = _noted("x" * 3_000)
    log.write(start)
    fill(folder / "filler")
    with pytest.raises(OSError, match="No space left"):
        log.write(_noted("y" * 3_000)[0])
    assert list(Tail(folder / "events.jsonl").read()) == [start]
    assert (folder / "events.jsonl").stat().st_size == len(start.to_line()) + 1
    (folder / "filler").unlink()
    (end,) = _noted("end")
    log.write(end)
    assert list(Tail(folder / "events.jsonl").read()) == [start, end]
    log.close()
