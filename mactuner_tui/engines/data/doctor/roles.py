"""The check on who speaks when in a conversation, and whether the model's template takes it."""

from collections.abc import Iterator
from functools import lru_cache

from transformers import PreTrainedTokenizerBase

from mactuner_tui.core.errors import DataError
from mactuner_tui.core.profile import Finding, Repair
from mactuner_tui.core.records import Conversation
from mactuner_tui.core.specs.cleaning import Roles
from mactuner_tui.engines.data.cleaning.roles import in_order
from mactuner_tui.engines.data.doctor.fault import Fault, Progress, Seen, Tally, is_blank
from mactuner_tui.engines.training.tokens import rendered

ROLE_ORDER = Fault(
    code="role-order",
    absent="every conversation goes question, answer, question, answer",
    one="conversation is out of order, or refused by the chat template",
    many="conversations are out of order, or refused by the chat template",
    severity="error",
    detail="Models know a system prompt, then question and answer in turn. A row that is refused stops the training.",
)
Order = tuple[tuple[str, bool], ...]
"""The role of each message, and whether it says anything: by these a template takes or refuses a conversation."""
ORDERS = 4096
"""Of so many orders it is remembered whether the template takes them."""


class RoleCheck:
    """Looks for conversations in an order that models do not take."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._tally = Tally(ROLE_ORDER)
        self._mendable = False
        self._refused = lru_cache(ORDERS)(lambda order: _is_refused(order, tokenizer))

    def take(self, row: Seen) -> None:
        if not isinstance(row.record, Conversation):
            return
        if in_order(row.record) is not row.record:
            self._mendable = True
            self._tally.note(row.number)
        elif self._refused(_order(row.record)):
            self._tally.note(row.number)

    def findings(self, progress: Progress) -> Iterator[Finding]:
        mending = [Repair(title="bring them into order", step=Roles())] if self._mendable else []
        yield self._tally.finding(*mending)


def _order(record: Conversation) -> Order:
    return tuple((message["role"], not is_blank(message["content"])) for message in record.messages)


def _is_refused(order: Order, tokenizer: PreTrainedTokenizerBase) -> bool:
    if not tokenizer.chat_template:
        return False
    try:
        rendered(Conversation([{"role": role, "content": "text" if said else ""} for role, said in order]), tokenizer)
    except DataError:
        return True
    return False
