"""A conversation with a model: what was said, and what of it the model is shown next."""

from dataclasses import dataclass, field

from mactuner_tui.core.specs.chat import GenerationSpec, Message


@dataclass
class Exchange:
    """A question and its answers by speaker: `tuned`, `base` or both."""

    question: str
    answers: dict[str, str] = field(default_factory=dict)


@dataclass
class Conversation:
    """Exchanges in order. Each speaker is shown its own earlier answers, never the other's."""

    exchanges: list[Exchange] = field(default_factory=list)

    def ask(self, question: str) -> Exchange:
        """Append a question."""
        exchange = Exchange(question)
        self.exchanges.append(exchange)
        return exchange

    def messages_for(self, speaker: str, generation: GenerationSpec) -> tuple[Message, ...]:
        """What `speaker` is shown to answer the last question: as many earlier messages as the spec keeps.

        Questions that the speaker did not answer are left out, so that roles alternate as chat templates demand.
        """
        *earlier, last = self.exchanges
        said: list[Message] = []
        for exchange in earlier if generation.history else ():
            if answer := exchange.answers.get(speaker):
                said += [Message(role="user", content=exchange.question), Message(role="assistant", content=answer)]
        kept = generation.history_messages - generation.history_messages % 2
        said = said[-kept:] if kept else []
        return (*said, Message(role="user", content=last.question))
