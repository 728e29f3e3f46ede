"""Where MacTuner keeps its things. The only place that knows `MACTUNER_HOME`."""

import os
from pathlib import Path

import platformdirs


def home() -> Path:
    """The user's MacTuner folder: `MACTUNER_HOME`, else the platform's user data folder. Not created here."""
    configured = os.environ.get("MACTUNER_HOME")
    if configured:
        return Path(configured).expanduser().absolute()
    return platformdirs.user_data_path("mactuner", appauthor=False)


def models() -> Path:
    return home() / "models"


def datasets() -> Path:
    return home() / "datasets"


def jobs() -> Path:
    return home() / "jobs"


def settled(name: str) -> str:
    """The name of an artefact as it is, a path made absolute: jobs run in folders of their own."""
    return str(Path(name).expanduser().absolute()) if looks_like_path(name) else name


def looks_like_path(name: str) -> bool:
    """Whether a name is meant as a path rather than as the name of something in the library."""
    return "/" in name or name.startswith((".", "~"))
