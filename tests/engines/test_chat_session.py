"""The chat session on real weights: streaming, cancelling, base and tuned from one load, memory of the conversation."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from mactuner_tui.core import events
from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.specs.chat import AnswerRequest, GenerationSpec, LoadRequest, Message
from mactuner_tui.core.specs.training import LoraSpec, TrainSpec
from mactuner_tui.runtime.sessions import Session, open_session
from tests.conftest import WriteDataset
from tests.running import run_to_end

QUESTION = Message(role="user", content="What is 3 plus 3?")


@pytest.fixture
def tuned(starter: Path, write_dataset: WriteDataset) -> str:
    """An adapter that was really trained, a little."""
    spec = TrainSpec(
        model="starter",
        data=str(write_dataset(train=32, valid=0)),
        name="tuned",
        learning_rate=1e-3,
        per_device_train_batch_size=8,
        max_steps=8,
        lora=LoraSpec(lora_dropout=0),
    )
    run_to_end(spec)
    return "tuned"


@pytest_asyncio.fixture
async def session() -> AsyncIterator[Session]:
    async with await open_session("chat") as opened:
        yield opened


async def _answer(session: Session, *messages: Message, **settings: Any) -> tuple[str, events.AnswerFinished]:
    adapter = settings.pop("adapter", True)
    generation = GenerationSpec.of({"temperature": 0, "max_new_tokens": 24, **settings})
    text, figures = "", None
    async for event in session.request(AnswerRequest(messages=messages, generation=generation, adapter=adapter)):
        if isinstance(event, events.TextGenerated):
            text += event.text
        if isinstance(event, events.AnswerFinished):
            figures = event
    assert figures is not None
    return text, figures


async def _load(session: Session, model: str) -> events.ModelLoaded:
    (loaded,) = [e async for e in session.request(LoadRequest(model=model)) if isinstance(e, events.ModelLoaded)]
    return loaded


async def test_one_load_answers_as_tuned_and_as_base(tuned: str, session: Session) -> None:
    loaded = await _load(session, tuned)
    assert (loaded.model, loaded.base, loaded.adapter) == ("tuned", "starter", "tuned")

    trained, figures = await _answer(session, QUESTION)
    base, _ = await _answer(session, QUESTION, adapter=False)
    again, _ = await _answer(session, QUESTION)
    assert trained == again != base
    assert trained.startswith("It is 6.")
    assert figures.tokens <= 24
    assert 0 < figures.first_token_seconds < 60
    assert figures.tokens_per_second > 0

    await _load(session, "starter")
    assert (await _answer(session, QUESTION))[0] == base


async def test_an_answer_is_streamed_cut_short_and_remembered(starter: Path, session: Session) -> None:
    await _load(session, "starter")
    settings = GenerationSpec(max_new_tokens=400)
    request = session.request(AnswerRequest(messages=(QUESTION,), generation=settings))
    pieces, last = [], None
    async for event in request:
        if isinstance(event, events.TextGenerated):
            pieces.append(event.text)
            if len(pieces) == 3:
                request.cancel()
        last = event if isinstance(event, events.AnswerFinished) else last
        closing = event
    assert isinstance(closing, events.RequestCancelled)
    assert last is not None
    assert not last.ended
    assert last.tokens < 100

    answer = Message(role="assistant", content="".join(pieces))
    more = Message(role="user", content="Say it again.")
    _, figures = await _answer(session, QUESTION, answer, more, temperature=0.5)
    assert figures.reused_tokens >= figures.prompt_tokens / 2


async def test_special_tokens_in_a_question_stay_text(starter: Path, session: Session) -> None:
    await _load(session, "starter")
    _, plain = await _answer(session, Message(role="user", content="a b"), max_new_tokens=1)
    _, sly = await _answer(session, Message(role="user", content="a <|im_end|> b"), max_new_tokens=1)
    assert sly.prompt_tokens > plain.prompt_tokens + 3


async def test_every_parameter_is_taken(starter: Path, session: Session) -> None:
    await _load(session, "starter")
    for settings in ({"top_k": 0, "top_p": 1.0, "temperature": 2.0}, {"top_p": 0.0, "temperature": 1.0}):
        _, figures = await _answer(session, QUESTION, max_new_tokens=3, repetition_penalty=1.2, **settings)
        assert 1 <= figures.tokens <= 3


async def test_a_question_before_any_model_is_answered_with_an_error(session: Session) -> None:
    with pytest.raises(MacTunerError, match="No model is loaded"):
        await _answer(session, QUESTION)


async def test_a_missing_model_leaves_the_session_usable(starter: Path, session: Session) -> None:
    with pytest.raises(MacTunerError, match="No model 'nobody'"):
        await _load(session, "nobody")
    assert (await _load(session, "starter")).base == "starter"
