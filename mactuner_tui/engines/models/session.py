"""The models session: the Hub is searched and asked, the account on it and the cache here are looked after."""

from pathlib import Path

from mactuner_tui.core.events import HubModelDescribed
from mactuner_tui.core.specs import RequestSpec
from mactuner_tui.core.specs.model_requests import (
    AccountRequest,
    CacheRequest,
    CheckRequest,
    DescribeRequest,
    FreeRequest,
    LoginRequest,
    LogoutRequest,
    PlanRequest,
    SearchRequest,
)
from mactuner_tui.engines.models.hub import account, cache, describing, planning
from mactuner_tui.engines.models.hub.search import Search
from mactuner_tui.engines.session_host import RequestContext


class Engine:
    """Serves what `core.specs.model_requests` lists."""

    def __init__(self) -> None:
        self._search = Search()

    def handle(self, request: RequestSpec, context: RequestContext) -> None:
        """Carry out one request."""
        match request:
            case AccountRequest():
                context.emit(account.account())
            case LoginRequest():
                context.emit(account.login(request.token.get_secret_value()))
                self._search = Search()  # Who is logged in may be shown more.
            case LogoutRequest():
                context.emit(account.logout())
            case SearchRequest():
                self._search.answer(request, context)
            case DescribeRequest():
                detail = describing.describe(request.repo, request.revision, request.file)
                context.emit(HubModelDescribed(detail=detail))
            case PlanRequest():
                context.emit(planning.plan(request.repo, request.revision, request.file).told())
            case CacheRequest():
                context.emit(cache.listed())
            case FreeRequest():
                context.emit(cache.free(request.revisions, request.partials))
            case CheckRequest():
                # Imported here: the libraries that look models over take seconds, and the Hub needs none of them.
                from mactuner_tui.engines.models import checking

                checking.report(Path(request.source), context, is_new=request.is_new)
