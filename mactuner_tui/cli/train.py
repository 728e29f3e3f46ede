"""`mactuner train`."""

import tomllib
from pathlib import Path
from typing import Annotated, Any

import typer

from mactuner_tui.cli import following, output
from mactuner_tui.cli.options import Detach, Settings
from mactuner_tui.core.errors import SpecError
from mactuner_tui.core.specs.training import TrainSpec


def train(
    model: Annotated[str | None, typer.Option(help="Base model: a name of the library, or a folder.")] = None,
    data: Annotated[str | None, typer.Option(help="Dataset: a name of the library, or a folder.")] = None,
    spec: Annotated[Path | None, typer.Option(help="A TOML file of settings, such as a job's job.toml.")] = None,
    settings: Settings = None,
    detach: Detach = False,
    json: output.Json = False,
) -> None:
    """Fine-tune a model. The job goes on if this terminal dies; Ctrl-C stops it, with a checkpoint."""
    values = _read_spec(spec) if spec else {}
    if model:
        values["model"] = model
    if data:
        values["data"] = data
    wanted = TrainSpec.from_settings(settings or [], **values)
    following.carry_out(wanted, detach, json)


def _read_spec(path: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SpecError(f"{path} cannot be read: {error}.", "Give a TOML file of settings.") from error
    # A job.toml has the settings below the kind of job.
    settings = content.get("spec", content)
    if not isinstance(settings, dict):
        raise SpecError(f"{path}: spec = {settings!r}: expected a table of settings.", "Give a TOML file of settings.")
    return settings
