"""`mactuner data`."""

from typing import Annotated

import typer

from mactuner_tui.cli import following, output
from mactuner_tui.cli.artefacts import forget, show_artefacts
from mactuner_tui.cli.options import Settings
from mactuner_tui.core import library
from mactuner_tui.core.errors import DataError
from mactuner_tui.core.specs.data import PrepareSpec

app = typer.Typer(help="The datasets on this machine.", no_args_is_help=True)


@app.command("list")
def list_datasets(json: output.Json = False) -> None:
    """All datasets, the newest first."""
    show_artefacts(library.datasets(), json, "No datasets yet. `mactuner data prepare stdlib` makes one.")


@app.command()
def prepare(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="`stdlib`: Python's own documentation.")],
    settings: Settings = None,
) -> None:
    """Make a dataset with a training and a validation part."""
    following.run(PrepareSpec.from_settings(settings or [], source=source))


@app.command()
def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A dataset's name.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete a dataset of the library."""
    found = next((data for data in library.datasets() if data.name == name), None)
    if found is None:
        raise DataError(f"No dataset {name!r} in the library.", "`mactuner data list` shows them.")
    forget(found, yes)
