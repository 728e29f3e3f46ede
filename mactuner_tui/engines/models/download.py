"""The `download` job: brings a model from the Hub into the Hugging Face cache, and takes it into the library."""

from mactuner_tui.core import events
from mactuner_tui.core.specs.models import DownloadSpec
from mactuner_tui.engines.job_host import JobContext
from mactuner_tui.engines.models.hub import fetching, planning
from mactuner_tui.engines.models.taking_in import Wanted, take_in, there_already


def run(spec: DownloadSpec, job: JobContext) -> None:
    """Fetch what is not there yet; a job that is resumed goes on where it was."""
    job.begin("asking the Hub")
    plan = planning.plan(spec.repo, spec.revision, spec.file)
    if plan.repo != spec.repo:
        job.emit(events.Noted(text=f"{spec.repo} is called {plan.repo} now."))
    wanted = Wanted(spec.name, "reference", "chat", {"repo": plan.repo, "revision": plan.commit})
    source = planning.snapshot(plan.repo, plan.commit) / spec.file
    # Asked before gigabytes come that could not be named as they should, or that the library has files of its own of.
    there = there_already(source, wanted, job)
    if there is None or there.manifest.location is not None:
        job.emit(plan.told())
        job.begin("downloading")
        fetching.fetch(plan, spec.revision, spec.xet, job)
    take_in(source, wanted, job)
