"""All that an interface needs of runtime, as awaitables that never block the event loop.

Reads jobs and machine, moves the queue, carries out acts, and keeps the one warm chat and the one session each for data
and models. Knows nothing of Textual.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable

from mactuner_tui.core.errors import JobError, MacTunerError
from mactuner_tui.core.job import Status
from mactuner_tui.core.machine import Machine, Snapshot
from mactuner_tui.core.overview import JobView
from mactuner_tui.core.specs import JobSpec
from mactuner_tui.runtime import jobs, telemetry
from mactuner_tui.runtime.board import Board
from mactuner_tui.runtime.data_desk import DataDesk
from mactuner_tui.runtime.session_desk import SessionDesk
from mactuner_tui.runtime.warm_chat import WarmChat

ACTS: dict[str, Callable[[str], object]] = {
    "pause": jobs.pause,
    "continue": jobs.continue_,
    "resume": jobs.resume,
    "delete": jobs.delete,
}
"""What can be done with a job, by name, besides `stop`."""


class Desk:
    """One for each interface."""

    def __init__(self) -> None:
        self.chat = WarmChat()
        self.data = DataDesk()
        self.models = SessionDesk("models")
        self._board = Board()
        self._reading = asyncio.Lock()
        self._queue_problem = ""
        self._stopping: dict[str, float] = {}
        """The jobs that were asked to stop, with the time from which they are killed (seconds, monotonic)."""
        self._on_gpu: frozenset[str] = frozenset()

    async def jobs(self) -> tuple[JobView, ...]:
        """All jobs as they are now, the newest first."""
        async with self._reading:
            views = await asyncio.to_thread(self._board.read)
        await self._end_overdue(views)
        await self._make_way(views)
        return views

    async def _end_overdue(self, views: tuple[JobView, ...]) -> None:
        """Kill what was asked to stop and did not within its time."""
        going_on = {view.id for view in views if not view.status.is_over}
        self._stopping = {job_id: end for job_id, end in self._stopping.items() if job_id in going_on}
        for job_id in [job_id for job_id, end in self._stopping.items() if time.monotonic() > end]:
            with contextlib.suppress(JobError):  # It was deleted since.
                await asyncio.to_thread(jobs.kill, job_id)

    async def _make_way(self, views: tuple[JobView, ...]) -> None:
        """Give the chat's memory back when a job took the GPU, whoever started it."""
        before = self._on_gpu
        self._on_gpu = frozenset(view.id for view in views if view.needs_gpu and view.status.is_live)
        if self._on_gpu - before:
            await self.chat.release()

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

    def is_stopping(self, job_id: str) -> bool:
        """Whether a job was asked to stop and is still at it: to freeze it now would keep it from its end."""
        return job_id in self._stopping

    async def act(self, name: str, view: JobView) -> None:
        """Do one of `ACTS`, or `stop`; none waits for the job. Raises `MacTunerError`."""
        if name == "resume" and view.spec is not None:
            await self._make_room(view.spec)
        if name == "stop":
            await self._stop(view.id)
        else:
            await asyncio.to_thread(ACTS[name], view.id)

    async def _stop(self, job_id: str) -> None:
        """Ask the job to stop, and remember until when that is waited for."""
        self._stopping[job_id] = time.monotonic() + jobs.STOP_GRACE_SECONDS
        try:
            await asyncio.to_thread(jobs.ask_to_stop, job_id)
        except MacTunerError:
            self._stopping.pop(job_id, None)
            raise

    async def _make_room(self, spec: JobSpec) -> None:
        """Two models rarely fit: the chat gives its memory back before a job takes the GPU."""
        if spec.lane == "gpu":
            await self.chat.release()

    async def leave(self) -> None:
        """End the processes that serve this interface alone."""
        await asyncio.gather(self.chat.release(), self.data.release(), self.models.release())

    async def machine(self) -> Machine:
        """The chip and the memory."""
        return await asyncio.to_thread(telemetry.machine)

    async def snapshot(self) -> Snapshot:
        """A reading of the machine."""
        return await asyncio.to_thread(telemetry.read)
