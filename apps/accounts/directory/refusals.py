"""What went wrong with the directory, in words. The code is for the log and for tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core.errors import RuleBroken

RULE = "STF-3"
WORDS: dict[str, Any] = {
    "directory_down": _(
        "The company directory does not answer. Try again in a minute; whoever has a password of"
        " their own can sign in with it."
    ),
    "directory_garbage": _(
        "The company directory answered something that cannot be read. Tell your IT administrator."
    ),
    "other_audience": _(
        "The directory's answer is meant for another program, so it opens nothing here. Tell your"
        " IT administrator."
    ),
    "other_issuer": _(
        "The answer does not come from the directory that is set up here. Tell your IT"
        " administrator."
    ),
    "expired": _(
        "The directory's answer has expired. Begin again; if it happens once more, a clock is wrong:"
        " tell your IT administrator."
    ),
    "bad_signature": _(
        "The directory's answer is not signed by the directory, so it was not accepted. Tell your"
        " IT administrator."
    ),
    "other_sign_in": _(
        "This answer of the directory belongs to another sign-in, or was used already. Begin again."
    ),
    "denied": _("The directory did not let you in, or you broke off there. Nothing was changed."),
    "incomplete": _(
        "The directory's answer lacks something that it must say. Tell your IT administrator."
    ),
}


class DirectoryRefusal(RuleBroken):
    """``detail`` is for the log: a code of the library or of the directory, never a token."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(WORDS[code], code=code, rule=RULE)
        self.detail = detail


class SessionGone(Exception):
    """The directory gives nothing more for this refresh token: the session there is over."""


_BY_CLAIM = {
    "aud": "other_audience",
    "azp": "other_audience",
    "iss": "other_issuer",
    "nonce": "other_sign_in",
    "exp": "expired",
    "iat": "expired",
    "nbf": "expired",
}


@contextmanager
def in_words() -> Iterator[None]:
    """Whatever the library raises becomes a DirectoryRefusal. Loads the library."""
    import requests
    from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]
    from authlib.integrations.base_client import (  # type: ignore[import-untyped]
        MismatchingStateError,
        OAuthError,
    )
    from joserfc.errors import BadSignatureError, ClaimError, JoseError

    try:
        yield
    except MismatchingStateError as error:
        raise DirectoryRefusal("other_sign_in", "state") from error
    except ClaimError as error:
        raise DirectoryRefusal(_BY_CLAIM.get(error.claim, "incomplete"), error.claim) from error
    except BadSignatureError as error:
        raise DirectoryRefusal("bad_signature", error.error) from error
    except JoseError as error:
        # No key of that name, an algorithm that is not accepted, no token at all.
        raise DirectoryRefusal("bad_signature", error.error) from error
    except OAuthError as error:
        code = "denied" if error.error in _DENIED else "directory_garbage"
        raise DirectoryRefusal(code, str(error.error)[:60]) from error
    except requests.exceptions.JSONDecodeError as error:
        raise DirectoryRefusal("directory_garbage", "json") from error
    except requests.exceptions.HTTPError as error:
        status = 500 if error.response is None else error.response.status_code
        raise DirectoryRefusal(
            "directory_down" if status >= 500 else "directory_garbage", str(status)
        ) from error
    except requests.exceptions.RequestException as error:
        raise DirectoryRefusal("directory_down", type(error).__name__) from error
    except (AuthlibBaseError, RuntimeError, ValueError, KeyError, TypeError) as error:
        # Configuration or answer without what it must hold: the library looks it up and falls.
        raise DirectoryRefusal("directory_garbage", type(error).__name__) from error


_DENIED = frozenset(
    {"access_denied", "login_required", "interaction_required", "consent_required", "invalid_grant"}
)
