"""What a chat session is asked for. Parameter names and meanings are those of transformers' generation."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from mactuner_tui.core import paths
from mactuner_tui.core.specs.base import RequestSpec, Spec


class GenerationSpec(Spec):
    """How an answer is generated, and how much of the conversation the model is shown."""

    max_new_tokens: Annotated[
        int, Field(ge=1, le=2048, title="Max tokens", description="The answer is cut after so many tokens.")
    ] = 512
    temperature: Annotated[
        float,
        Field(
            ge=0, le=2, title="Temperature", description="0 always takes the likeliest token; higher is more varied."
        ),
    ] = 0.7
    top_k: Annotated[
        int, Field(ge=0, le=100, title="Top-k", description="Choose among the k likeliest tokens. 0: no such limit.")
    ] = 50
    top_p: Annotated[
        float,
        Field(
            ge=0, le=1, title="Top-p", description="Choose among the likeliest tokens that make up this probability."
        ),
    ] = 0.95
    repetition_penalty: Annotated[
        float,
        Field(ge=1, le=2, title="Repetition penalty", description="Above 1, tokens already used become less likely."),
    ] = 1.0
    history: Annotated[
        bool, Field(title="History", description="Show the model the earlier messages of the conversation.")
    ] = True
    history_messages: Annotated[
        int,
        Field(ge=1, le=200, title="Messages kept", description="With history on: the last so many messages are shown."),
    ] = 20


class LoadRequest(RequestSpec):
    """Load a model of the library or of a path; an adapter is loaded on top of its base."""

    action: ClassVar[str] = "load"

    model: Annotated[str, AfterValidator(paths.settled_model)]


class Message(Spec):
    """One message of a conversation, in the form chat templates take."""

    role: str
    content: str


class AnswerRequest(RequestSpec):
    """Answer the last of `messages`. `adapter` False answers as the base model; the weights stay loaded."""

    action: ClassVar[str] = "answer"

    messages: tuple[Message, ...]
    generation: GenerationSpec = GenerationSpec()
    adapter: bool = True
