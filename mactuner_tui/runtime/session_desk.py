"""A session that opens itself when it is first used, opens anew when it died, and ends with the app.

Knows nothing of what is asked.
"""

import asyncio
from collections.abc import AsyncGenerator

from mactuner_tui.core.errors import SessionError
from mactuner_tui.core.events import Event, RequestCancelled
from mactuner_tui.core.specs import RequestSpec
from mactuner_tui.runtime.sessions import Request, Session, open_session


class SessionDesk:
    """One session of a kind, and what is under way in it."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._session: Session | None = None
        self._starting = asyncio.Lock()
        self._under_way: dict[Request, RequestSpec] = {}

    async def ask(self, spec: RequestSpec) -> AsyncGenerator[Event, None]:
        """The events of a request, ending with its closing one. Whoever stops listening cancels it.

        Raises `MacTunerError`.
        """
        session = await self._ready()
        self._make_way(spec)
        request = session.request(spec)
        self._under_way[request] = spec
        try:
            async for event in request:
                self._take_in(spec, event)
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
        if session is not None:
            for request in self._under_way:
                request.cancel()
            await session.close()

    async def _ready(self) -> Session:
        """The session, brought to where it was."""
        async with self._starting:
            if self._session is None or not self._session.is_open:
                self._session = await open_session(self._kind)
                await self._prepare(self._session)
            return self._session

    async def _prepare(self, session: Session) -> None:
        """Bring a new session to where the one before it was."""

    def _make_way(self, spec: RequestSpec) -> None:
        """Cancel what this request makes pointless."""

    def _take_in(self, spec: RequestSpec, event: Event) -> None:
        """Note what a request brought."""
