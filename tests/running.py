"""Running a job to its end, as tests and benchmarks do."""

from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.specs import JobSpec
from mactuner_tui.runtime import jobs
from mactuner_tui.runtime.jobs import Job


def run_to_end(spec: JobSpec) -> Job:
    """Start a job and wait until it is over. Raises what it failed with."""
    started = jobs.start(spec)
    for _ in jobs.follow(started.id):
        pass
    ended = jobs.get(started.id)
    failure = jobs.Watcher().history(ended).failure
    if failure is not None:
        raise MacTunerError(failure.message, failure.hint)
    return ended
