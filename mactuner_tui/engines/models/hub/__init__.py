"""Models on the Hugging Face Hub: found, described, planned, downloaded; the account there; the cache here."""

import os
from urllib.parse import urlsplit

from mactuner_tui.core.errors import ModelError

try:
    urlsplit(os.environ.get("HF_ENDPOINT", ""))
except ValueError as error:  # The Hub's client could not even be imported.
    raise ModelError(
        f"HF_ENDPOINT = {os.environ['HF_ENDPOINT']!r} is no address.", "Correct it, or unset it for the Hub itself."
    ) from error
