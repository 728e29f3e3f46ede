"""Small files of a repository, read without being kept: a config, an index, a model card. They may be hostile."""

import json
import time
from typing import Any

from httpx2 import HTTPError
from huggingface_hub import hf_hub_url

from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.plain_files import MOST_JSON_BYTES
from mactuner_tui.engines.hub import CHUNK, TIMEOUT, headers, require_success, session


def parsed(content: bytes | None) -> dict[str, Any] | None:
    """The JSON object in a text; None when it is none."""
    try:
        value = json.loads(content) if content is not None else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def read(repo: str, path: str, revision: str) -> bytes | None:
    """The content of a file; None for one that is missing, may not be read, is too long or takes too long."""
    try:
        return fetch(repo, path, revision)
    except (HTTPError, ModelError):
        return None


def fetch(repo: str, path: str, revision: str) -> bytes:
    """The content of a file. Raises the client's errors, and `ModelError` for one that is or takes too long."""
    url = hf_hub_url(repo, path, revision=revision)
    content = b""
    latest = time.monotonic() + 2 * TIMEOUT
    with session().stream("GET", url, headers=headers()) as response:
        require_success(response)
        for chunk in response.iter_bytes(CHUNK):
            content += chunk
            if len(content) > MOST_JSON_BYTES or time.monotonic() > latest:
                raise ModelError(f"{path} of {repo} is too long, or comes too slowly.", "Try again in a while.")
    return content
