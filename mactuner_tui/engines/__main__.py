"""`python -m mactuner_tui.engines job FOLDER` and `... session KIND`: how the runtime starts a worker process."""

import sys
from pathlib import Path


def main() -> int:
    match sys.argv[1:]:
        case ["job", folder]:
            from mactuner_tui.engines.job_host import run_job

            return run_job(Path(folder))
        case ["session", kind]:
            from mactuner_tui.engines.session_host import serve

            return serve(kind)
    sys.stderr.write("usage: python -m mactuner_tui.engines job FOLDER | session KIND\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
