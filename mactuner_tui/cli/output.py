"""What commands print: results to stdout, everything else to stderr."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mactuner_tui.core import events
from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.events import Event
from mactuner_tui.core.history import History
from mactuner_tui.core.numbers import bytes_text, duration_text

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else on stdout.")]

WHOLE_WIDTH = 48
"""Of the first column of a table: how wide a cell may be to be shown in one piece."""
REST_WIDTH = 12
"""Of the other columns: how wide they stay for the sake of that."""
PIPE_WIDTH = 1000

# Names and paths are foreign text: nothing in them is markup.
console = Console(markup=False, highlight=False)
notes = Console(stderr=True, markup=False, highlight=False)


def show_json(document: Any) -> None:
    """One JSON document on stdout."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def show_error(error: MacTunerError) -> None:
    """One line says what is wrong, one what to do."""
    notes.print(Text(f"Error: {error.message}", "bold red"), soft_wrap=True)
    if error.hint:
        notes.print(Text(error.hint), soft_wrap=True)


def show_table(columns: Sequence[str], rows: Sequence[Sequence[str]], empty: str) -> None:
    """A table, or the sentence `empty` when there is nothing in it. Cells are foreign text, never markup."""
    if not rows:
        console.print(Text(empty))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    widths = [max(Text(row[place]).cell_len for row in [columns, *rows]) for place in range(len(columns))]
    # What a line is about is broken up last, when the rest would be cut off.
    room = console.width - sum(min(width, REST_WIDTH) + 2 for width in widths[1:])
    whole = max(1, min(widths[0], WHOLE_WIDTH, room)) if console.is_terminal else None
    for place, column in enumerate(columns):
        table.add_column(column, overflow="fold", width=whole if place == 0 else None)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    # In a pipe or a file there is no edge at which lines would have to be broken.
    (console if console.is_terminal else Console(width=PIPE_WIDTH)).print(table)


def show_pairs(pairs: Iterable[tuple[str, str]]) -> None:
    """What things are called, and what they are, one a line."""
    for label, value in pairs:
        console.print(Text(f"{label:<15}", "dim"), Text(value), soft_wrap=True)


def show_check(check: events.CheckMade, to: Console = console) -> None:
    """What looking at one thing brought."""
    sign, style = ("✓", "green") if check.passed else ("!", "bold red")
    to.print(Text(sign, style), Text(f"{check.name:<20} {check.detail}"), soft_wrap=True)


def download_text(history: History) -> str:
    """How far a download is: `1.2 GB of 4.9 GB · 31.2 MB/s · ≈ 2m 03s left · model-00001-of-00002.safetensors`."""
    said = [f"{bytes_text(history.done)} of {bytes_text(history.total)}"]
    if history.speed:
        said.append(f"{bytes_text(history.speed)}/s")
    if history.seconds_left:
        said.append(f"≈ {duration_text(history.seconds_left)} left")
    said += [file.path for file in history.files[-1:] if file.done < file.size]
    return " · ".join(said)


def show_event(event: Event, history: History) -> None:
    """A line on stderr for what just happened in a job. `history` has taken the event in already."""
    match event:
        case events.StepLogged():
            left = history.seconds_left
            notes.print(
                f"step {event.step}/{history.total_steps}  loss {event.loss:.3f}  lr {event.learning_rate:.2g}"
                f"  {history.tokens_per_second:.0f} tok/s  {bytes_text(event.device_memory or event.process_memory)}"
                + (f"  ≈ {duration_text(left)} left" if left else "")
            )
        case events.Progressed() | events.FileProgressed():
            pass
        case events.CheckMade():
            show_check(event, notes)
        case _ if history.log and history.log[-1].at == event.at:
            line = history.log[-1]
            notes.print(Text(line.text, "yellow" if line.warning else ""), soft_wrap=True)
