"""The company's directory: the OpenID provider of `oidc-provider-mock` on a port of its own.

What that library does not do is put around it: it insists on PKCE with S256, can sign with a key that
nobody knows, turn its key, say something else in its ID tokens, be silent, and send logout tokens.
"""

import base64
import hashlib
import io
import json
import os
import time
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

with warnings.catch_warnings():  # it uses parts of its own library that are on their way out
    warnings.simplefilter("ignore")
    from oidc_provider_mock import _app, _server
    from oidc_provider_mock._storage import User

# It and its client are on this machine, without TLS.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
Change = Callable[[dict[str, Any]], dict[str, Any]]


class Directory:
    """Its claims about people, what went wrong with it, and what it was asked."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": uuid4().hex})
        self.strange_key = RSAKey.generate_key(2048, {"kid": self.key.kid})
        self.signs_with = self.key
        self.change: Change = lambda claims: claims
        self.raw_token: str | None = None
        self.answers: tuple[int, bytes] | None = None  # instead of everything else
        self.keys: bytes | None = None  # instead of its keys
        self.userinfo: bytes | None = None  # instead of what it says of somebody
        self.asked: list[str] = []
        self.challenges: list[str] = []
        self.issuer = ""
        self._people: dict[str, User] = {}

    # --- what its administrators do -----------------------------------------------------------

    def put(self, sub: str, **claims: Any) -> None:
        """A person, or what is different about one; a claim that is None is said no more."""
        old = self._people[sub].claims if sub in self._people else {}
        remaining = {name: value for name, value in {**old, **claims}.items() if value is not None}
        person = User(sub=sub, claims=remaining)
        self._people[sub] = person
        self._ask("PUT", f"/users/{sub}", json.dumps(remaining).encode())

    def remove(self, sub: str) -> None:
        """No token of this person is good any more."""
        self._ask("POST", f"/users/{sub}/revoke-tokens", b"")

    def mend(self) -> None:
        """As at the beginning; people and tokens stay."""
        self.signs_with, self.change, self.raw_token, self.answers = self.key, dict, None, None
        self.keys = self.userinfo = None
        self.asked.clear()

    def turn_key(self) -> None:
        self.key = self.signs_with = RSAKey.generate_key(2048, {"kid": uuid4().hex})

    def logout_token(self, sub: str = "", *, client: str, **claims: Any) -> str:
        now = int(time.time())
        all_claims = {
            "iss": self.issuer, "aud": client, "iat": now, "exp": now + 120, "jti": uuid4().hex,
            "events": {LOGOUT: {}}, **({"sub": sub} if sub else {}), **claims,
        }  # fmt: skip
        present = {name: value for name, value in all_claims.items() if value is not None}
        return self._signed(present)

    def _signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.signs_with.kid}, claims, self.signs_with)

    def _ask(self, method: str, path: str, body: bytes) -> None:
        request = urllib.request.Request(  # our own double
            f"{self.issuer}{path}", body, {"Content-Type": "application/json"}, method=method
        )
        urllib.request.urlopen(request).close()

    # --- around the library -------------------------------------------------------------------

    def around(self, app: Any) -> Any:
        def answer(environ: dict[str, Any], start: Any) -> Any:
            path = environ["PATH_INFO"]
            self.asked.append(path)
            if self.answers is not None and not path.startswith("/users/"):
                start(f"{self.answers[0]} x", [("Content-Type", "application/json")])
                return [self.answers[1]]
            instead = {"/jwks": self.keys, "/userinfo": self.userinfo}.get(path)
            if instead is not None:
                start("200 OK", [("Content-Type", "application/json")])
                return [instead]
            if path == "/jwks":
                return self._json(start, KeySet([self.key]).as_dict(private=False))
            if path == "/oauth2/authorize":
                self._note_challenge(environ)
            if path != "/oauth2/token":
                return app(environ, start)
            if not self._is_proved(environ):
                return self._json(start, {"error": "invalid_grant"}, "400 Bad Request")
            return self._with_changed_token(app, environ, start)

        return answer

    def _note_challenge(self, environ: dict[str, Any]) -> None:
        asked = parse_qs(environ["QUERY_STRING"])
        assert asked["code_challenge_method"] == ["S256"] and asked["state"] and asked["nonce"]
        self.challenges.append(asked["code_challenge"][0])

    def _is_proved(self, environ: dict[str, Any]) -> bool:
        """RFC 7636: the verifier belongs to a challenge. A refresh has none."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        given = parse_qs(body.decode())
        if given["grant_type"] == ["refresh_token"]:
            return True
        digest = hashlib.sha256(given.get("code_verifier", [""])[0].encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() in self.challenges

    def _with_changed_token(self, app: Any, environ: dict[str, Any], start: Any) -> Any:
        head: list[Any] = []

        def keep_head(status: str, headers: Any, *_more: Any) -> None:
            head[:] = [status, headers]

        body = b"".join(app(environ, keep_head))
        if not head[0].startswith("200"):
            start(head[0], head[1])
            return [body]
        answer = json.loads(body)
        if "id_token" in answer:
            payload = answer["id_token"].split(".")[1]
            claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
            claims = self.change({**claims, **self._claims_of(claims["sub"])})
            answer["id_token"] = self.raw_token or self._signed(claims)
        return self._json(start, answer)

    def _claims_of(self, sub: str) -> dict[str, Any]:
        """What many directories say in the ID token already."""
        claims = self._people[sub].claims if sub in self._people else {}
        return {name: claims[name] for name in ("amr", "acr", "sid") if name in claims}

    def _json(self, start: Any, content: Any, status: str = "200 OK") -> Any:
        start(status, [("Content-Type", "application/json")])
        return [json.dumps(content).encode()]


@contextmanager
def directory() -> Iterator[Directory]:
    made = Directory()
    app = _app.app(require_nonce=True)
    app.debug = False
    wrapped = made.around(app.wsgi_app)
    with _server._threaded_server(wrapped, host="127.0.0.1") as server:
        made.issuer = f"http://127.0.0.1:{server.server_port}"
        yield made
