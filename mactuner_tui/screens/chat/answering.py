"""Taking one answer from the chat session to the screen."""

from __future__ import annotations

from contextlib import aclosing

from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.events import AnswerFinished, RequestCancelled, TextGenerated
from mactuner_tui.core.specs.chat import AnswerRequest
from mactuner_tui.runtime.warm_chat import WarmChat
from mactuner_tui.screens.chat.turn import Answer


async def take_answer(chat: WarmChat, request: AnswerRequest, answer: Answer) -> tuple[str, bool]:
    """Stream the answer into its widget. Returns its text, and whether the next speaker may go on.

    A failure is shown at the answer: the conversation goes on.
    """
    pieces: list[str] = []
    figures: AnswerFinished | None = None
    was_stopped = False
    try:
        async with aclosing(chat.answer(request)) as events:
            async for event in events:
                match event:
                    case TextGenerated():
                        pieces.append(event.text)
                        await answer.write(event.text)
                    case AnswerFinished():
                        figures = event
                    case RequestCancelled():
                        was_stopped = True
    except MacTunerError as error:
        answer.show_problem(error.message, error.hint)
        return "".join(pieces), False
    finally:
        await answer.close()
    if figures is not None:
        answer.show_figures(figures, was_stopped)
    else:
        answer.show_state(f"{answer.speaker} · ■ stopped")
    return "".join(pieces), not was_stopped
