"""The `import` job: takes a model that is on this machine into the library."""

from pathlib import Path

from mactuner_tui.core import library
from mactuner_tui.core.specs.models import ImportSpec
from mactuner_tui.engines.job_host import JobContext
from mactuner_tui.engines.models import starter
from mactuner_tui.engines.models.taking_in import Wanted, take_in


def run(spec: ImportSpec, job: JobContext) -> None:
    """Look the model over and take it in; the starter is unpacked, unless that was done before."""
    if spec.source != library.STARTER:
        take_in(Path(spec.source), Wanted(spec.name, spec.keep, spec.gguf, {"path": spec.source}), job)
    elif spec.name in (None, library.STARTER):
        starter.ensure(job.emit, job.id)
    else:
        take_in(starter.packaged_file(), Wanted(spec.name, spec.keep, spec.gguf, starter.INPUTS), job)
