"""The wheel holds what the program reads at run time."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_wheel_holds_every_module_style_and_help_page(tmp_path: Path) -> None:
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "--wheel-dir",
            str(tmp_path),
            str(ROOT),
        ],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "mactuner_tui").rglob("*.py")}
    pages = {path.relative_to(ROOT).as_posix() for path in (ROOT / "mactuner_tui" / "help").rglob("*.md")}
    styles = {f"mactuner_tui/styles/{path.name}" for path in (ROOT / "styles").glob("*.tcss")}
    assert modules
    assert pages
    assert styles
    assert modules | pages | styles <= packed
    assert not [name for name in packed if name.startswith(("tests/", "styles/"))]
