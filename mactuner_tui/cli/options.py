"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A setting by its name; may be repeated.")
]


def settled_path(name: str) -> str:
    """A library name as it is; a path made absolute, since jobs run elsewhere."""
    looks_like_path = "/" in name or name.startswith((".", "~"))
    return str(Path(name).expanduser().absolute()) if looks_like_path else name
