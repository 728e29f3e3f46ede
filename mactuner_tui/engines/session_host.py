"""The process of a session: reads requests from stdin, carries them out in order, writes their events to stdout.

Requests that are marked `aside` do not wait their turn: each has a thread of its own.
stdout carries the protocol alone: file descriptor 1 is pointed at stderr, so that a library's print ends in the log.
When stdin ends the owner is gone, and the process ends at once, whatever it is doing.
"""

import contextlib
import importlib
import json
import os
import queue
import sys
import threading
import time
import traceback
from functools import cached_property
from typing import Any, Protocol

from mactuner_tui.core import events, paths
from mactuner_tui.core.errors import SessionError
from mactuner_tui.core.events import BaseEvent
from mactuner_tui.core.specs import SESSION_REQUESTS, RequestSpec
from mactuner_tui.engines.failures import in_users_words

ENGINES = {
    "chat": "mactuner_tui.engines.chat.session",
    "data": "mactuner_tui.engines.data.session",
    "doctor": "mactuner_tui.engines.doctor.session",
    "models": "mactuner_tui.engines.models.session",
}
"""The module that serves each kind of session, by a class `Engine`."""


PROGRESS_SECONDS = 0.2


class CancelledError(Exception):
    """The owner does not want to know any more."""


class RequestContext:
    """What an engine is given with a request: a place to speak events, and whether it was cancelled."""

    _speaking = threading.Lock()

    def __init__(self, number: int, output: int) -> None:
        self.number = number
        self.cancelled = threading.Event()
        self._claim = threading.Lock()
        self._output = output
        self._told = 0.0

    def emit(self, event: BaseEvent) -> None:
        """Tell the owner what happened."""
        line = f'{{"id": {self.number}, "event": {event.to_line()}}}\n'.encode()
        with self._speaking:
            while line:
                line = line[os.write(self._output, line) :]

    def claim(self) -> bool:
        """Whether whoever asks is the first to: carrying a request out, and calling off one that waits, exclude each
        other."""
        return self._claim.acquire(blocking=False)

    def cancel(self) -> None:
        """The owner does not want to know any more; a request that still waits ends at once."""
        self.cancelled.set()
        if self.claim():
            self.emit(events.RequestCancelled())

    def check(self) -> None:
        """Raise `CancelledError` when the request was cancelled."""
        if self.cancelled.is_set():
            raise CancelledError

    def begin(self, stage: str) -> None:
        """Name the part of the work that begins. Raises `CancelledError` when the request was cancelled."""
        self.check()
        self.emit(events.StageStarted(stage=stage))

    def progress(self, done: float, total: float, unit: str = "") -> None:
        """Tell how much of the part is done, a few times a second. Raises `CancelledError` when cancelled."""
        self.check()
        if done >= total or time.monotonic() - self._told > PROGRESS_SECONDS:
            self._told = time.monotonic()
            self.emit(events.Progressed(done=done, total=total, unit=unit))


class SessionEngine(Protocol):
    """What serves a session."""

    def handle(self, request: RequestSpec, context: RequestContext) -> None:
        """Carry out one request, speaking its events."""


def serve(kind: str) -> int:
    """Serve requests until stdin ends."""
    output = os.dup(1)
    os.dup2(2, 1)
    desk = _Desk(kind)
    waiting: queue.SimpleQueue[tuple[RequestSpec, RequestContext]] = queue.SimpleQueue()
    threading.Thread(target=_read_requests, args=(output, desk, waiting), daemon=True).start()
    while True:
        desk.answer(*waiting.get())


class _Desk:
    """Carries out requests with the one engine of the session."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._making = threading.Lock()

    @cached_property
    def _engine(self) -> SessionEngine:
        engine: SessionEngine = importlib.import_module(ENGINES[self._kind]).Engine()
        return engine

    def parse(self, message: dict[str, Any]) -> RequestSpec:
        """The request of a message. Raises `MacTunerError` for one that this kind of session does not know."""
        request = SESSION_REQUESTS[self._kind].get(message["do"])
        if request is None:
            raise SessionError(f"A {self._kind} session cannot {message['do']!r}.", "This is a bug of MacTuner.")
        return request.of(message["spec"])

    def answer(self, request: RequestSpec, context: RequestContext) -> None:
        """Carry a request out, and say how it ended."""
        if not context.claim():
            return
        try:
            with self._making:
                engine = self._engine
            engine.handle(request, context)
            context.check()
            ending: BaseEvent = events.RequestFinished()
        except CancelledError:
            ending = events.RequestCancelled()
        except Exception as error:
            ending = _failure(error)
        with contextlib.suppress(BrokenPipeError):  # No one is left to be told.
            context.emit(ending)


def _read_requests(output: int, desk: _Desk, waiting: "queue.SimpleQueue[tuple[RequestSpec, RequestContext]]") -> None:
    asked: dict[int, RequestContext] = {}
    try:
        for line in sys.stdin.buffer:
            message = json.loads(line)
            if "cancel" in message:
                if context := asked.pop(message["cancel"], None):
                    context.cancel()
            else:
                context = asked[message["id"]] = RequestContext(message["id"], output)
                _put(desk, message, context, waiting)
    except Exception:
        # What cannot be understood cannot be answered either: the owner is told by the process's end.
        traceback.print_exc()
    os._exit(0)


def _put(
    desk: _Desk,
    message: dict[str, Any],
    context: RequestContext,
    waiting: "queue.SimpleQueue[tuple[RequestSpec, RequestContext]]",
) -> None:
    """Let a request wait its turn, or be answered beside those that do."""
    try:
        request = desk.parse(message)
    except Exception as error:
        context.emit(_failure(error))
        return
    if request.aside:
        threading.Thread(target=desk.answer, args=(request, context), daemon=True).start()
    else:
        waiting.put((request, context))


def _failure(error: Exception) -> events.RequestFailed:
    traceback.print_exception(error)
    known = in_users_words(error, paths.home())
    if known is not None:
        return events.RequestFailed(kind=known.kind, message=known.message, hint=known.hint)
    return events.RequestFailed(
        kind=type(error).__name__, message=f"Unexpected error: {error}", hint="This is a bug of MacTuner."
    )
