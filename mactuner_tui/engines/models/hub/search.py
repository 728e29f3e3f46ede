"""Looking for models on the Hub: one request for the lines, then what the config.json of each tells, as it comes."""

import contextlib
from concurrent.futures import ThreadPoolExecutor, wait

from httpx2 import HTTPError
from huggingface_hub import HfApi, ModelInfo, constants, errors

from mactuner_tui.core import paths
from mactuner_tui.core.errors import MacTunerError, ModelError
from mactuner_tui.core.events import HubModelRead, HubModelsFound
from mactuner_tui.core.hub_models import Gate, HubModel
from mactuner_tui.core.model_facts import ModelFacts
from mactuner_tui.core.specs.model_requests import SearchRequest
from mactuner_tui.engines.hub import MISREAD, TIMEOUT, Subject, answered, headers, require_success, session
from mactuner_tui.engines.models.hub import lines, small_files
from mactuner_tui.engines.session_host import RequestContext

SORTS = {"downloads": "downloads", "likes": "likes", "trending": "trendingScore", "updated": "lastModified"}
AT_ONCE = 6
LASTING = (401, 403, 404)
Line = tuple[ModelInfo, HubModel]


class Search:
    """Searches, and remembers what the config.json of a model told: who types asks for the same ones again."""

    def __init__(self) -> None:
        self._read: dict[tuple[str, float | None, Gate], ModelFacts] = {}

    def answer(self, request: SearchRequest, context: RequestContext) -> None:
        """Tell the lines, then the facts of each. Raises `ModelError` when the Hub cannot be asked."""
        found = _found(request)
        context.check()
        context.emit(HubModelsFound(models=tuple(model for _, model in found)))
        pool = ThreadPoolExecutor(AT_ONCE)
        try:
            asked = {pool.submit(self._facts, info, model): model for info, model in found}
            while asked:
                done, _ = wait(asked, timeout=0.1)
                context.check()
                for future in done:
                    model, facts = asked.pop(future), future.result()
                    if facts != model.facts:
                        context.emit(HubModelRead(id=model.id, facts=facts))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _facts(self, info: ModelInfo, model: HubModel) -> ModelFacts:
        key = (model.id, model.updated, model.gate)
        if key not in self._read:
            try:
                content = small_files.fetch(model.id, "config.json", "main")
            except (HTTPError, ModelError) as error:
                # That there is none, or none for everyone, is remembered too; a failure that may pass is not.
                if not isinstance(error, errors.HfHubHTTPError) or error.response.status_code not in LASTING:
                    return model.facts
                content = b""
            self._read[key] = lines.facts(info, small_files.parsed(content) or {})
        return self._read[key]


def _found(request: SearchRequest) -> list[Line]:
    """The models of a search. One that is named outright comes first, whatever else is asked for."""
    name = paths.pasted_id(request.text.strip().removeprefix(f"{constants.ENDPOINT}/"))
    subject = Subject("model", name or request.text)
    with answered(subject):
        listed = _listed(request, name or request.text.strip())
    if not name:
        return listed
    try:
        with answered(subject):
            info = HfApi().model_info(name, expand=list(lines.EXPAND), timeout=TIMEOUT)  # type: ignore[arg-type]
            named = (info, lines.line(info))
    except MacTunerError:
        if listed:
            return listed
        raise
    return [named, *(line for line in listed if line[0].id != info.id)][: request.limit]


def _listed(request: SearchRequest, text: str) -> list[Line]:
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
    listed = []
    for item in response.json()[: request.limit]:
        with contextlib.suppress(*MISREAD):  # A line that makes no sense is left out.
            info = ModelInfo(**item)  # type: ignore[no-untyped-call]
            listed.append((info, lines.line(info)))
    return listed


def _number(billions: float) -> str:
    """A size as the Hub reads it: it knows no fractions of a billion."""
    return f"{billions:.0f}B" if billions == int(billions) else f"{billions * 1000:.0f}M"
