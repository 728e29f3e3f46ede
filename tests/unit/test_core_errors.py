"""The operating system's errors in the user's words."""

import errno

import pytest

from mactuner_tui.core.errors import DiskFullError, MacTunerError, from_os_error, os_errors_in_words


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_no_room_is_a_full_disk(number: int) -> None:
    known = from_os_error(OSError(number, "x"), "/home/m")
    assert isinstance(known, DiskFullError)
    assert known.message == "No space left on the disk that holds /home/m."
    assert known.kind == "DiskFullError"


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.EROFS])
def test_what_may_not_be_written_is_named(number: int) -> None:
    named = from_os_error(OSError(number, "x", "/home/m/file"), "/home/m")
    assert named is not None
    assert named.message == "No permission for /home/m/file."
    unnamed = from_os_error(OSError(number, "x"), "/home/m")
    assert unnamed is not None
    assert unnamed.message == "No permission for /home/m."


def test_what_no_user_can_mend_stays_as_it_is() -> None:
    error = OSError(errno.EIO, "x")
    assert from_os_error(error, "/home/m") is None
    with pytest.raises(OSError, match="x") as caught, os_errors_in_words("/home/m"):
        raise error
    assert caught.value is error
    assert error.__cause__ is None


def test_the_error_below_stays_known() -> None:
    error = OSError(errno.ENOSPC, "x")
    with pytest.raises(MacTunerError) as caught, os_errors_in_words("/home/m"):
        raise error
    assert caught.value.__cause__ is error
