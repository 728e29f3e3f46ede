"""The process of a session: reads requests from stdin, carries them out in order, writes their events to stdout.

stdout carries the protocol alone: file descriptor 1 is pointed at stderr, so that a library's print ends in the log.
When stdin ends the owner is gone, and the process ends at once, whatever it is doing.
"""

import importlib
import json
import os
import queue
import sys
import threading
import traceback
from typing import Any, Protocol

from mactuner_tui.core import events, paths
from mactuner_tui.core.errors import SessionError
from mactuner_tui.core.events import BaseEvent
from mactuner_tui.core.specs import SESSION_REQUESTS, RequestSpec
from mactuner_tui.engines.failures import in_users_words

ENGINES = {
    "chat": "mactuner_tui.engines.chat.session",
    "doctor": "mactuner_tui.engines.doctor.session",
}
"""The module that serves each kind of session, by a class `Engine`."""


class RequestContext:
    """What an engine is given with a request: a place to speak events, and whether it was cancelled."""

    def __init__(self, number: int, output: int) -> None:
        self.number = number
        self.cancelled = threading.Event()
        self._output = output

    def emit(self, event: BaseEvent) -> None:
        """Tell the owner what happened."""
        line = f'{{"id": {self.number}, "event": {event.to_line()}}}\n'.encode()
        while line:
            line = line[os.write(self._output, line) :]


class SessionEngine(Protocol):
    """What serves a session."""

    def handle(self, request: RequestSpec, context: RequestContext) -> None:
        """Carry out one request, speaking its events."""


def serve(kind: str) -> int:
    """Serve requests until stdin ends."""
    output = os.dup(1)
    os.dup2(2, 1)
    requests: queue.SimpleQueue[tuple[dict[str, Any], RequestContext]] = queue.SimpleQueue()
    threading.Thread(target=_read_requests, args=(output, requests), daemon=True).start()
    engine: SessionEngine | None = None
    while True:
        message, context = requests.get()
        try:
            if context.cancelled.is_set():
                context.emit(events.RequestCancelled())
                continue
            if engine is None:
                engine = importlib.import_module(ENGINES[kind]).Engine()
            engine.handle(_parse(kind, message), context)
            context.emit(events.RequestCancelled() if context.cancelled.is_set() else events.RequestFinished())
        except BrokenPipeError:
            return 0
        except Exception as error:
            context.emit(_failure(error))


def _parse(kind: str, message: dict[str, Any]) -> RequestSpec:
    request = SESSION_REQUESTS[kind].get(message["do"])
    if request is None:
        raise SessionError(f"A {kind} session cannot {message['do']!r}.", "This is a bug of MacTuner.")
    return request.of(message["spec"])


def _read_requests(output: int, requests: "queue.SimpleQueue[tuple[dict[str, Any], RequestContext]]") -> None:
    asked: dict[int, RequestContext] = {}
    try:
        for line in sys.stdin.buffer:
            message = json.loads(line)
            if "cancel" in message:
                if context := asked.get(message["cancel"]):
                    context.cancelled.set()
            else:
                context = asked[message["id"]] = RequestContext(message["id"], output)
                requests.put((message, context))
    except Exception:
        # What cannot be understood cannot be answered either: the owner is told by the process's end.
        traceback.print_exc()
    os._exit(0)


def _failure(error: Exception) -> events.RequestFailed:
    traceback.print_exception(error)
    known = in_users_words(error, paths.home())
    if known is not None:
        return events.RequestFailed(kind=known.kind, message=known.message, hint=known.hint)
    return events.RequestFailed(
        kind=type(error).__name__, message=f"Unexpected error: {error}", hint="This is a bug of MacTuner."
    )
