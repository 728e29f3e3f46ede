"""Whether a folder holds a whole causal language model, judged from its files alone, without any ML library.

Cheap enough to ask before a job is started: it reads JSON and safetensors headers, never the weights.
"""

from dataclasses import dataclass
from pathlib import Path

from mactuner_tui.core import library
from mactuner_tui.core.config_sizes import check_layers, check_sizes
from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.plain_files import GET_AGAIN, read_object
from mactuner_tui.core.records import shortened
from mactuner_tui.core.safetensors_header import read_header

TOKENIZER_FILES = ("tokenizer.json", "tokenizer.model", "vocab.json", "spiece.model")
WEIGHTS = "model.safetensors"
PICKLED_WEIGHTS = "pytorch_model.bin"
INDEX = f"{WEIGHTS}.index.json"
ADAPTER_CONFIG = "adapter_config.json"
ADAPTER_WEIGHTS = "adapter_model.safetensors"


@dataclass(frozen=True)
class AdapterFolder:
    """A PEFT adapter: its folder and the model it was made for."""

    folder: Path
    base: Path


@dataclass(frozen=True)
class Weights:
    """The files that hold a model's weights, and what their index, if there is one, says is in which."""

    files: tuple[Path, ...]
    index: Path | None = None
    places: dict[str, str] | None = None
    """File name by tensor name."""

    @property
    def are_standard(self) -> bool:
        """Whether transformers finds them by itself."""
        return self.index is not None or self.files[0].name in (WEIGHTS, PICKLED_WEIGHTS)


def is_adapter(folder: Path) -> bool:
    """Whether the folder holds a PEFT adapter rather than a whole model."""
    return (folder / ADAPTER_CONFIG).is_file()


def read_adapter(folder: Path) -> AdapterFolder:
    """The adapter and its base model's folder. Raises `ModelError` when either is incomplete."""
    read_header(folder / ADAPTER_WEIGHTS)
    base = find_base(folder)
    check_model(base)
    return AdapterFolder(folder, base)


def find_base(folder: Path) -> Path:
    """The folder of an adapter's base model: a path, or a model of the library. Raises `ModelError` without one."""
    name = read_object(folder / ADAPTER_CONFIG).get("base_model_name_or_path")
    if isinstance(name, str) and name:
        if Path(name).is_dir():
            return Path(name)
        if found := library.named_model(name):
            return found.content
    raise ModelError(
        f"{folder / ADAPTER_CONFIG}: base_model_name_or_path = {shortened(name)}: there is no such folder, nor is "
        "it in the library.",
        "Get or import the base model first, bring it back to that place, or correct the name in the file.",
    )


def check_model(folder: Path) -> None:
    """Raise `ModelError`, naming file and reason, unless config, tokenizer and weights are all there and whole."""
    if library.is_gguf_file(folder):
        raise ModelError(
            f"{folder} is a GGUF file: it chats as it is, but cannot be trained.",
            f"Unpack it into a model that can: mactuner models add {folder} --for-training",
        )
    if is_adapter(folder):
        raise ModelError(f"{folder} is an adapter, not a base model.", "Choose the base model it was trained on.")
    if not (folder / "config.json").is_file():
        raise ModelError(f"{folder} has no config.json, so it is not a transformers model.", GET_AGAIN)
    config = read_object(folder / "config.json")
    if "model_type" not in config:
        raise ModelError(f"{folder / 'config.json'}: model_type is missing.", GET_AGAIN)
    if not any((folder / name).is_file() for name in TOKENIZER_FILES):
        raise ModelError(f"{folder} has no tokenizer ({' or '.join(TOKENIZER_FILES)}).", GET_AGAIN)
    weights = find_weights(folder)
    if weights is None:
        raise ModelError(f"{folder} has no weights ({WEIGHTS} or {INDEX}).", GET_AGAIN)
    check_sizes(folder / "config.json", config)
    check_layers(folder / "config.json", config, sum(len(read_header(shard)) for shard in weights.files))


def find_weights(folder: Path, name: str = WEIGHTS) -> Weights | None:
    """The files with the weights, one or those of an index; None when there is neither.

    Of a file and an index the file counts, as in transformers. Raises `ModelError` for an index that is damaged or
    names anything but files beside it.
    """
    if (folder / name).exists():
        return Weights((folder / name,))
    index = folder / f"{name}.index.json"
    if not index.exists():
        return None
    content = read_object(index)
    places = content.get("weight_map")
    if not isinstance(places, dict) or not places:
        raise ModelError(f"{index}: weight_map is missing or empty.", GET_AGAIN)
    if not isinstance(content.get("metadata"), dict):  # transformers asks for it.
        raise ModelError(f"{index}: metadata is missing.", GET_AGAIN)
    for shard in places.values():
        if not isinstance(shard, str) or not shard.endswith(Path(name).suffix) or Path(shard).name != shard:
            raise ModelError(
                f"{index}: weight_map names {shortened(shard)}, which is no {Path(name).suffix} file of this folder.",
                "Get the model from a source you trust.",
            )
    return Weights(tuple(folder / shard for shard in sorted(set(places.values()))), index, places)
