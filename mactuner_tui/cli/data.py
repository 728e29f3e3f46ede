"""`mactuner data`."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from mactuner_tui.cli import following, inspecting, output
from mactuner_tui.cli.artefacts import forget, show_artefacts
from mactuner_tui.cli.options import Detach, Settings
from mactuner_tui.cli.recipes import read_recipe
from mactuner_tui.core import library
from mactuner_tui.core.errors import DataError, SpecError
from mactuner_tui.core.specs.data import PrepareSpec

app = typer.Typer(help="Look at data, and make datasets of it.", no_args_is_help=True)

Source = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        help="A file, a folder, the id of a dataset on the Hugging Face Hub, the name of a dataset of yours, "
        "or `stdlib`: Python's own documentation.",
    ),
]
Recipe = Annotated[
    str | None,
    typer.Option(
        "--recipe",
        metavar="DATASET|FILE",
        help="Clean by the recipe of one of your datasets, or of a TOML file with [[recipe]] steps.",
    ),
]


@app.command("list")
def list_datasets(json: output.Json = False) -> None:
    """All datasets, the newest first."""
    show_artefacts(library.datasets(), json, "No datasets yet. `mactuner data prepare stdlib` makes one.")


@app.command()
def inspect(
    source: Source,
    model: Annotated[str, typer.Option(help="Whose tokens are counted, and whose template is used.")] = "starter",
    max_length: Annotated[int, typer.Option(min=8, help="Tokens after which training would cut a row.")] = 512,
    row: Annotated[int | None, typer.Option(min=1, help="Show this row as the model sees it.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Also write the charts to this file, a web page.")] = None,
    recipe: Recipe = None,
    settings: Settings = None,
    json: output.Json = False,
) -> None:
    """Say what is in it, what is wrong with it, and what a model would be shown.

    --set takes the settings of `prepare`, such as reading.encoding=cp949 or mapping.prompt={question}.
    """
    # Without a recipe the rows are shown as they are: duplicates that `prepare` would drop are to be seen.
    steps = read_recipe(recipe) if recipe else []
    spec = _spec(source, steps, [*(settings or []), f"model={model}"])
    report = str(html.expanduser().absolute()) if html else ""
    asyncio.run(inspecting.inspect(spec, max_length, row, report, json))


@app.command()
def prepare(
    source: Source,
    name: Annotated[str | None, typer.Option(help="The dataset's name. Without: that of the source.")] = None,
    recipe: Recipe = None,
    settings: Settings = None,
    detach: Detach = False,
    json: output.Json = False,
) -> None:
    """Make a dataset with a training and a validation part: read, map, clean, split.

    --set takes reading.*, mapping.*, split.*, rows and model; `mactuner data inspect` shows what they lead to.
    """
    steps = read_recipe(recipe) if recipe else None
    spec = _spec(source, steps, [*(settings or []), *([f"name={name}"] if name else [])])
    following.carry_out(spec, detach, json)


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


def _spec(source: str, steps: list[dict[str, Any]] | None, settings: list[str]) -> PrepareSpec:
    if not source:
        raise SpecError("SOURCE is empty.", "Name a file, a folder, a Hub dataset or `stdlib`.")
    recipe = {} if steps is None else {"recipe": steps}
    return PrepareSpec.from_settings(settings, source=source, **recipe)
