"""The tokenizer: its files are there and of a size that can be read; it is loaded as its own file says."""

from dataclasses import dataclass
from pathlib import Path

from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.model_folder import TOKENIZER_FILES
from mactuner_tui.core.numbers import bytes_text
from mactuner_tui.core.plain_files import GET_AGAIN, read_object, read_plain

VOCABULARIES = ("tokenizer.json", "vocab.json", "tokenizer.model", "spiece.model", "merges.txt")
MOST_VOCABULARY_BYTES = 64_000_000
"""The largest of a published model, of 262,000 tokens, takes 33 MB."""
SETTINGS = (
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "chat_template.json",
    "generation_config.json",
)
TEMPLATES = ("chat_template.jinja",)
MOST_TEMPLATE_BYTES = 1_000_000


@dataclass(frozen=True)
class Cut:
    """How the tokenizer cuts text: `verdict` is that of the guard."""

    verdict: str
    chat_template: bool
    tokens: int


def check_files(folder: Path) -> tuple[str, bool]:
    """Raise `ModelError` unless there is a tokenizer and every file of it can be read."""
    there = [name for name in TOKENIZER_FILES if (folder / name).is_file()]
    if not there:
        raise ModelError(f"{folder} has no tokenizer ({' or '.join(TOKENIZER_FILES)}).", GET_AGAIN)
    for name in VOCABULARIES:
        if (folder / name).exists() and not read_plain(folder / name, MOST_VOCABULARY_BYTES).strip():
            raise ModelError(f"{folder / name} is empty.", GET_AGAIN)
    for name in SETTINGS:
        if (folder / name).exists():
            read_object(folder / name)
    for name in TEMPLATES:
        if (folder / name).exists():
            read_plain(folder / name, MOST_TEMPLATE_BYTES)
    return f"{', '.join(there)}, {bytes_text(sum((folder / name).stat().st_size for name in there))}.", True


def check_cutting(folder: Path) -> tuple[str, Cut]:
    """Load the tokenizer and compare it with its file.

    Raises `ModelError` when it cannot be loaded, or cuts otherwise than its file even when that is loaded as it is.
    """
    # Imported here: it brings transformers, and files are judged before.
    from mactuner_tui.engines.models.loading import guarded_tokenizer

    guarded = guarded_tokenizer(folder)
    tokenizer = guarded.tokenizer
    return guarded.said, Cut(guarded.verdict, bool(tokenizer.chat_template), tokenizer.vocab_size)


def check_vocabulary(folder: Path, cut: Cut, rows: int) -> tuple[str, bool]:
    """Raise `ModelError` when the tokenizer has more tokens than the model's embedding has rows."""
    if cut.tokens > rows:
        raise ModelError(
            f"{folder}: its tokenizer has {cut.tokens:,} tokens, the model's embedding only {rows:,} rows.",
            "Tokenizer and weights are of different models: get the model again.",
        )
    return f"{cut.tokens:,} tokens, {rows:,} rows of the embedding.", True
