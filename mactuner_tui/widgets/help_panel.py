"""Help beside the screen. Textual's own panel, made scrollable by keys and told where its texts come from."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import HelpPanel, KeyPanel, Markdown

from mactuner_tui.widgets.shell import help_text


class HelpText(VerticalScroll):
    """The scrolling part: takes the focus by tab, so that the arrow keys move it."""


class SideHelp(HelpPanel):
    """Explains the focused thing, or else its screen; with `keys_only`, the keys. Below, what works now."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.hide_help_panel", "Close", show=False, id="help.close", tooltip="Close help")
    ]

    def __init__(self, keys_only: bool) -> None:
        super().__init__()
        self.keys_only = keys_only

    def compose(self) -> ComposeResult:
        with HelpText():
            yield Markdown(id="widget-help")
            yield KeyPanel(id="keys-help")

    def update_help(self, focused_widget: Widget | None) -> None:
        """Show what belongs to this widget."""
        text = help_text("keys") if self.keys_only else _nearest_help(focused_widget or self.screen)
        self.set_class(bool(text), "-show-help")
        page = self.query_one_optional("#widget-help", Markdown)
        if page is not None and page.source != text:
            page.update(text)


def _nearest_help(widget: Widget) -> str:
    """The help of the widget, or of the nearest thing around it that has some."""
    texts = (node.HELP for node in widget.ancestors_with_self if isinstance(node, Widget))
    return next((text for text in texts if text), "")
