"""Looking for models on the Hub: one request for the lines, then what the config.json of each tells, as it comes."""

import re
from concurrent.futures import ThreadPoolExecutor, wait

from huggingface_hub import HfApi, ModelInfo, constants

from mactuner_tui.core import paths
from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.events import HubModelRead, HubModelsFound
from mactuner_tui.core.model_facts import ModelFacts
from mactuner_tui.core.specs.model_requests import SearchRequest
from mactuner_tui.engines.hub import TIMEOUT, Subject, headers, in_words, require_success, session
from mactuner_tui.engines.models.hub import lines, small_files
from mactuner_tui.engines.session_host import RequestContext

SORTS = {"downloads": "downloads", "likes": "likes", "trending": "trendingScore", "updated": "lastModified"}
AT_ONCE = 6
PASTED = re.compile(r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/([^/\s]+/[^/\s?#]+)\S*")


class Search:
    """Searches, and remembers what the config.json of a model told: who types asks for the same ones again."""

    def __init__(self) -> None:
        self._read: dict[tuple[str, float | None], ModelFacts] = {}

    def answer(self, request: SearchRequest, context: RequestContext) -> None:
        """Tell the lines, then the facts of each. Raises `ModelError` when the Hub cannot be asked."""
        found = _found(request)
        context.check()
        models = [lines.line(info) for info in found]
        context.emit(HubModelsFound(models=tuple(models)))
        pool = ThreadPoolExecutor(AT_ONCE)
        try:
            asked = {
                pool.submit(self._facts, info, model.updated): model for info, model in zip(found, models, strict=True)
            }
            while asked:
                done, _ = wait(asked, timeout=0.1)
                context.check()
                for future in done:
                    model, facts = asked.pop(future), future.result()
                    if facts != model.facts:
                        context.emit(HubModelRead(id=model.id, facts=facts))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _facts(self, info: ModelInfo, updated: float | None) -> ModelFacts:
        key = (info.id, updated)
        if key not in self._read:
            config = small_files.read_object(info.id, "config.json", "main")
            if config is None:
                return lines.facts(info, {})
            self._read[key] = lines.facts(info, config)
        return self._read[key]


def pasted_id(text: str) -> str:
    """The model that a text names outright, as `owner/name` or by the address of its page; else empty."""
    text = text.strip().removeprefix(f"{constants.ENDPOINT}/")
    match = PASTED.fullmatch(text)
    name = match[1] if match else text
    return name if paths.is_hub_id(name) else ""


def _found(request: SearchRequest) -> list[ModelInfo]:
    """The models of a search. One that is named outright comes first, whatever else is asked for."""
    name = pasted_id(request.text)
    subject = Subject("model", name or request.text)
    with in_words(subject):
        listed = _listed(request, name or request.text.strip())
    if not name:
        return listed
    try:
        with in_words(subject):
            named = HfApi().model_info(name, expand=list(lines.EXPAND), timeout=TIMEOUT)  # type: ignore[arg-type]
    except MacTunerError:
        if listed:
            return listed
        raise
    return [named, *(info for info in listed if info.id != named.id)][: request.limit]


def _listed(request: SearchRequest, text: str) -> list[ModelInfo]:
    # `HfApi.list_models` waits for a Hub that hangs without end, and for one that is not there half a minute.
    params: dict[str, str | int | list[str]] = {
        "sort": SORTS[request.sort],
        "limit": request.limit,
        "expand": list(lines.EXPAND),
    }
    bounds = [f"{name}:{_number(size)}" for name, size in (("min", request.smallest), ("max", request.largest)) if size]
    wanted = {
        "search": text,
        "author": request.author.strip(),
        "pipeline_tag": "" if request.task == "any" else request.task,
        "num_parameters": ",".join(bounds),
    }
    params |= {name: value for name, value in wanted.items() if value}
    response = session().get(f"{constants.ENDPOINT}/api/models", params=params, headers=headers())
    require_success(response)
    return [ModelInfo(**item) for item in response.json()][: request.limit]  # type: ignore[no-untyped-call]


def _number(billions: float) -> str:
    """A size as the Hub reads it: it knows no fractions of a billion."""
    return f"{billions:.0f}B" if billions == int(billions) else f"{billions * 1000:.0f}M"
