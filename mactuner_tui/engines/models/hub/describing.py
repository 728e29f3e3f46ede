"""One model of the Hub in detail: what it is, what its files are, what MacTuner can do with it, its card."""

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from huggingface_hub import ModelInfo

from mactuner_tui.core.hub_models import Ability, HubDetail, HubFile
from mactuner_tui.core.model_folder import TOKENIZER_FILES
from mactuner_tui.engines.models.hub import lines, planning, small_files
from mactuner_tui.engines.models.hub.choosing import Choice, gguf_files

CARD_LIMIT = 200_000
"""Characters of a model card that are shown."""
FENCE = re.compile(r"^---[ \t]*$", re.MULTILINE)
"""Before and after the YAML head of a card. A card may be hostile: each line is looked at once."""
TASKS = ("", "text-generation", "conversational")
ALL: tuple[Ability, ...] = ("train", "chat", "export")


def describe(repo: str, revision: str, file: str) -> HubDetail:
    """All that is shown of a model. Raises `ModelError` when the Hub does not tell."""
    info = planning.look_up(repo, revision)
    commit = info.sha or revision
    choice = planning.choose_files(info, file)
    files = planning.files(info, choice)
    there = {known.path for known in files}
    with ThreadPoolExecutor(3) as pool:
        reading = {
            path: pool.submit(small_files.read, info.id, path, commit)
            for path in ("config.json", "tokenizer_config.json", "README.md")
            if path in there
        }
    content: dict[str, bytes | None] = {path: future.result() for path, future in reading.items()}
    config = small_files.parsed(content.get("config.json")) or _object(info.config)
    abilities, cannot = _abilities(info, config, choice, there)
    model = lines.line(info).model_copy(update={"facts": lines.facts(info, config)})
    if model.weight_bytes is None and choice.weights != "none":
        weights = (
            known.size for known in files if known.path in choice.files and known.path.endswith((".bin", ".gguf"))
        )
        model = model.model_copy(update={"weight_bytes": sum(weights) or None})
    return HubDetail(
        model=model,
        revision=commit,
        files=files,
        ggufs=tuple(
            HubFile(path=path, size=size) for path, size in gguf_files({one.path: one.size for one in files}).items()
        ),
        chat_template=_has_template(info, content, there),
        abilities=abilities,
        cannot=cannot,
        card=_card(content.get("README.md")),
    )


def _abilities(
    info: ModelInfo, config: Mapping[str, Any], choice: Choice, there: set[str]
) -> tuple[tuple[Ability, ...], str]:
    """What MacTuner can do with it, and why not more."""
    if choice.weights == "gguf":
        return (
            ("chat",),
            "A GGUF file is for chat. To train it, import it unpacked to 16 bits; what quantising lost stays lost.",
        )
    if config.get("auto_map") and not _is_known(config.get("model_type")):
        return (), "It needs code of its own to run (auto_map), which MacTuner never runs."
    if "adapter_config.json" in there and "config.json" not in there:
        return (), "It is an adapter, not a whole model."
    if (task := lines.line(info).task) not in TASKS:
        return (), f"It is made for {task}, not for generating text."
    if choice.weights == "none":
        return (), "It has no weights that transformers or llama.cpp could load (safetensors, .bin or GGUF)."
    if not there.intersection(TOKENIZER_FILES):
        return (), f"It has no tokenizer ({', '.join(TOKENIZER_FILES)})."
    if choice.weights == "bin":
        return ALL, "Its weights are .bin files: once downloaded, they are converted to safetensors."
    return ALL, ""


def _is_known(family: object) -> bool:
    """Whether transformers has code for it."""
    # Imported here: few models come with code, and this takes a second.
    from transformers import CONFIG_MAPPING

    return isinstance(family, str) and family in CONFIG_MAPPING


def _has_template(info: ModelInfo, content: Mapping[str, bytes | None], there: set[str]) -> bool:
    tokenizer = small_files.parsed(content.get("tokenizer_config.json")) or {}
    of_config = _object(_object(info.config).get("tokenizer_config"))
    told = tokenizer.get("chat_template") or of_config.get("chat_template") or _object(info.gguf).get("chat_template")
    return bool(told) or bool(there.intersection(("chat_template.jinja", "chat_template.json")))


def _card(content: bytes | None) -> str:
    card = (content or b"").decode("utf-8", "replace").replace("\r\n", "\n").removeprefix("\ufeff")
    if (head := FENCE.match(card)) and (end := FENCE.search(card, head.end())):
        card = card[end.end() :]
    card = card.strip()
    return card if len(card) <= CARD_LIMIT else f"{card[:CARD_LIMIT]}\n\n(cut here: the card is longer)"


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
