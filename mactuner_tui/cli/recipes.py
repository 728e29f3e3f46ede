"""A cleaning recipe by the name of the dataset it was used for, or from a file."""

import tomllib
from pathlib import Path
from typing import Any

from mactuner_tui.core import library, manifest
from mactuner_tui.core.errors import SpecError

HINT = "Name a dataset of yours, or a TOML file with [[recipe]] steps, such as step = 'white_space'."


def read_recipe(name: str) -> list[dict[str, Any]]:
    """The steps of a recipe, each as a table. Raises `SpecError` when there is none."""
    path = Path(name).expanduser()
    if path.is_file():
        return _steps(_read(path), name)
    folder = library.find_dataset(name)
    made = manifest.read(folder)
    if made is None:
        raise SpecError(f"--recipe {name}: {folder} was not made by MacTuner.", HINT)
    return _steps(made.details, name)


def _read(path: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SpecError(f"--recipe {path} cannot be read: {error}.", HINT) from error
    # A job.toml has the settings below the kind of job.
    spec = content.get("spec", content)
    return spec if isinstance(spec, dict) else {}


def _steps(content: dict[str, Any], name: str) -> list[dict[str, Any]]:
    steps = content.get("recipe")
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        raise SpecError(f"--recipe {name}: no recipe in it.", HINT)
    return steps
