"""Options that several commands share."""

from typing import Annotated

import typer

Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A setting by its name; may be repeated.")
]

Detach = Annotated[bool, typer.Option("--detach", help="Start the job and leave.")]
