"""Things to scroll that leave the keys `left` and `right` to what is around them."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import OptionList


class Page(VerticalScroll, inherit_bindings=False):
    """Scrolls up and down, and nowhere else."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_up", "Up", show=False),
        Binding("down", "scroll_down", "Down", show=False),
        Binding("home", "scroll_home", "Top", show=False),
        Binding("end", "scroll_end", "End", show=False),
        Binding("pageup", "page_up", "Page up", show=False),
        Binding("pagedown", "page_down", "Page down", show=False),
    ]


class Lines(OptionList, inherit_bindings=False):
    """A list of lines."""

    BINDINGS: ClassVar[list[BindingType]] = OptionList.BINDINGS
