"""The account on the Hub: who is logged in, and the dialog that takes an access token.

The token goes straight to the session, which lets huggingface_hub check and store it; here it is kept nowhere.
"""

from __future__ import annotations

from contextlib import aclosing
from typing import ClassVar

from pydantic import SecretStr
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.events import AccountRead
from mactuner_tui.core.specs import RequestSpec
from mactuner_tui.core.specs.model_requests import AccountRequest, LoginRequest, LogoutRequest
from mactuner_tui.runtime.session_desk import SessionDesk
from mactuner_tui.widgets.dialog import Dialog
from mactuner_tui.widgets.host import LoggedIn

NEEDED = (
    "Most models need none. Private and gated ones do: make a token at huggingface.co/settings/tokens (read access is "
    "enough) and paste it here. huggingface_hub checks and stores it; MacTuner keeps no copy."
)


async def read_account(desk: SessionDesk, request: RequestSpec) -> AccountRead:
    """What the session says of the account. Raises `MacTunerError`."""
    told = AccountRead()
    async with aclosing(desk.ask(request)) as events:
        async for event in events:
            if isinstance(event, AccountRead):
                told = event
    return told


class TokenModal(Dialog[None]):
    """Says who is logged in, takes a token, logs out."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Close", show=False, id="token.close", tooltip="Back to the models"),
        Binding("ctrl+l", "log_out", "Log out", show=False, id="token.logout", tooltip="Forget the stored token"),
    ]

    def __init__(self, desk: SessionDesk) -> None:
        super().__init__()
        self._desk = desk
        self._account = AccountRead()

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static("Access token of the Hugging Face Hub", classes="dialog-title")
            yield Static(id="token-account")
            yield Static(NEEDED, classes="dialog-note")
            yield Input(password=True, placeholder="hf_…", compact=True, id="token")
            yield Static(classes="dialog-problem", markup=False)
            yield Static(classes="dialog-keys", id="token-keys")

    def on_mount(self) -> None:
        self._ask(AccountRequest(), "looking")

    @on(Input.Submitted, "#token")
    def check_token(self, event: Input.Submitted) -> None:
        token = SecretStr(event.value.strip())
        event.input.clear()
        if token:
            self._ask(LoginRequest(token=token), "checking the token")

    def action_log_out(self) -> None:
        if self._account.source == "stored":
            self._ask(LogoutRequest(), "logging out")

    @work(group="account", exclusive=True, exit_on_error=False)
    async def _ask(self, request: RequestSpec, doing: str) -> None:
        self._show(Content.styled(f"{doing} …", "$quiet"), "")
        try:
            self._account = await read_account(self._desk, request)
        except MacTunerError as error:
            self._show(_standing(self._account), f"{error.message} {error.hint}")
            return
        self._show(_standing(self._account), self._account.problem)
        self.app.post_message(LoggedIn(self._account.name))

    def _show(self, standing: Content, problem: str) -> None:
        self.query_one("#token-account", Static).update(standing)
        self.query_one(".dialog-problem", Static).update(f"! {problem}" if problem else "")
        keys = "enter check and store it · escape close"
        if self._account.source == "stored":
            keys = "enter check and store another · ctrl+l log out · escape close"
        self.query_one("#token-keys", Static).update(keys)


def _standing(account: AccountRead) -> Content:
    where = {
        "none": "",
        "environment": "by the variable HF_TOKEN, which comes before a stored token",
        "stored": "by the stored token",
    }[account.source]
    if account.name:
        return Content.assemble(("✓ ", "$state-good"), "logged in as ", (f"@{account.name}", "bold"), f" {where}")
    return Content.styled(f"not logged in {f'({where})' if where else ''}".rstrip(), "$quiet")
