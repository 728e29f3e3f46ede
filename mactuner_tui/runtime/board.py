"""All jobs with their histories, kept up to date by reading only what is new. Knows nothing of who looks at them."""

from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.overview import JobView
from mactuner_tui.core.specs import JobSpec
from mactuner_tui.runtime import jobs
from mactuner_tui.runtime.jobs import Job, Watcher


class Board:
    """Reads the job folders. Not safe for use by two threads at once; what it returns is."""

    def __init__(self) -> None:
        self._watcher = Watcher()
        self._views: dict[str, JobView] = {}
        self._specs: dict[str, JobSpec | None] = {}

    def read(self) -> tuple[JobView, ...]:
        """All jobs, the newest first. The view of a job to which nothing happened is the same object as before."""
        before, self._views = self._views, {found.id: self._view(found) for found in jobs.list_all()}
        for gone in before.keys() - self._views.keys():
            self._watcher.forget(gone)
            self._specs.pop(gone, None)
        return tuple(self._views.values())

    def _view(self, found: Job) -> JobView:
        known = self._views.get(found.id)
        same = known is not None and (known.status, known.queued) == (found.status, found.state.queued)
        if known is not None and same and found.status.is_over:
            return known
        history = self._watcher.history(found)
        if known is not None and same and known.history.applied == history.applied:
            return known
        if found.status.is_over:
            # Its view keeps the history from now on: nothing more will be added to it.
            self._watcher.forget(found.id)
        died_silently = found.status.is_over and history.ending is None
        return JobView(
            id=found.id,
            status=found.status,
            queued=found.state.queued,
            spec=self._spec(found),
            history=history if found.status.is_over else history.copy(),
            last_words=jobs.last_words(found) if died_silently else "",
        )

    def _spec(self, found: Job) -> JobSpec | None:
        if found.id not in self._specs:
            try:
                self._specs[found.id] = found.spec
            except MacTunerError:
                self._specs[found.id] = None
        return self._specs[found.id]
