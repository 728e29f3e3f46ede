"""What commands print: results to stdout, everything else to stderr."""

import json
import sys
from collections.abc import Sequence
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
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


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
        case events.Progressed():
            pass
        case _ if history.log and history.log[-1].at == event.at:
            line = history.log[-1]
            notes.print(Text(line.text, "yellow" if line.warning else ""), soft_wrap=True)
