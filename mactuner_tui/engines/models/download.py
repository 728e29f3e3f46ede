"""The `download` job: brings a model from the Hub into the Hugging Face cache, and takes it into the library."""

from mactuner_tui.core import events, library, manifest, paths
from mactuner_tui.core.errors import SpecError
from mactuner_tui.core.specs.models import DownloadSpec
from mactuner_tui.engines.job_host import JobContext
from mactuner_tui.engines.models.hub import fetching, planning
from mactuner_tui.engines.models.hub.planning import Plan


def run(spec: DownloadSpec, job: JobContext) -> None:
    """Fetch what is not there yet; a job that is resumed goes on where it was."""
    job.begin("asking the Hub")
    plan = planning.plan(spec.repo, spec.revision, spec.file)
    _require_free_name(spec, plan, job)
    if plan.repo != spec.repo:
        job.emit(events.Noted(text=f"{spec.repo} is called {plan.repo} now."))
    job.emit(plan.told())
    job.begin("downloading")
    snapshot = fetching.fetch(plan, spec.revision, spec.xet, job)
    # Imported here: what is wrong with a download shows before the libraries that check models are there.
    from mactuner_tui.engines.models.taking_in import Wanted, take_in

    inputs = {"repo": plan.repo, "revision": plan.commit}
    take_in(snapshot / spec.file, Wanted(spec.name, "reference", "chat", inputs), job)


def _require_free_name(spec: DownloadSpec, plan: Plan, job: JobContext) -> None:
    """Raises `SpecError` before gigabytes come that could not be named as they should."""
    made = manifest.read(paths.models() / spec.name) if spec.name else None
    mine = made and (made.job == job.id or made.inputs.get("repo") == plan.repo)
    if spec.name == library.STARTER or (made and not mine):
        raise SpecError(f"name = {spec.name!r}: a model of this name exists already.", "Choose another name.")
