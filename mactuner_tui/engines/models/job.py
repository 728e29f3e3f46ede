"""The `import` job: takes a model into the library."""

from mactuner_tui.core.specs.models import ImportSpec
from mactuner_tui.engines.job_host import JobContext
from mactuner_tui.engines.models import starter


def run(_spec: ImportSpec, job: JobContext) -> None:
    """Unpack the starter model, unless that was done before."""
    starter.ensure(job.emit, job.id)
