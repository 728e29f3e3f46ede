"""What stands in the middle when there is nothing to show yet: empty, loading or failed, and the key that helps."""

from collections.abc import Sequence
from typing import Literal

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import ProgressBar, Static

from mactuner_tui.widgets.texts import hint

Mood = Literal["calm", "busy", "bad"]


class Notice(Vertical):
    """A title, a few words, a bar while something loads, and keys with what they do."""

    def compose(self) -> ComposeResult:
        yield Static(id="notice-title", markup=False)
        yield ProgressBar(id="notice-bar", show_eta=False)
        yield Static(id="notice-text", markup=False)
        yield Static(id="notice-keys")

    def show(
        self,
        title: str,
        text: str = "",
        keys: Sequence[tuple[str, str]] = (),
        mood: Mood = "calm",
        progress: tuple[float, float] | None = None,
    ) -> None:
        """Show this. `progress` is (done, total) while busy; None while that is unknown."""
        self.set_class(mood == "busy", "-busy")
        self.set_class(mood == "bad", "-bad")
        self.query_one("#notice-title", Static).update(Content(f"! {title}" if mood == "bad" else title))
        self.query_one("#notice-text", Static).update(Content(text))
        self.query_one("#notice-keys", Static).update(Content("\n").join(hint(*key) for key in keys))
        done, total = progress or (0, 0)
        bar = self.query_one("#notice-bar", ProgressBar)
        bar.display = mood == "busy"
        bar.update(total=total or None, progress=done)
