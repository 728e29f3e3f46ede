"""The one data session, and its source with it.

Requests marked `aside` are answered at once. The long ones are carried out one after the other; one that makes those
before it pointless cancels them.
"""

from collections.abc import AsyncGenerator

from mactuner_tui.core.events import Event, RequestFinished
from mactuner_tui.core.specs import RequestSpec
from mactuner_tui.core.specs.data_requests import OpenRequest, PreparedRequest, ScanRequest
from mactuner_tui.runtime.session_desk import SessionDesk
from mactuner_tui.runtime.sessions import Session


class DataDesk(SessionDesk):
    """A data session that opens itself, and its source with it."""

    def __init__(self) -> None:
        super().__init__("data")
        self._before: list[RequestSpec] = []
        """What brought the session to where it is: the source that is open, and that it was scanned."""

    def ask(self, spec: RequestSpec) -> AsyncGenerator[Event, None]:
        if isinstance(spec, OpenRequest):
            self._before.clear()
        return super().ask(spec)

    async def release(self) -> None:
        self._before.clear()
        await super().release()

    async def _prepare(self, session: Session) -> None:
        for done in self._before:
            async for _ in session.request(done):
                pass

    def _make_way(self, spec: RequestSpec) -> None:
        """Cancel what nobody waits for any more: all of it for a new source, the last long look for the next one."""
        for request, asked in self._under_way.items():
            if asked.aside:
                continue
            is_next_look = isinstance(asked, PreparedRequest) and isinstance(spec, PreparedRequest) and not spec.aside
            if isinstance(spec, OpenRequest) or is_next_look:
                request.cancel()

    def _take_in(self, spec: RequestSpec, event: Event) -> None:
        if isinstance(event, RequestFinished) and isinstance(spec, OpenRequest | ScanRequest):
            self._before.append(spec)
