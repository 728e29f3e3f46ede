"""What can be asked for. One module per area; here the kinds of job and the requests of each session."""

from mactuner_tui.core.specs.base import JobSpec, RequestSpec
from mactuner_tui.core.specs.chat import AnswerRequest, LoadRequest
from mactuner_tui.core.specs.data import PrepareSpec
from mactuner_tui.core.specs.data_requests import DATA_REQUESTS
from mactuner_tui.core.specs.doctor import ExamineRequest
from mactuner_tui.core.specs.model_requests import MODEL_REQUESTS
from mactuner_tui.core.specs.models import DownloadSpec, ImportSpec
from mactuner_tui.core.specs.training import TrainSpec

JOB_SPECS: dict[str, type[JobSpec]] = {spec.kind: spec for spec in (DownloadSpec, ImportSpec, PrepareSpec, TrainSpec)}

SESSION_REQUESTS: dict[str, dict[str, type[RequestSpec]]] = {
    "chat": {request.action: request for request in (LoadRequest, AnswerRequest)},
    "data": {request.action: request for request in DATA_REQUESTS},
    "doctor": {ExamineRequest.action: ExamineRequest},
    "models": {request.action: request for request in MODEL_REQUESTS},
}

__all__ = ["JOB_SPECS", "SESSION_REQUESTS", "AnswerRequest", "JobSpec", "LoadRequest", "RequestSpec"]
