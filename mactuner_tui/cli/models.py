"""`mactuner models`."""

from typing import Annotated

import typer

from mactuner_tui.cli import following, output
from mactuner_tui.cli.artefacts import forget, show_artefacts
from mactuner_tui.core import library
from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.specs.models import ImportSpec

app = typer.Typer(help="The models on this machine.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="A model's name, as `mactuner models list` shows it.")]


@app.command("list")
def list_models(json: output.Json = False) -> None:
    """All models and adapters, the newest first."""
    show_artefacts(library.models(), json, "No models yet. `mactuner models get starter` unpacks one.")


@app.command()
def get(repo: Annotated[str, typer.Argument(metavar="REPO", help="`starter`: the model that comes along.")]) -> None:
    """Bring a model into the library."""
    following.run(ImportSpec.of({"model": repo}))


@app.command()
def show(name: Name) -> None:
    """A model's manifest, as JSON."""
    output.show_json(_find(name).manifest.model_dump())


@app.command()
def remove(name: Name, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Delete a model or adapter of the library."""
    forget(_find(name), yes)


def _find(name: str) -> library.Artefact:
    found = next((model for model in library.models() if model.name == name), None)
    if found is None:
        raise ModelError(f"No model {name!r} in the library.", "`mactuner models list` shows them.")
    return found
