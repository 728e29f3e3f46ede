"""What the Data screen waits for with a file of a million rows, asked of the real data session.

Seconds to the first rows and to the first charts; rows a second of the exact profile, reading included, against the
script most people would write (pandas, and the tokenizer row by row), measured before and after; the session's memory;
how soon rows are shown while it measures, and how soon it can be stopped.
"""

import asyncio
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from mactuner_tui.core import events, paths
from mactuner_tui.core.specs.data_requests import OpenRequest, ProfileRequest, RowsRequest
from mactuner_tui.core.specs.models import ImportSpec
from mactuner_tui.runtime.sessions import Session, open_session
from tests.bench.data_rows import Kind, rows_file
from tests.running import run_to_end

ROWS: dict[Kind, int] = {"text": 1_000_000, "messages": 200_000}
BASELINE_ROWS = 20_000
BASELINE_ROUNDS = 2
"""Before, and as many after."""
LOOK_SECONDS = 0.2
CANCEL_AFTER_SECONDS = 3.0


class Watch:
    """Looks at a session from beside, as a screen does: asks for rows, and notes its memory."""

    def __init__(self, session: Session) -> None:
        self.delays: list[float] = []
        self.most_memory = 0
        self._session = session
        self._process = psutil.Process(session.pid)

    async def look(self) -> None:
        """Ask for the first rows, again and again."""
        while True:
            began = time.monotonic()
            async for _ in self._session.request(RowsRequest()):
                pass
            self.delays.append(time.monotonic() - began)
            self.most_memory = max(self.most_memory, self._process.memory_info().rss)
            await asyncio.sleep(LOOK_SECONDS)


def main() -> None:
    with _home():
        for kind, rows in ROWS.items():
            path = rows_file(kind, rows)
            print(f"-- {kind}: {rows:,} rows, {path.stat().st_size / 1e6:.0f} MB", flush=True)
            before = [_baseline(path) for _ in range(BASELINE_ROUNDS)]
            ours = asyncio.run(_ask(path))
            row_by_row = before + [_baseline(path) for _ in range(BASELINE_ROUNDS)]
            print(f"exact profile: {rows / ours.seconds:,.0f} rows/s in {ours.seconds:.1f} s")
            _compare("time", ours.seconds / rows, [took.seconds for took in row_by_row])
            # On a machine that does other things too this tells more.
            _compare("processor time", ours.working / rows, [took.working for took in row_by_row])


@dataclass(frozen=True)
class Took:
    """Seconds, and seconds of work by all cores together."""

    seconds: float
    working: float


def _compare(what: str, ours: float, row_by_row: Sequence[float]) -> None:
    theirs = statistics.median(row_by_row)
    print(f"{what} a row: ours {1e6 * ours:.1f} µs, row by row {1e6 * theirs:.1f} µs (median):", end=" ")
    print(f"{theirs / ours:.2f} times as fast", flush=True)


@contextlib.contextmanager
def _home() -> Iterator[None]:
    """A library with the starter model."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("MACTUNER_HOME", folder)
        if not (paths.models() / "starter").exists():
            run_to_end(ImportSpec())
        yield


def _baseline(path: Path) -> Took:
    """What a row takes."""
    command = [sys.executable, "-m", "tests.bench.data_baseline", str(paths.models() / "starter"), str(path)]
    printed = subprocess.run([*command, str(BASELINE_ROWS)], check=True, capture_output=True, text=True).stdout
    seconds, working = map(float, printed.split()[-2:])
    return Took(seconds / BASELINE_ROWS, working / BASELINE_ROWS)


async def _ask(path: Path) -> Took:
    """What the exact profile takes; prints what else was measured."""
    began = time.monotonic()
    async with await open_session("data") as session:
        async for event in session.request(OpenRequest(source=str(path))):
            if isinstance(event, events.RowsRead):
                print(f"first rows after {time.monotonic() - began:.2f} s")
        watch = Watch(session)
        watching = asyncio.create_task(watch.look())
        asked, worked = time.monotonic(), _working(session)
        exact = Took(0, 0)
        async for event in session.request(ProfileRequest()):
            if isinstance(event, events.Profiled) and event.profile.exact:
                exact = Took(time.monotonic() - asked, _working(session) - worked)
            elif isinstance(event, events.Profiled):
                print(f"first charts after {time.monotonic() - began:.2f} s, of {event.profile.seen:,} rows")
        ordered = sorted(watch.delays)
        print(f"rows shown meanwhile: median {1000 * statistics.median(ordered):.0f} ms,", end=" ")
        print(f"95th percentile {1000 * ordered[int(0.95 * len(ordered))]:.0f} ms, worst {1000 * ordered[-1]:.0f} ms")
        print(f"stopped after {await _cancelled(session):.2f} s", flush=True)
        watching.cancel()
        print(f"memory of the session: {watch.most_memory / 1e6:.0f} MB at most")
    return exact


def _working(session: Session) -> float:
    times = psutil.Process(session.pid).cpu_times()
    return times.user + times.system


async def _cancelled(session: Session) -> float:
    """Seconds from cancelling a profile under way to the session's answer."""
    request = session.request(ProfileRequest(sample=False))
    cancelled_at = 0.0

    async def cancel() -> None:
        nonlocal cancelled_at
        await asyncio.sleep(CANCEL_AFTER_SECONDS)
        cancelled_at = time.monotonic()
        request.cancel()

    cancelling = asyncio.create_task(cancel())
    async for event in request:
        if isinstance(event, events.RequestCancelled):
            return time.monotonic() - cancelled_at
    await cancelling
    raise RuntimeError("the profile was over before it was cancelled")
