"""A question and the answers to it, side by side where there is room. Knows nothing of where answers come from."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Markdown, Static
from textual.widgets.markdown import MarkdownStream

from mactuner_tui.core.events import AnswerFinished
from mactuner_tui.core.numbers import duration_text, significant


class Answer(Vertical):
    """One answer: its speaker, its text as it comes, and a line of figures."""

    def __init__(self, speaker: str) -> None:
        super().__init__(classes=f"answer -{speaker}")
        self.speaker = speaker
        self._stream: MarkdownStream | None = None

    def compose(self) -> ComposeResult:
        yield Static(self.speaker, classes="speaker")
        yield Markdown(open_links=False)
        yield Static("…", classes="figures", markup=False)

    async def write(self, text: str) -> None:
        """Append the next piece."""
        if self._stream is None:
            self._stream = Markdown.get_stream(self.query_one(Markdown))
        await self._stream.write(text)

    async def close(self) -> None:
        """Draw what is still waiting to be drawn; nothing more comes."""
        if self._stream is not None:
            await self._stream.stop()
            self._stream = None

    def show_figures(self, figures: AnswerFinished, was_stopped: bool) -> None:
        """How fast the answer came, and whether it is whole."""
        parts = [
            self.speaker,
            f"{duration_text(figures.first_token_seconds)} to first token",
            f"{significant(figures.tokens_per_second)} tok/s",
            f"{figures.tokens} token{'s' if figures.tokens != 1 else ''}",
        ]
        if was_stopped:
            parts.append("■ stopped")
        elif not figures.ended:
            parts.append("cut at the token limit")
        self.query_one(".figures", Static).update(" · ".join(parts))

    def show_state(self, text: str) -> None:
        """Say in place of the figures what the answer waits for."""
        self.query_one(".figures", Static).update(text)

    def show_problem(self, message: str, hint: str) -> None:
        """Say in place of the figures why there is no answer."""
        problem = Content.assemble((f"! {message}", "bold $state-bad"), f" {hint}")
        self.query_one(".figures", Static).update(problem)


class Turn(Vertical):
    """A question with its answers, at most one of each speaker."""

    def __init__(self, question: str) -> None:
        super().__init__(classes="turn")
        self.question = question

    def compose(self) -> ComposeResult:
        yield Static(Content(self.question), classes="question")
        yield Horizontal(classes="answers")

    async def open_answer(self, speaker: str) -> Answer:
        """An empty answer of this speaker, in place of one it gave before."""
        row = self.query_one(".answers", Horizontal)
        await row.remove_children(f".-{speaker}")
        answer = Answer(speaker)
        await row.mount(answer)
        return answer
