"""Making a dataset folder: read, map and clean row by row, divide, write. Memory stays small, whatever the size."""

import hashlib
import platform
from collections.abc import Sequence
from pathlib import Path

from mactuner_tui.core import events, files, manifest, paths
from mactuner_tui.core.errors import DataError
from mactuner_tui.core.manifest import Manifest
from mactuner_tui.core.numbers import count_text
from mactuner_tui.core.specs.data import MapSpec, PrepareSpec
from mactuner_tui.engines.data.cleaning.pipeline import Pipeline
from mactuner_tui.engines.data.dividing import Division, clean, counted, divide
from mactuner_tui.engines.data.opened import Opened
from mactuner_tui.engines.data.reading import Source, Table
from mactuner_tui.engines.data.waiting import Waiting
from mactuner_tui.engines.job_host import JobContext

BAD_FILE = "bad_rows.txt"
TRAIN, VALID = "train.jsonl", "valid.jsonl"


def prepare(spec: PrepareSpec, job: JobContext, folder: Path) -> Manifest:
    """Write train.jsonl, valid.jsonl and the manifest. Raises `DataError` naming what keeps it from being made."""
    job.begin(f"looking at {spec.source}")
    opened = Opened(spec.source, spec.reading, job)
    origin = _origin(opened.source)
    table = opened.scanned(job)
    for note in opened.source.notes:
        job.emit(events.Noted(text=note, warning=True))
    mapping = opened.settled(spec.mapping)
    with files.new_folder(folder) as staging, Waiting(job.folder) as waiting:
        pipeline = clean(opened, mapping, spec.recipe, spec.model, spec.split.stratify, waiting, job)
        _answer_for_bad_rows(table, pipeline, spec, job)
        _refuse_too_few(len(waiting), pipeline, spec)
        division = divide(waiting, spec.rows, spec.split, job)
        job.begin("writing")
        _write(staging, waiting, division)
        counts = counted(table, pipeline, division)
        job.emit(counts)
        return manifest.write(
            staging,
            kind="dataset",
            name=folder.name,
            job=job.id,
            inputs=origin,
            note=f"{count_text(len(division.chosen), 'row')} from {_said_short(opened.source)}",
            details=_details(spec, mapping, counts),
        )


def _details(spec: PrepareSpec, mapping: MapSpec, counts: events.RowsCounted) -> dict[str, object]:
    """What was asked and what came of it, enough to do it again."""
    return {
        "read": counts.read,
        "bad": counts.bad,
        "mapped": counts.mapped,
        "clean": counts.clean,
        "train_rows": counts.train,
        "valid_rows": counts.valid,
        "seed": spec.split.seed,
        "format": mapping.format,
        "mapping": mapping.model_dump(),
        **spec.model_dump(include={"recipe", "reading", "split", "model", "rows"}, mode="json"),
    }


def _answer_for_bad_rows(table: Table, pipeline: Pipeline, spec: PrepareSpec, job: JobContext) -> None:
    """List the rows that cannot be read or used beside the job; then stop or go on, as the user chose."""
    count = table.bad_count + pipeline.unusable_count
    if not count:
        return
    bad = sorted([*table.bad, *pipeline.unusable], key=lambda row: (row.file, row.line))
    listed = job.folder / BAD_FILE
    listed.write_text("".join(f"{row.where}: {row.reason}\n" for row in bad), encoding="utf-8")
    where = f"listed in {listed}" if len(bad) == count else f"listed in {listed}, the first {len(bad):,} of them"
    what = f"{count_text(count, 'row')} cannot be used"
    if spec.reading.bad_rows == "stop":
        raise DataError(
            f"{what}. The first: {bad[0].where}: {bad[0].reason}",
            f"Correct them, or leave them out with reading.bad_rows=skip. They are {where}.",
        )
    job.emit(events.Noted(text=f"{what} and were left out; they are {where}.", warning=True))


def _refuse_too_few(count: int, pipeline: Pipeline, spec: PrepareSpec) -> None:
    if count < 2:
        dropped = ", ".join(
            f"{step.title} dropped {effect.dropped}"
            for step, effect in zip(spec.recipe, pipeline.effects, strict=True)
            if effect.dropped
        )
        raise DataError(
            f"{spec.source}: of {count_text(pipeline.read, 'row')} only {count} is left"
            + (f" ({dropped})." if dropped else "."),
            "At least two are needed, one to train on and one to validate with. Give more rows or relax the recipe.",
        )


def _write(folder: Path, waiting: Waiting, division: Division) -> None:
    with (folder / TRAIN).open("wb") as train, (folder / VALID).open("wb") as valid:
        for line, goes_to_valid in zip(waiting.lines(division.chosen), division.is_valid, strict=True):
            (valid if goes_to_valid else train).write(line)


def _origin(source: Source) -> dict[str, str]:
    """What the dataset is made of, with the SHA-256 of the content."""
    if source.name == paths.SAMPLE:
        return {"source": f"docstrings of Python {platform.python_version()}"}
    return {"source": source.name, "sha256": _hash_of([files.sha256(file) for file in source.files])}


def _hash_of(sums: Sequence[str]) -> str:
    """The one hash there is; of several files, the hash of their hashes."""
    return sums[0] if len(sums) == 1 else hashlib.sha256("\n".join(sums).encode()).hexdigest()


def _said_short(source: Source) -> str:
    return "Python's own documentation" if source.name == paths.SAMPLE else Path(source.name).name
