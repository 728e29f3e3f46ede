"""Who is logged in to the Hub. The token lies where huggingface_hub keeps it, or in HF_TOKEN, and goes nowhere else."""

import os
from pathlib import Path
from typing import Literal

import huggingface_hub
from huggingface_hub import HfApi, constants, errors

from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.events import AccountRead
from mactuner_tui.engines.hub import Subject, answered, in_words, may_be_token, session, token_page

VARIABLES = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
ACCOUNT = Subject("account")


def account() -> AccountRead:
    """Who is logged in. No network, or a token that is not valid any more, is told as a problem."""
    source = _source()
    if source == "none":
        return AccountRead()
    try:
        return AccountRead(name=_name(huggingface_hub.get_token() or ""), source=source)
    except MacTunerError as error:
        return AccountRead(source=source, problem=f"{error.message} {error.hint}")


def login(token: str) -> AccountRead:
    """Let huggingface_hub check and store a token; one that it does not accept is told as a problem.

    Raises `ModelError` when the Hub cannot be asked.
    """
    token = token.strip()
    if not may_be_token(token):
        return _with_problem("That is no access token: it holds a blank or a special character, or nothing at all.")
    try:
        with in_words(ACCOUNT):
            session()
            huggingface_hub.login(token=token, add_to_git_credential=False)
    except MacTunerError as error:
        if _status(error) != 401:
            raise
        return _with_problem(f"The Hub does not accept this token. Make a new one at {token_page()}.")
    except (AttributeError, KeyError, TypeError) as error:
        raise ACCOUNT.no_hub() from error
    except ValueError as error:  # Of an organisation: the client's own words, without the token.
        return _with_problem(str(error))
    if _in_environment():
        return _with_problem("The token is stored, but the one in HF_TOKEN comes first.")
    return account()


def logout() -> AccountRead:
    """Forget the stored tokens. What HF_TOKEN holds stays, and is told."""
    try:
        huggingface_hub.logout()
    except OSError:  # HF_TOKEN is set, or git, which is asked to forget too, is not there: the files are gone by then.
        if Path(constants.HF_TOKEN_PATH).exists():
            raise
    if _in_environment():
        return _with_problem("No token is stored any more, but HF_TOKEN is set: unset it where you set it.")
    return account()


def _with_problem(problem: str) -> AccountRead:
    return account().model_copy(update={"problem": problem})


def _source() -> Literal["none", "environment", "stored"]:
    if _in_environment():
        return "environment"
    return "stored" if huggingface_hub.get_token() else "none"


def _in_environment() -> bool:
    return any(os.environ.get(name, "").strip() for name in VARIABLES)


def _name(token: str) -> str:
    """The user's name. Raises `ModelError`."""
    with answered(ACCOUNT):
        session()
        name = HfApi().whoami(token)["name"]
        if not isinstance(name, str):
            raise TypeError
        return name


def _status(error: MacTunerError) -> int:
    cause = error.__cause__
    return cause.response.status_code if isinstance(cause, errors.HfHubHTTPError) else 0
