"""What can be opened without typing: the sample, what was prepared before, the library, folders to look into."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mactuner_tui.core import library, paths
from mactuner_tui.core.overview import JobView
from mactuner_tui.core.specs.data import PrepareSpec
from mactuner_tui.widgets.source_picker import Offer
from mactuner_tui.widgets.texts import last_part

RECENT = 6


def offers(jobs: Iterable[JobView]) -> list[Offer]:
    """The list of them."""
    datasets = [data for data in library.datasets() if data.name != paths.SAMPLE]
    sources = [view.spec.source for view in jobs if isinstance(view.spec, PrepareSpec)]
    sources += [data.manifest.inputs.get("source", "") for data in datasets]
    recent = [source for source in dict.fromkeys(sources) if source != paths.SAMPLE and _is_there(source)][:RECENT]
    return [
        Offer("source", paths.SAMPLE, paths.SAMPLE, "the sample: questions about Python, nothing to download"),
        *(Offer("source", source, last_part(source), f"used before · {source}") for source in recent),
        *(Offer("source", str(data.folder), data.name, "prepared dataset") for data in datasets),
        Offer("folder", "./", "./", "the folder MacTuner was started in"),
        Offer("folder", "~/", "~/", "your home folder"),
    ]


def _is_there(source: str) -> bool:
    return paths.is_hub_id(source) or (source.startswith("/") and Path(source).exists())
