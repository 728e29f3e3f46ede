"""All that the Hub tells of one model, on a page of its own: facts, files, the model card."""

from __future__ import annotations

from contextlib import aclosing
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Markdown, Static

from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.events import HubModelDescribed
from mactuner_tui.core.hub_models import HubDetail
from mactuner_tui.core.specs.model_requests import DescribeRequest
from mactuner_tui.runtime.session_desk import SessionDesk
from mactuner_tui.screens.models.account import TokenModal
from mactuner_tui.screens.models.hub_words import detail_text
from mactuner_tui.widgets.dialog import Dialog
from mactuner_tui.widgets.panes import Page

CARD_CHARACTERS = 20_000
"""Of a model card that are drawn: a page of widgets as long as a book makes every key slow."""


class HubPage(Dialog[HubDetail | None]):
    """Answers with what was described when that shall be got."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "Close", show=False, id="page.close.hub", tooltip="Back to the list"),
        Binding("g", "get", "Get", show=False, id="page.get", tooltip="Download this model"),
        Binding("y", "copy", "Copy", show=False, id="page.copy.hub", tooltip="Copy the model's name on the Hub"),
        Binding("r", "again", "Try again", show=False, id="page.again", tooltip="Ask the Hub again"),
        Binding("k", "token", "Token", show=False, id="page.token", tooltip="Access token of the Hub"),
    ]

    def __init__(self, desk: SessionDesk, repo: str) -> None:
        super().__init__()
        self._desk = desk
        self._repo = repo
        self._detail: HubDetail | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -wide"):
            yield Static(self._repo, classes="dialog-title", markup=False)
            with Page(can_focus=True):
                yield Static(id="hub-facts")
                # Its links go nowhere: they are someone else's.
                yield Markdown(id="hub-card", open_links=False)
            yield Static(classes="dialog-keys", id="hub-page-keys")

    def on_mount(self) -> None:
        self.query_one(Page).focus()
        self._describe()

    @work(group="describe", exclusive=True, exit_on_error=False)
    async def _describe(self) -> None:
        self._say(Content.styled("asking the Hub …", "$quiet"), "escape close")
        try:
            async with aclosing(self._desk.ask(DescribeRequest(repo=self._repo))) as events:
                async for event in events:
                    if isinstance(event, HubModelDescribed):
                        await self._show(event.detail)
        except MacTunerError as error:
            problem = Content.assemble((f"! {error.message}", "bold $state-bad"), "\n", error.hint)
            self._say(problem, "r try again · k access token · y copy the name · escape close")

    async def _show(self, detail: HubDetail) -> None:
        self._detail = detail
        get = "g get it · " if detail.abilities else ""
        self._say(detail_text(detail, self.app.machine), f"{get}y copy the name · ↑ ↓ scroll · escape close")
        card = detail.card
        if len(card) > CARD_CHARACTERS:
            card = f"{card[:CARD_CHARACTERS]}\n\n… the card goes on at huggingface.co/{self._repo}"
        await self.query_one(Markdown).update(card)

    def _say(self, text: Content, keys: str) -> None:
        self.query_one("#hub-facts", Static).update(text)
        self.query_one("#hub-page-keys", Static).update(keys)

    def action_get(self) -> None:
        if self._detail is not None and self._detail.abilities:
            self.dismiss(self._detail)

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._repo)
        self.notify(self._repo, title="Copied", markup=False)

    def action_again(self) -> None:
        self._describe()

    @work(group="token", exclusive=True, exit_on_error=False)
    async def action_token(self) -> None:
        await self.app.push_screen_wait(TokenModal(self._desk))
        self._describe()
