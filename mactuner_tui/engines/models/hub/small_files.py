"""Small files of a repository, read without being kept: a config, an index, a model card. They may be hostile."""

import json
import time
from typing import Any

from httpx2 import HTTPError
from huggingface_hub import hf_hub_url

from mactuner_tui.engines.hub import CHUNK, TIMEOUT, headers, session

MOST_BYTES = 16_000_000
"""More than any config or index of a published model."""


def read_object(repo: str, path: str, revision: str) -> dict[str, Any] | None:
    """The JSON object in a file; None when there is none that can be read."""
    return parsed(read(repo, path, revision))


def parsed(content: bytes | None) -> dict[str, Any] | None:
    """The JSON object in a text; None when it is none."""
    try:
        value = json.loads(content) if content is not None else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def read(repo: str, path: str, revision: str) -> bytes | None:
    """The content of a file; None for one that is missing, may not be read, is too long or takes too long."""
    url = hf_hub_url(repo, path, revision=revision)
    content = b""
    latest = time.monotonic() + 2 * TIMEOUT
    try:
        with session().stream("GET", url, headers=headers()) as response:
            if response.status_code != 200:
                return None
            for chunk in response.iter_bytes(CHUNK):
                content += chunk
                if len(content) > MOST_BYTES or time.monotonic() > latest:
                    return None
    except HTTPError:
        return None
    return content
