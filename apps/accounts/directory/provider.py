"""Asking the directory: the way there and back, and what it says of whoever is signed in.

PKCE, state, nonce, keys and signatures are Authlib's. It is loaded with the first sign-in by directory:
processes that never ask it do without.
"""

import logging
import threading
import time
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from apps.accounts.directory.claims import Person, read_person
from apps.accounts.directory.refusals import DirectoryRefusal, SessionGone, in_words

log = logging.getLogger(__name__)
NAME = "directory"
# Signatures that only the directory can make; never one by a shared secret, never none.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")  # fmt: skip
LEEWAY = 60  # seconds that clocks may differ
# Configuration and keys are read anew after so many seconds, so that a key which the directory took back
# is not believed for longer; one that is not known yet is looked for at once.
GOOD_FOR = 3600.0
# After the directory was silent nobody waits for it again for so many seconds.
PAUSE = 10.0


class _Client:
    """What this process knows of the directory."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.app: Any = None
        self.made, self.paused_until = 0.0, 0.0
        self.made_for: tuple[Any, ...] = ()


_known = _Client()


def is_configured() -> bool:
    return bool(settings.OIDC["issuer"])


def clear_cache() -> None:
    """Read configuration and keys anew with the next question."""
    _known.app, _known.paused_until = None, 0.0


def begin(request: HttpRequest, back: str) -> HttpResponse:
    """Leads to the directory, which leads back to the address ``back``. Raises DirectoryRefusal."""
    with in_words():
        answer: HttpResponse = client().authorize_redirect(request, back)
    return answer


def finish(request: HttpRequest) -> Person:
    """Whom the directory sends back. Each of its answers is good once. Raises DirectoryRefusal."""
    if not any(key.startswith(f"_state_{NAME}_") for key in request.session.keys()):  # noqa: SIM118  # a session is no dict
        # Nobody began a sign-in here, so the directory is not even asked.
        raise DirectoryRefusal("other_sign_in", "state")
    with in_words():
        token = client().authorize_access_token(request, claims_options=_wanted(), leeway=LEEWAY)
        claims = token.get("userinfo")
        if not claims:
            raise DirectoryRefusal("incomplete", "id_token")
        _check_audience(claims)
        if settings.OIDC["groups_claim"] not in claims:
            claims = {**_userinfo(token, claims["sub"]), **claims}
        return read_person(
            claims, settings.OIDC, refresh_token=str(token.get("refresh_token") or "")
        )


def renew(refresh_token: str, subject: str) -> Person:
    """What the directory says now of whoever is signed in. Raises SessionGone where it is over there,
    DirectoryRefusal where nobody knows."""
    with in_words():
        app = client()
        metadata = app.load_server_metadata()
        with app._get_oauth_client(**metadata) as session:
            try:
                token = session.refresh_token(metadata["token_endpoint"], refresh_token)
            except app.client_cls.oauth_error_class as error:
                if error.error == "invalid_grant":
                    raise SessionGone(error.error) from error
                raise
        claims = _userinfo(token, subject)
        newer = str(token.get("refresh_token") or refresh_token)
        return read_person(claims, settings.OIDC, refresh_token=newer)


def logout_claims(text: str) -> dict[str, Any]:
    """The claims of a logout token whose signature, issuer, audience and times are right."""
    from joserfc import jwt
    from joserfc.errors import InvalidKeyIdError
    from joserfc.jwk import KeySet
    from joserfc.jws import JWSRegistry

    with in_words():
        app = client()
        registry = JWSRegistry(algorithms=app.server_metadata[_ALGORITHMS])
        try:
            token = jwt.decode(text, KeySet.import_key_set(app.fetch_jwk_set()), registry=registry)
        except InvalidKeyIdError:
            keys = KeySet.import_key_set(app.fetch_jwk_set(force=True))
            token = jwt.decode(text, keys, registry=registry)
        wanted = {**_wanted(), "iat": {"essential": True}, "jti": {"essential": True}}
        jwt.JWTClaimsRegistry(leeway=LEEWAY, **wanted).validate(token.claims)
        _check_audience(token.claims)
        return dict(token.claims)


_ALGORITHMS = "id_token_signing_alg_values_supported"


def client() -> Any:
    """Authlib's client with the directory's configuration. Raises what ``in_words`` understands."""
    config = settings.OIDC
    made_for = tuple(
        str(config[name]) for name in ("issuer", "client_id", "client_secret", "scope")
    )
    with _known.lock:
        now = time.monotonic()
        if _known.app is not None and _known.made_for == made_for and now - _known.made < GOOD_FOR:
            return _known.app
        if now < _known.paused_until:
            raise DirectoryRefusal("directory_down", "pause")
        try:
            _known.app = _configured(made_for)
        except Exception:
            _known.paused_until = time.monotonic() + PAUSE
            raise
        _known.made, _known.made_for = time.monotonic(), made_for
        return _known.app


def _configured(made_for: tuple[str, ...]) -> Any:
    from authlib.integrations.django_client import OAuth  # type: ignore[import-untyped]

    issuer, client_id, secret, scope = made_for
    found = OAuth().register(
        NAME,
        client_id=client_id,
        client_secret=secret or None,
        server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": scope,
            "code_challenge_method": "S256",
            "default_timeout": settings.OIDC["timeout"],
            **({} if secret else {"token_endpoint_auth_method": "none"}),
        },
    )
    metadata = found.load_server_metadata()
    if metadata.get("issuer") != issuer:
        # OpenID Connect Discovery 4.3: else another could speak for it.
        raise DirectoryRefusal("other_issuer", "discovery")
    offered = metadata.get(_ALGORITHMS) or ["RS256"]
    metadata[_ALGORITHMS] = [one for one in offered if one in ALGORITHMS]
    return found


def _wanted() -> dict[str, Any]:
    """The library by itself accepts another audience where the token names us as its bearer (azp)."""
    return {
        "iss": {"essential": True, "values": [settings.OIDC["issuer"]]},
        "aud": {"essential": True, "values": [settings.OIDC["client_id"]]},
    }


def _check_audience(claims: Any) -> None:
    """For us alone: one that is also meant for others could be handed on by them."""
    audience = claims["aud"]
    others = {*(audience if isinstance(audience, list) else [audience])}
    if others != {settings.OIDC["client_id"]}:
        raise DirectoryRefusal("other_audience", "aud")


def _userinfo(token: Any, subject: str) -> dict[str, Any]:
    """What the directory says besides; about somebody else it is refused (OpenID Connect Core 5.3.2)."""
    app = client()
    if not app.load_server_metadata().get("userinfo_endpoint"):
        return {"sub": subject}
    found = dict(app.userinfo(token=token))
    if found.get("sub") != subject:
        raise DirectoryRefusal("other_sign_in", "userinfo")
    return found
