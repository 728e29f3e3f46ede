"""Asking a session from the shell: its events, and a line of progress on stderr, if that is a terminal."""

from collections.abc import AsyncIterator

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from mactuner_tui.cli.output import notes
from mactuner_tui.core import events
from mactuner_tui.core.events import Event
from mactuner_tui.core.specs import RequestSpec
from mactuner_tui.runtime.sessions import Session


async def ask(session: Session, request: RequestSpec) -> AsyncIterator[Event]:
    """The events of a request but those that tell how far it is: these move the line."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal) as line:
        task = line.add_task("", total=None)
        async for event in session.request(request):
            match event:
                case events.StageStarted():
                    line.reset(task, description=event.stage, total=None)
                case events.Progressed():
                    line.update(task, completed=event.done, total=event.total)
                case _:
                    yield event
