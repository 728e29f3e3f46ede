"""The one data session: opened when first used, opened anew when it died, ended with the app.

Requests marked `aside` are answered at once. The long ones are carried out one after the other; one that makes those
before it pointless cancels them. Knows nothing of what is asked.
"""

import asyncio
from collections.abc import AsyncGenerator

from mactuner_tui.core.errors import SessionError
from mactuner_tui.core.events import Event, RequestCancelled, RequestFinished
from mactuner_tui.core.specs import RequestSpec
from mactuner_tui.core.specs.data_requests import OpenRequest, PreparedRequest, ScanRequest
from mactuner_tui.runtime.sessions import Request, Session, open_session


class DataDesk:
    """A data session that opens itself, and its source with it."""

    def __init__(self) -> None:
        self._session: Session | None = None
        self._starting = asyncio.Lock()
        self._before: list[RequestSpec] = []
        """What brought the session to where it is: the source that is open, and that it was scanned."""
        self._under_way: dict[Request, RequestSpec] = {}
        """The long requests that wait or are carried out."""

    async def ask(self, spec: RequestSpec) -> AsyncGenerator[Event, None]:
        """The events of a request, ending with its closing one. Raises `MacTunerError`."""
        if isinstance(spec, OpenRequest):
            self._before.clear()
        session = await self._ready()
        self._give_up_for(spec)
        request = session.request(spec)
        if not spec.aside:
            self._under_way[request] = spec
        try:
            async for event in request:
                if isinstance(event, RequestFinished) and isinstance(spec, OpenRequest | ScanRequest):
                    self._before.append(spec)
                yield event
        except SessionError:
            if session is self._session:
                raise
            yield RequestCancelled()
        finally:
            self._under_way.pop(request, None)

    async def release(self) -> None:
        """End the session: what is under way ends as cancelled."""
        session, self._session = self._session, None
        self._before.clear()
        if session is not None:
            for request in self._under_way:
                request.cancel()
            await session.close()

    async def _ready(self) -> Session:
        """The session, with its source open."""
        async with self._starting:
            if self._session is None or not self._session.is_open:
                self._session = await open_session("data")
                for done in self._before:
                    async for _ in self._session.request(done):
                        pass
            return self._session

    def _give_up_for(self, spec: RequestSpec) -> None:
        """Cancel what nobody waits for any more: all of it for a new source, the last long look for the next one."""
        for request, asked in self._under_way.items():
            is_new_source = isinstance(spec, OpenRequest)
            is_next_look = isinstance(asked, PreparedRequest) and isinstance(spec, PreparedRequest) and not spec.aside
            if is_new_source or is_next_look:
                request.cancel()
