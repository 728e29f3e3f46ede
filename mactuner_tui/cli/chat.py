"""`mactuner chat`."""

import asyncio
import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from mactuner_tui.cli import output
from mactuner_tui.cli.options import Settings
from mactuner_tui.core import events
from mactuner_tui.core.conversation import Conversation
from mactuner_tui.core.numbers import duration_text
from mactuner_tui.core.specs.chat import AnswerRequest, GenerationSpec, LoadRequest
from mactuner_tui.runtime.sessions import Session, open_session


def chat(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A model of the library, a folder, or a GGUF file.")],
    prompt: Annotated[str | None, typer.Option("-p", metavar="TEXT", help="Answer this and leave.")] = None,
    compare: Annotated[bool, typer.Option("--compare", help="Answer as the base model too.")] = False,
    settings: Settings = None,
) -> None:
    """Talk with a model. Without -p, each line of input is a question."""
    generation = GenerationSpec.from_settings(settings or [])
    asyncio.run(_chat(name, prompt, compare, generation))


async def _chat(name: str, prompt: str | None, compare: bool, generation: GenerationSpec) -> None:
    conversation = Conversation()
    async with await open_session("chat") as session:
        loaded = await load(session, name)
        speakers = ["base", "tuned"] if compare and loaded.adapter else ["tuned"]
        for question in [prompt] if prompt else _questions():
            exchange = conversation.ask(question)
            for speaker in speakers:
                if len(speakers) > 1:
                    output.notes.print(speaker, style="bold")
                messages = conversation.messages_for(speaker, generation)
                request = AnswerRequest(messages=messages, generation=generation, adapter=speaker == "tuned")
                exchange.answers[speaker] = await _speak(session, request)


async def load(session: Session, name: str) -> events.ModelLoaded:
    """Load a model into the session, saying on stderr how that goes."""
    loaded: events.ModelLoaded | None = None
    async for event in session.request(LoadRequest(model=name)):
        if isinstance(event, events.StageStarted):
            output.notes.print(event.stage)
        if isinstance(event, events.ModelLoaded):
            loaded = event
    assert loaded is not None
    return loaded


def _questions() -> Iterator[str]:
    while True:
        try:
            line = input("> " if sys.stdin.isatty() else "")
        except EOFError:
            return
        if line.strip():
            yield line


async def _speak(session: Session, request: AnswerRequest) -> str:
    answer = ""
    async for event in session.request(request):
        match event:
            case events.TextGenerated():
                answer += event.text
                sys.stdout.write(event.text)
                sys.stdout.flush()
            case events.AnswerFinished():
                sys.stdout.write("\n")
                output.notes.print(
                    f"{duration_text(event.first_token_seconds)} to first token · "
                    f"{event.tokens_per_second:.0f} tok/s · {event.tokens} tokens",
                    style="dim",
                )
    return answer
