"""Library exceptions in the user's words: what a full disk or too little memory looks like from inside each library."""

from collections.abc import Iterator
from pathlib import Path

from mactuner_tui.core.errors import MacTunerError, TrainingError, disk_full, from_os_error

# safetensors reports the system's words; torch's zip writer only its own.
NO_SPACE_WORDS = ("No space left on device", "PytorchStreamWriter failed writing", "unexpected pos")
OUT_OF_MEMORY_WORDS = ("out of memory", "Invalid buffer size", "can't allocate memory")


def in_users_words(error: BaseException, folder: Path) -> MacTunerError | None:
    """The user's view of an error raised below us, or None when it is a bug. `folder` is where the work was writing."""
    for cause in _chain(error):
        if isinstance(cause, MacTunerError):
            return cause
        if isinstance(cause, OSError) and (known := from_os_error(cause, folder)):
            return known
        text = str(cause)
        if any(words in text for words in NO_SPACE_WORDS):
            return disk_full(folder)
        if isinstance(cause, MemoryError) or any(words in text for words in OUT_OF_MEMORY_WORDS):
            return TrainingError(
                "The memory is full: this work does not fit beside what else runs.",
                "Use a smaller batch size with more accumulation, a shorter maximum length, or a smaller model.",
            )
    return None


def reason_of(error: BaseException) -> str:
    """What a library says of a damaged input: its first line, cut; the kind of error when it says nothing."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)[:200]


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    met: set[int] = set()
    while error is not None and id(error) not in met:
        met.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
