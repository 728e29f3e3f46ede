"""All that an interface needs of runtime, as awaitables that never block the event loop.

Reads jobs and machine, moves the queue, carries out acts, and keeps the one warm chat. Knows nothing of Textual.
"""

import asyncio
from collections.abc import Callable

from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.job import Status
from mactuner_tui.core.machine import Machine, Snapshot
from mactuner_tui.core.overview import JobView
from mactuner_tui.core.specs import JobSpec
from mactuner_tui.runtime import jobs, telemetry
from mactuner_tui.runtime.board import Board
from mactuner_tui.runtime.warm_chat import WarmChat

ACTS: dict[str, Callable[[str], object]] = {
    "pause": jobs.pause,
    "continue": jobs.continue_,
    "stop": jobs.stop,
    "resume": jobs.resume,
    "delete": jobs.delete,
}
"""What can be done with a job, by name."""


class Desk:
    """One for each interface."""

    def __init__(self) -> None:
        self.chat = WarmChat()
        self._board = Board()
        self._reading = asyncio.Lock()
        self._queue_problem = ""

    async def jobs(self) -> tuple[JobView, ...]:
        """All jobs as they are now, the newest first."""
        async with self._reading:
            return await asyncio.to_thread(self._board.read)

    async def move_queue(self, views: tuple[JobView, ...]) -> None:
        """Start what waits and may run. Raises `MacTunerError` when that fails, each reason only once."""
        if not any(view.status is Status.QUEUED for view in views):
            return
        try:
            await asyncio.to_thread(jobs.advance)
        except MacTunerError as error:
            if error.message != self._queue_problem:
                self._queue_problem = error.message
                raise

    async def start(self, spec: JobSpec) -> None:
        """Put a job in the queue. Raises `MacTunerError`."""
        await self._make_room(spec)
        await asyncio.to_thread(jobs.start, spec)

    async def act(self, name: str, view: JobView) -> None:
        """Do one of `ACTS`. Raises `MacTunerError`."""
        if name == "resume" and view.spec is not None:
            await self._make_room(view.spec)
        await asyncio.to_thread(ACTS[name], view.id)

    async def _make_room(self, spec: JobSpec) -> None:
        """Two models rarely fit: the chat gives its memory back before a job takes the GPU."""
        if spec.needs_gpu:
            await self.chat.release()

    async def machine(self) -> Machine:
        """The chip and the memory."""
        return await asyncio.to_thread(telemetry.machine)

    async def snapshot(self) -> Snapshot:
        """A reading of the machine."""
        return await asyncio.to_thread(telemetry.read)
