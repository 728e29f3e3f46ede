"""What web addresses, e-mail addresses and keys look like. Knows nothing of rows, and changes no text.

Every pattern takes time in proportion to the text: a run of characters is entered only at its start and taken whole.
A key is known by the form its issuer gave it, or by the name it is assigned to. Nothing is called a key for looking
random: hashes, UUIDs and base64 do too.
"""

from typing import Final

import regex

URL: Final = regex.compile(
    r"""(?<![a-z0-9])(?:(?:https?|ftp)://|www\.(?=[a-z0-9]))
    (?:
        [a-z0-9/#%&=~_+$*@|\\^-]                                  # what may end an address
      | \([a-z0-9/#%&=~_+$*@.,;:!?-]*+\)                          # brackets that close
      | [.,;:!?()\[\]]++(?=[a-z0-9/#%&=~_+$*@|\\^-])              # signs that end it only when text follows
    )++""",
    regex.VERBOSE | regex.IGNORECASE | regex.ASCII,
)

EMAIL: Final = regex.compile(
    r"""(?<![a-z0-9._%+-])(?!git@)[a-z0-9_%+-][a-z0-9._%+-]{0,63}+
    @(?:[a-z0-9-]{1,63}+\.){1,8}[a-z]{2,24}(?![a-z0-9-])""",
    regex.VERBOSE | regex.IGNORECASE | regex.ASCII,
)

_ISSUED = {
    "AKIA": r"AKIA[A-Z0-9]{16}",  # Amazon
    "ASIA": r"ASIA[A-Z0-9]{16}",
    "AIza": r"AIza[\w-]{35}",  # Google
    "GOCSPX-": r"GOCSPX-[\w-]{28}",
    "ya29.": r"ya29\.[\w-]{20,}+",
    **{f"gh{kind}_": rf"gh{kind}_[A-Za-z0-9]{{36,}}+" for kind in "pousr"},  # GitHub
    "github_pat_": r"github_pat_\w{40,}+",
    "glpat-": r"glpat-[\w-]{20,}+",  # GitLab
    "hf_": r"hf_[A-Za-z0-9]{30,}+",  # Hugging Face
    "sk-": r"sk-(?=[\w-]*?[A-Za-z0-9]{16})(?=[\w-]*\d)[\w-]{20,}+",  # OpenAI, Anthropic and others
    "gsk_": r"gsk_[A-Za-z0-9]{40,}+",  # Groq
    "r8_": r"r8_[A-Za-z0-9]{37}",  # Replicate
    "_live_": r"[sr]k_live_[A-Za-z0-9]{16,}+",  # Stripe
    "_test_": r"[sr]k_test_[A-Za-z0-9]{16,}+",
    "xox": r"xox[abeoprs]-(?=[\w-]*\d)[\w-]{20,}+",  # Slack
    "SG.": r"SG\.[\w-]{22}\.[\w-]{43}",  # SendGrid
    "npm_": r"npm_[A-Za-z0-9]{36}",
    "pypi-": r"pypi-AgE[\w-]{50,}+",
    "dop_v1_": r"dop_v1_[a-f0-9]{64}",  # DigitalOcean
    "eyJ": r"eyJ[\w-]{10,}+\.eyJ[\w-]{10,}+\.[\w-]{10,}+",  # a signed JSON web token
}
"""The forms of keys, each by a text that it holds in any case."""

_BLOCK = r"""-----BEGIN\ (?:[A-Z0-9]+\ ){0,3}PRIVATE\ KEY(?:\ BLOCK)?-----
    (?:(?:\s|\\[nr])*+[A-Za-z][\w-]*+:\ [^\n\\]*+)*+
    (?:\s|\\[nr])*+[A-Za-z0-9+/=]{16,}+(?:(?:\s|\\[nr])*+[A-Za-z0-9+/=]{16,}+)*+
    (?:(?:\s|\\[nr])*+[A-Za-z0-9+/=]++)?+
    (?:(?:\s|\\[nr])*+-----END\ [A-Z0-9\ ]{0,40}-----)?+"""

_NAMES = r"(?i:(?:api|access|account|secret|private|auth|encryption)[_-]?(?:key|token)|client[_-]?secret|passw(?:or)?d)"
_MIXED = r"(?=[\w+/-]{0,80}[A-Z])(?=[\w+/-]{0,80}[a-z])(?=[\w+/-]{0,80}\d)[\w+/-]{20,200}+={0,2}+"
_HEX = r"[0-9a-f]{32,128}+"
_MARKS = (*_ISSUED, "PRIVATE KEY")
_NAME_MARKS = ("key", "token", "secret", "passw")

SECRET: Final = regex.compile(
    rf"""(?<![\w-])(?:{"|".join(_ISSUED.values())})(?![\w-])
    | {_BLOCK}
    | {_NAMES}["']?\s{{0,4}}[:=]\s{{0,4}}["']?\K(?:{_MIXED}|{_HEX})(?![\w.(-])""",
    regex.VERBOSE | regex.ASCII,
)
"""A key, without the name it is assigned to."""


def holds_key(text: str) -> bool:
    """Whether `SECRET` is found in it: the same answer as its own, sooner for most texts."""
    lowered = text.lower()
    marked = any(mark in text for mark in _MARKS) or any(mark in lowered for mark in _NAME_MARKS)
    return marked and SECRET.search(text) is not None
