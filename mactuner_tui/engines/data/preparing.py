"""Making a dataset folder: read, map and clean row by row, split, write. Memory stays small, whatever the size.

Clean rows wait in a file without a name, which vanishes with the process.
"""

import hashlib
import json
import platform
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from mactuner_tui.core import events, files, manifest, paths
from mactuner_tui.core.errors import DataError
from mactuner_tui.core.manifest import Manifest
from mactuner_tui.core.mapping import check_columns, settle
from mactuner_tui.core.numbers import count_text
from mactuner_tui.core.records import to_row
from mactuner_tui.core.specs.data import MapSpec, PrepareSpec
from mactuner_tui.core.template import text_of, value_of
from mactuner_tui.engines.data.cleaning.pipeline import Pipeline, good_rows
from mactuner_tui.engines.data.reading import Source, columns_of, open_source
from mactuner_tui.engines.data.rows import BadRow, Row
from mactuner_tui.engines.data.splitting import assign, drawn
from mactuner_tui.engines.job_host import JobContext

if TYPE_CHECKING:
    from mactuner_tui.engines.data.counting import TokenCounter

LOOKED_AT = 200
"""By so many first rows the format is recognised."""
PROGRESS_ROWS = 500
BAD_FILE = "bad_rows.txt"
TRAIN, VALID = "train.jsonl", "valid.jsonl"


def prepare(spec: PrepareSpec, job: JobContext, folder: Path) -> Manifest:
    """Write train.jsonl, valid.jsonl and the manifest. Raises `DataError` naming what keeps it from being made."""
    job.begin(f"looking at {spec.source}")
    source = open_source(spec.source, spec.reading)
    mapping = _mapping_of(source, spec)
    with files.new_folder(folder) as staging, tempfile.TemporaryFile(dir=job.folder) as waiting:
        rows = _Waiting(waiting)
        counts = _clean(spec, source, mapping, rows, job)
        job.begin("splitting")
        chosen = drawn(len(rows), spec.rows, spec.split.seed)
        strata = [rows.strata[position] for position in chosen] if spec.split.stratify else None
        is_valid = assign(rows.texts(chosen), spec.split, strata, job.check)
        job.begin("writing")
        _write(staging, rows, chosen, is_valid)
        details = counts | {"train_rows": is_valid.count(False), "valid_rows": is_valid.count(True)}
        job.emit(events.RowsCounted(**{key.removesuffix("_rows"): value for key, value in details.items()}))
        return manifest.write(
            staging,
            kind="dataset",
            name=folder.name,
            job=job.id,
            inputs=_origin(source),
            note=f"{count_text(len(chosen), 'row')} from {_said_short(source)}",
            details={
                **details,
                "seed": spec.split.seed,
                "format": mapping.format,
                "mapping": mapping.model_dump(),
                "recipe": [step.model_dump() for step in spec.recipe],
                "reading": spec.reading.model_dump(),
                "split": spec.split.model_dump(),
            },
        )


def _mapping_of(source: Source, spec: PrepareSpec) -> MapSpec:
    """The mapping completed by the source's first rows. Raises `DataError` when they do not suit it or the split."""
    rows = [row for row in source.first(LOOKED_AT) if isinstance(row, Row)]
    names = [column.name for column in columns_of(rows)]
    values = [row.values for row in rows]
    if spec.split.stratify:
        check_columns("split.stratify", [spec.split.stratify], names, values)
    return settle(spec.mapping, names, values)


def _clean(spec: PrepareSpec, source: Source, mapping: MapSpec, rows: "_Waiting", job: JobContext) -> dict[str, int]:
    """Let the source's rows through to where they wait. Returns how many came how far."""
    unreadable: list[BadRow] = []
    pipeline = Pipeline(mapping, spec.recipe, lambda: _counter(spec, job), job.check)
    job.begin("reading and cleaning")
    for item in pipeline.run(_telling(good_rows(source.read(), unreadable.append), source, job)):
        stratum = text_of(value_of(item.row.values, spec.split.stratify)) if spec.split.stratify else ""
        rows.add(json.dumps(to_row(item.record), ensure_ascii=False), stratum)
    bad = sorted([*unreadable, *pipeline.unusable], key=lambda row: (row.file, row.line))
    bad_count = len(unreadable) + pipeline.unusable_count
    if bad:
        _answer_for(bad, bad_count, spec, job)
    _refuse_too_few(len(rows), pipeline, spec)
    return {
        "read": pipeline.read + len(unreadable),
        "bad": bad_count,
        "mapped": pipeline.mapped,
        "clean": pipeline.clean,
    }


def _counter(spec: PrepareSpec, job: JobContext) -> "TokenCounter":
    # Imported here: few recipes count tokens, and the libraries that do take seconds.
    from mactuner_tui.engines.data import models

    return models.counter_of(models.folder_of(spec.model, job.emit))


def _telling(rows: Iterator[Row], source: Source, job: JobContext) -> Iterator[Row]:
    for number, row in enumerate(rows):
        if number % PROGRESS_ROWS == 0:
            job.check()
            job.progress(source.bytes_read, source.size_bytes, "bytes")
        yield row


def _answer_for(bad: Sequence[BadRow], count: int, spec: PrepareSpec, job: JobContext) -> None:
    """List the bad rows beside the job; then stop or go on, as the user chose."""
    listed = job.folder / BAD_FILE
    listed.write_text("".join(f"{row.where}: {row.reason}\n" for row in bad), encoding="utf-8")
    what = f"{count_text(count, 'row')} cannot be used"
    if spec.reading.bad_rows == "stop":
        raise DataError(
            f"{what}. The first: {bad[0].where}: {bad[0].reason}",
            f"Correct them, or leave them out with reading.bad_rows=skip. All are listed in {listed}.",
        )
    job.emit(events.Noted(text=f"{what} and were left out; they are listed in {listed}.", warning=True))


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


class _Waiting:
    """Rows of the dataset to be, as lines in a file, and where each begins."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._starts: list[int] = []
        self.strata: list[str] = []

    def __len__(self) -> int:
        return len(self._starts)

    def add(self, line: str, stratum: str) -> None:
        self._starts.append(self._file.tell())
        self._file.write(line.encode() + b"\n")
        self.strata.append(stratum)

    def lines(self, chosen: Sequence[int]) -> Iterator[bytes]:
        for position in chosen:
            self._file.seek(self._starts[position])
            yield self._file.readline()

    def texts(self, chosen: Sequence[int]) -> Iterator[str]:
        """All that each row says, in one text."""
        for line in self.lines(chosen):
            row = json.loads(line)
            yield "\n".join([row["text"]] if "text" in row else [message["content"] for message in row["messages"]])


def _write(folder: Path, rows: _Waiting, chosen: Sequence[int], is_valid: Sequence[bool]) -> None:
    with (folder / TRAIN).open("wb") as train, (folder / VALID).open("wb") as valid:
        for line, goes_to_valid in zip(rows.lines(chosen), is_valid, strict=True):
            (valid if goes_to_valid else train).write(line)


def _origin(source: Source) -> dict[str, str]:
    """What the dataset was made of, with the SHA-256 of the content."""
    if source.name == paths.SAMPLE:
        return {"source": f"docstrings of Python {platform.python_version()}"}
    sums = [files.sha256(file) for file in source.files]
    whole = sums[0] if len(sums) == 1 else hashlib.sha256("\n".join(sums).encode()).hexdigest()
    return {"source": source.name, "sha256": whole}


def _said_short(source: Source) -> str:
    return "Python's own documentation" if source.name == paths.SAMPLE else Path(source.name).name
