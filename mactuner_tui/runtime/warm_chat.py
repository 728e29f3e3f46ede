"""The one chat session that is kept warm: opened when first used, loaded once, given up when its memory is needed.

A GGUF file and a model of another kind each need a process of their own: the session is opened anew between them.
"""

from collections.abc import AsyncGenerator, AsyncIterator

from mactuner_tui.core import library
from mactuner_tui.core.errors import SessionError
from mactuner_tui.core.events import Event, ModelLoaded, RequestCancelled
from mactuner_tui.core.specs import AnswerRequest, LoadRequest, RequestSpec
from mactuner_tui.runtime.sessions import Request, Session, open_session


class WarmChat:
    """A chat session that opens itself. One request at a time."""

    def __init__(self) -> None:
        self._model: str | None = None
        self._loaded: ModelLoaded | None = None
        self._session: Session | None = None
        self._request: Request | None = None
        self._has_gguf = False
        """Whether the session was last asked for a GGUF file."""

    @property
    def model(self) -> str | None:
        """The name of the model that is ready to answer, as it was asked for."""
        return self._model if self._is_open else None

    @property
    def loaded(self) -> ModelLoaded | None:
        """What loading that model said."""
        return self._loaded if self._is_open else None

    @property
    def _is_open(self) -> bool:
        return self._session is not None and self._session.is_open

    async def load(self, model: str) -> AsyncIterator[Event]:
        """Load a model of the library or of a path, and tell how far it is. Raises `MacTunerError`."""
        self._forget()
        if self._has_gguf != library.is_gguf(model):
            await self.release()
            self._has_gguf = not self._has_gguf
        async for event in self._events(LoadRequest(model=model)):
            if isinstance(event, ModelLoaded):
                self._model, self._loaded = model, event
            yield event

    def answer(self, question: AnswerRequest) -> AsyncGenerator[Event, None]:
        """Answer with the loaded model. Raises `MacTunerError`."""
        return self._events(question)

    def cancel(self) -> None:
        """Ask for an early end of the present request; its closing event still comes."""
        if self._request is not None:
            self._request.cancel()

    async def release(self) -> None:
        """Give the memory back: a request under way ends as cancelled, and the process ends."""
        session, self._session = self._session, None
        self._forget()
        if session is not None:
            self.cancel()
            await session.close()

    async def _events(self, spec: RequestSpec) -> AsyncGenerator[Event, None]:
        if not self._is_open:
            self._forget()
            self._session = await open_session("chat")
        session = self._session
        assert session is not None
        self._request = request = session.request(spec)
        try:
            async for event in request:
                yield event
        except SessionError:
            if session is self._session:
                self._forget()
                raise
            yield RequestCancelled()
        finally:
            if self._request is request:
                self._request = None

    def _forget(self) -> None:
        self._model, self._loaded = None, None
