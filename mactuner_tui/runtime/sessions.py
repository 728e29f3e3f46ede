"""Attached sessions: a worker process that serves one owner over its stdin and stdout, and ends with it.

A request is a line `{"id", "do", "spec"}` and is answered by lines `{"id", "event"}` until a closing event; the line
`{"cancel": id}` ends it early. The end of stdin ends the process.
"""

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator
from typing import Any, Self

from mactuner_tui.core.errors import MacTunerError, SessionError
from mactuner_tui.core.events import Event, RequestCancelled, RequestFailed, RequestFinished, parse_line
from mactuner_tui.core.specs import RequestSpec
from mactuner_tui.runtime.environment import Purpose, worker_environment
from mactuner_tui.runtime.processes import worker_command

LINE_LIMIT = 16 * 1024 * 1024
"""Bytes of the longest line a session may send: a long text is one line."""
LOG_BYTES = 64 * 1024
LAST_LINES = 8
PURPOSES: dict[str, Purpose] = {"data": "data", "doctor": "training"}
"""Where not inference: the doctor judges what training will meet."""
CLOSE_SECONDS = 3.0


class Session:
    """One worker process. Make it with `open_session`; requests are carried out one after the other."""

    def __init__(self, process: asyncio.subprocess.Process, kind: str) -> None:
        self.kind = kind
        self._process = process
        self._numbers = itertools.count(1)
        self._replies: dict[int, asyncio.Queue[Event | None]] = {}
        self._log = b""
        """The end of what the process printed."""
        self._misread = ""
        """What was wrong with a reply that could not be read."""
        self._draining = asyncio.create_task(self._drain_log())
        self._reading = asyncio.create_task(self._read_replies())

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_open(self) -> bool:
        return self._process.returncode is None and not self._reading.done()

    def request(self, spec: RequestSpec) -> "Request":
        """Send a request; iterate over the result for its events."""
        number = next(self._numbers)
        self._send({"id": number, "do": spec.action, "spec": spec.model_dump(mode="json")})
        self._replies[number] = asyncio.Queue()
        return Request(self, number)

    async def close(self) -> None:
        """End the process: close its stdin, and kill it if it stays."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), CLOSE_SECONDS)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        await asyncio.gather(self._reading, self._draining)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        if self._process.stdin.is_closing() or not self.is_open:
            raise self._broken()
        self._process.stdin.write(json.dumps(message).encode() + b"\n")

    def _broken(self) -> SessionError:
        if self._misread:
            return SessionError(f"The {self.kind} process sent what cannot be read: {self._misread}.", "Open it again.")
        last = "\n".join(self._log.decode("utf-8", "replace").splitlines()[-LAST_LINES:])
        return SessionError(
            f"The {self.kind} process has ended unexpectedly.", f"Its last words:\n{last}" if last else "Open it again."
        )

    async def _read_replies(self) -> None:
        assert self._process.stdout is not None
        try:
            async for line in self._process.stdout:
                reply = json.loads(line)
                event = parse_line(json.dumps(reply["event"]))
                queue = self._replies.get(reply["id"])
                if event is not None and queue is not None:
                    queue.put_nowait(event)
        except ValueError as error:
            # A line beyond `LINE_LIMIT`, or no JSON: where the next reply begins is not known any more.
            self._misread = str(error).splitlines()[0].rstrip(".")
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        finally:
            # Its last words come before the news of its end; a child of its own may keep the log open for longer.
            await asyncio.wait([self._draining], timeout=CLOSE_SECONDS)
            for queue in self._replies.values():
                queue.put_nowait(None)

    async def _drain_log(self) -> None:
        assert self._process.stderr is not None
        while chunk := await self._process.stderr.read(LOG_BYTES):
            self._log = (self._log + chunk)[-LOG_BYTES:]


class Request:
    """The events of one request, ending with its closing one. Raises `MacTunerError` when the request fails."""

    def __init__(self, session: Session, number: int) -> None:
        self._session = session
        self._number = number

    def cancel(self) -> None:
        """Ask the session to end the request early; its closing event still comes."""
        with contextlib.suppress(SessionError):
            self._session._send({"cancel": self._number})

    async def __aiter__(self) -> AsyncIterator[Event]:
        closed = False
        try:
            while not closed:
                event = await self._session._replies[self._number].get()
                if event is None:
                    closed = True
                    raise self._session._broken()
                closed = isinstance(event, RequestFinished | RequestCancelled | RequestFailed)
                if isinstance(event, RequestFailed):
                    raise MacTunerError(event.message, event.hint)
                yield event
        finally:
            if not closed:
                self.cancel()
            del self._session._replies[self._number]


async def open_session(kind: str) -> Session:
    """Start a session process of this kind."""
    process = await asyncio.create_subprocess_exec(
        *worker_command("session", kind),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=worker_environment(PURPOSES.get(kind, "inference")),
        limit=LINE_LIMIT,
    )
    return Session(process, kind)
