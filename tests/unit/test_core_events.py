"""Events as lines, there and back."""

import builtins
import json
import typing
from typing import Any

import pytest
from pydantic import BaseModel

from mactuner_tui.core import events
from mactuner_tui.core.events import BaseEvent, parse_line

KINDS: tuple[type[BaseEvent], ...] = typing.get_args(typing.get_args(events.Event)[0])
SAMPLES: dict[Any, object] = {int: 3, float: 0.25, bool: True, str: 'two\nlines "and" ü 🤖'}


def _sample(kind: type[BaseModel]) -> BaseModel:
    """One of this class with a telling value in each field."""
    values = {name: _value(info.annotation) for name, info in kind.model_fields.items() if name != "at"}
    return kind.model_validate(values)


def _value(annotation: Any) -> object:
    inner = typing.get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _sample(annotation)
    if type(None) in inner:
        return None
    match typing.get_origin(annotation):
        case builtins.tuple:
            return (_value(inner[0]),)
        case builtins.dict:
            return {_value(inner[0]): _value(inner[1])}
        case typing.Literal:
            return inner[0]
    return SAMPLES[annotation]


@pytest.mark.parametrize("kind", KINDS)
def test_every_event_is_one_line_that_reads_back(kind: type[BaseEvent]) -> None:
    event = _sample(kind)
    assert isinstance(event, BaseEvent)
    line = event.to_line()
    assert "\n" not in line
    assert parse_line(line) == event
    assert type(parse_line(line.encode())) is kind


def test_every_event_class_is_known_to_the_reader() -> None:
    assert set(KINDS) == set(BaseEvent.__subclasses__())


def test_an_event_carries_the_time_it_was_made() -> None:
    first, second = events.JobFinished(), events.JobFinished()
    assert 1_700_000_000 < first.at <= second.at


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"   ",
        b"no json",
        b'{"event": "step_logged", "st',
        b'{"event": "from_the_future", "at": 1}',
        b'{"at": 1}',
        b'{"event": "progressed", "done": "much", "total": 1}',
        b"[]",
        b"\xff\xfe",
    ],
)
def test_a_line_that_is_no_event_is_none(line: bytes) -> None:
    assert parse_line(line) is None


def test_a_field_added_by_a_newer_version_does_no_harm() -> None:
    line = json.dumps({"event": "noted", "at": 1.0, "text": "hello", "colour": "red"})
    assert parse_line(line) == events.Noted(at=1.0, text="hello")
