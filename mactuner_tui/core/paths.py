"""Where MacTuner keeps its things. The only place that knows `MACTUNER_HOME`."""

import os
import re
from pathlib import Path

import platformdirs

STARTER = "starter"
"""The packaged model's name, whether or not it has been unpacked yet."""
SAMPLE = "stdlib"
"""The source that needs no file, and the dataset made of it."""
SUFFIXES = re.compile(r"(\.(csv|tsv|txt|text|md|json|jsonl|ndjson|parquet|pq))?(\.gz)?$", re.IGNORECASE)
PASTED = re.compile(r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/([^/\s]+/[^/\s?#]+)\S*")
NO_OWNERS = ("datasets", "spaces", "collections", "papers", "docs", "blog")
"""What stands in the Hub's addresses where a model's owner would."""
HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


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


def settled_source(source: str) -> str:
    """The source of a dataset: a path made absolute; the id of a dataset on the Hub and a plain name as they are."""
    try:
        here = Path(source).expanduser().absolute()
        is_there = here.exists()
    except (RuntimeError, OSError, ValueError):  # `~name` of no one, or no name that a disk takes.
        return source
    if source != SAMPLE and (is_there or (looks_like_path(source) and not is_hub_id(source))):
        return str(here)
    return source


def settled_model(name: str) -> str:
    """A model's name in the library, or its id on the Hub, as it is; a path made absolute."""
    return name if is_hub_id(name) and not Path(name).is_dir() else settled(name)


def settled_model_source(source: str) -> str:
    """What is imported: a path, made absolute; the starter's name as it is."""
    try:
        return source if source == STARTER else str(Path(source).expanduser().absolute())
    except RuntimeError:  # `~name` of no one.
        return source


def is_hub_id(source: str) -> bool:
    """Whether a name may be an id on the Hub: an owner and a name."""
    return bool(HUB_ID.fullmatch(source))


def pasted_id(text: str) -> str:
    """The model of the Hub that a text names outright, as `owner/name` or by the address of its page; else empty."""
    match = PASTED.fullmatch(text.strip())
    name = match[1] if match else text.strip()
    return name if is_hub_id(name) and name.partition("/")[0] not in NO_OWNERS else ""


def stem(source: str) -> str:
    """A name for what is made of a source: its last part without suffixes, as far as a name can hold it."""
    name = source.rstrip("/").rpartition("/")[2]
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", SUFFIXES.sub("", name)).strip("-._")
    taken = source != SAMPLE and plain == SAMPLE
    return f"{SAMPLE}-data" if taken else plain or "data"


def true_place(path: Path | str) -> str:
    """The path without links. A loop of links, or a name that no disk takes, is left as it is."""
    try:
        return str(Path(path).resolve())
    except (OSError, RuntimeError, ValueError):
        return str(path)


def is_folder(path: Path) -> bool:
    """Whether a folder is there. A name that no disk takes is none."""
    try:
        return path.is_dir()
    except OSError:
        return False


def looks_like_path(name: str) -> bool:
    """Whether a name is meant as a path rather than as the name of something in the library."""
    return "/" in name or name.startswith((".", "~"))
