"""The data session: one source is open; its rows are shown, mapped, cleaned, measured and checked on demand."""

from mactuner_tui.core.errors import SessionError
from mactuner_tui.core.specs import RequestSpec
from mactuner_tui.core.specs.data_requests import (
    BadRowsRequest,
    CellRequest,
    MapRequest,
    OpenRequest,
    PreparedRequest,
    RowsRequest,
    ScanRequest,
    TokensRequest,
)
from mactuner_tui.engines.data import looking
from mactuner_tui.engines.data.opened import Opened
from mactuner_tui.engines.session_host import RequestContext


class Engine:
    """Serves what `core.specs.data_requests` lists."""

    def __init__(self) -> None:
        self._present: Opened | None = None

    @property
    def _opened(self) -> Opened:
        if self._present is None:
            raise SessionError("No source is open.", "Open one first.")
        return self._present

    def handle(self, request: RequestSpec, context: RequestContext) -> None:
        """Carry out one request."""
        match request:
            case OpenRequest():
                self._present = None
                self._present = Opened(request.source, request.reading, context)
                looking.tell_opened(self._present, context)
            case ScanRequest():
                looking.tell_scanned(self._opened, context)
            case RowsRequest():
                looking.tell_rows(self._opened, request, context)
            case CellRequest():
                looking.tell_cell(self._opened, request, context)
            case BadRowsRequest():
                looking.tell_bad_rows(self._opened, request, context)
            case MapRequest():
                looking.tell_mapped(self._opened, request, context)
            case TokensRequest():
                looking.tell_tokens(self._opened, request, context)
            case PreparedRequest():
                # Imported here: first rows are shown before the libraries that measure are there.
                from mactuner_tui.engines.data import measuring

                measuring.answer(self._opened, request, context)
