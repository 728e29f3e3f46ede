"""Each damaged model comes out as a report that names the file and the reason; never otherwise, and nothing is run.

They are imported in a process of their own, which tells how much memory it needed:
`python -m tests.engines.test_models_checking_damaged FOLDER` makes and imports them, and prints what came of each.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import traceback
from pathlib import Path

from mactuner_tui.core import events, files, job, paths
from mactuner_tui.core.errors import MacTunerError, ModelError
from mactuner_tui.core.specs.models import ImportSpec
from mactuner_tui.engines.job_host import JobContext
from mactuner_tui.engines.models.job import run
from mactuner_tui.runtime.wire import Tail
from tests.engines import damaged_models
from tests.engines.damaged_models import Damage

REPOSITORY = Path(__file__).parents[2]
MOST_BYTES = 10**9
AT_LEAST = 60


def test_every_damaged_model_is_explained(tmp_path: Path, home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", __name__, str(tmp_path / "models")],
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
    assert len({one["name"] for one in told}) == len(told) >= AT_LEAST
    assert memory["bytes"] < MOST_BYTES
    assert not list((tmp_path / "models").rglob("ran"))
    assert not list((home / "models").iterdir())


def judged(damage: Damage, folder: Path, whole: Path) -> str:
    """What is wrong with what comes of a damage; empty when all is well."""
    place = folder / damage.name.replace(" ", "-") / damage.base
    shutil.copytree(whole / damage.base, place)
    damage.inflict(place)
    work = paths.jobs() / f"import-{folder.name}-{len(list(paths.jobs().iterdir()))}"
    work.mkdir()
    try:
        run(ImportSpec(source=str(place / damage.source)), JobContext(work, attempt=1))
    except MacTunerError as error:
        lines = [event for event in Tail(work / job.EVENTS_FILE).read() if isinstance(event, events.CheckMade)]
        return _problem_of(damage, error, place, lines)
    except Exception:
        return traceback.format_exc()
    return "it was taken in"


def _problem_of(damage: Damage, error: MacTunerError, place: Path, lines: list[events.CheckMade]) -> str:
    said = f"{error.message} | {error.hint}"
    failed = [line for line in lines if not line.passed]
    if not isinstance(error, ModelError) or not error.hint:
        return f"no error for a user: {said}"
    if damage.file not in error.message or str(place) not in error.message or damage.words not in error.message:
        return f"the error does not name file or reason: {said}"
    if not failed or damage.words not in failed[0].detail:
        return f"the first failed line does not say so: {[line.detail for line in failed]}"
    if any(files.is_staging(path) for path in paths.models().iterdir()) or any(paths.models().iterdir()):
        return "something was left in the library"
    return ""


def main(folder: Path) -> None:
    """Make and judge all of them, then tell the most memory this process had."""
    whole = folder / "originals"
    damaged_models.make_whole(whole)
    paths.jobs().mkdir(parents=True)
    paths.models().mkdir()
    lines = [{"name": damage.name, "problem": judged(damage, folder, whole)} for damage in damaged_models.ALL]
    sys.stdout.write("".join(f"{json.dumps(line)}\n" for line in [*lines, {"bytes": most_memory()}]))


def most_memory() -> int:
    """Bytes of memory this process had at most. Linux's `ru_maxrss` counts the process that started it too."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM"))) * 1024


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    main(Path(sys.argv[1]))
