"""Hostile files come out as rows, as bad rows with a reason, or as an error that names the file; never otherwise.

They are read in a process of their own, which tells how much memory it needed:
`python -m tests.engines.test_data_hostile FOLDER small` writes and reads them, and prints what came of each.
"""

import itertools
import json
import resource
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest

from mactuner_tui.core.errors import DataError, MacTunerError, SessionError
from mactuner_tui.core.specs import RequestSpec
from mactuner_tui.core.specs.data import MapSpec, ReadSpec
from mactuner_tui.core.specs.data_requests import (
    BadRowsRequest,
    CellRequest,
    MapRequest,
    OpenRequest,
    RowsRequest,
    ScanRequest,
)
from mactuner_tui.engines.data.reading import Source, columns_of, open_source, scan
from mactuner_tui.engines.data.rows import BadRow, Row
from mactuner_tui.runtime.sessions import Session, open_session
from tests.engines import hostile_files
from tests.engines.hostile_files import Hostile

REPOSITORY = Path(__file__).parents[2]
MOST_BYTES = 2 * 10**9
LOOKING = (
    RowsRequest(count=500),
    CellRequest(row=0, column="text"),
    BadRowsRequest(count=500),
    MapRequest(mapping=MapSpec(), count=50),
    MapRequest(mapping=MapSpec(text="{text}"), count=50),
    MapRequest(mapping=MapSpec(messages="messages"), count=50),
)
ADVICE = ("Correct", "Choose", "Remove", "remove", "Split", "Flatten", "Close", "Quote")


@pytest.mark.parametrize(("group", "least"), [("small", 300), ("large", 5)])
def test_every_hostile_file_is_read_or_explained(tmp_path: Path, group: str, least: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", __name__, str(tmp_path), group],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    *told, memory = [json.loads(line) for line in done.stdout.splitlines()]
    wrong = [one for one in told if one["problem"]]
    assert not wrong, json.dumps(wrong[:10], indent=1, ensure_ascii=False)
    assert len(told) >= least
    assert memory["bytes"] < MOST_BYTES


async def test_a_session_answers_for_every_small_hostile_file(tmp_path: Path) -> None:
    unasked = [
        one for one in hostile_files.small() if not one.meanwhile and len(one.name) < 256 and one.name.isprintable()
    ]
    wrong: list[str] = []
    opened = 0
    async with await open_session("data") as session:
        for hostile in unasked:
            path = tmp_path / hostile.name
            hostile.write(path)
            reading = ReadSpec.model_validate(hostile.reading)
            requests = (OpenRequest(source=str(path), reading=reading), ScanRequest(), *LOOKING)
            for request in requests:
                if unexpected := await _asked(session, request):
                    wrong.append(f"{hostile.name}: {request.action}: {unexpected}")
            opened += 1
    assert not wrong, "\n".join(wrong[:10])
    assert opened > 250


async def _asked(session: Session, request: RequestSpec) -> str:
    """What went wrong, other than in words."""
    try:
        async for _ in session.request(request):
            pass
    except SessionError as error:
        return f"{error.message} {error.hint}" if "process" in error.message else ""
    except MacTunerError as error:
        return error.message if error.message.startswith("Unexpected") else ""
    return ""


def judged(hostile: Hostile, folder: Path) -> dict[str, Any]:
    """What came of a file, and what was wrong with that."""
    path = folder / hostile.name
    hostile.write(path)
    came, said, problem = "", "", ""
    try:
        came, said, problem = _read(path, hostile)
    except DataError as error:
        came, said = "error", f"{error.message} | {error.hint}"
        problem = _problem_of(error, path)
    except Exception:
        problem = traceback.format_exc()
    if came and came not in hostile.outcomes:
        problem = problem or f"{came}, where {hostile.outcomes} was expected"
    return {"name": ascii(hostile.name), "came": came, "said": said[:300], "problem": problem}


def _read(path: Path, hostile: Hostile) -> tuple[str, str, str]:
    source = open_source(str(path), ReadSpec.model_validate(hostile.reading))
    if hostile.meanwhile == "vanishes":
        path.unlink()
    first = source.first(10)
    columns_of(row for row in first if isinstance(row, Row))
    if hostile.meanwhile == "shrinks":
        return _shrinking(source, path)
    table = scan(source, lambda _done, _total: None)
    if hostile.meanwhile == "is replaced":
        path.write_text("something else")
    rows = 0
    for number, row in enumerate(table.rows()):
        json.dumps(row.values, ensure_ascii=False, allow_nan=False).encode()
        rows += 1
        if number < 3 and table.row(number) != row:
            return "rows", "", f"row {number} is not itself"
    for column in table.columns:
        column.model_dump_json()
    if rows != len(table) or [row.line for row in first if isinstance(row, Row)] != [
        row.line for row in itertools.islice(table.rows(), sum(isinstance(row, Row) for row in first))
    ]:
        return "rows", "", "the table holds other rows than the first"
    for bad in table.bad:
        if problem := _problem_of_row(bad):
            return "bad", bad.reason, problem
    return ("rows" if rows else "bad"), (table.bad[0].reason if table.bad else ""), ""


def _shrinking(source: Source, path: Path) -> tuple[str, str, str]:
    running = source.read()
    next(running)
    with path.open("r+b") as file:
        file.truncate(source.size_bytes // 2)
    return "rows", f"{sum(1 for _ in running)}", ""


def _problem_of(error: DataError, path: Path) -> str:
    error.message.encode()
    name = path.name.encode("utf-8", "backslashreplace").decode()
    if name not in error.message and not error.message.startswith("encoding = "):
        return f"the message does not name the file: {error.message}"
    return "" if error.hint else f"no hint: {error.message}"


def _problem_of_row(bad: BadRow) -> str:
    bad.reason.encode()
    if bad.line < 1 or not bad.reason:
        return "no line, or no reason"
    if len(bad.reason) > 500:
        return f"a reason of {len(bad.reason)} characters"
    return "" if any(word in bad.reason for word in ADVICE) else f"no advice: {bad.reason}"


if __name__ == "__main__":
    wanted = hostile_files.small() if sys.argv[2] == "small" else hostile_files.large()
    for one in wanted:
        print(json.dumps(judged(one, Path(sys.argv[1]))))  # noqa: T201
        if sys.argv[2] == "large":
            (Path(sys.argv[1]) / one.name).unlink()
    # Linux counts kilobytes, macOS bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    print(json.dumps({"bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit}))  # noqa: T201
