"""What tokens are counted with, and where rows are cut: the settings of Explore and Check."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mactuner_tui.core import library
from mactuner_tui.core.specs.base import Spec
from mactuner_tui.screens.data.state import LENGTH
from mactuner_tui.widgets.spec_form import Group, SpecForm


class ViewSpec(Spec):
    """Through whose eyes the rows are looked at."""

    model: Annotated[
        str,
        Field(min_length=1, title="Model", description="Whose tokens and whose chat template are used."),
    ] = library.STARTER
    max_length: Annotated[
        int, Field(ge=8, title="Max length", description="Tokens of a row that training sees; the rest is cut off.")
    ] = LENGTH


def view_form() -> SpecForm:
    """A form of these settings, with the models of the library to choose from."""
    return SpecForm(ViewSpec, (Group("", ("model", "max_length")),), {"model": library.base_names()})
