"""Alibaba Cloud's third signature, ``ACS3-HMAC-SHA256``. Pure.

Chosen over the older RPC signature (HMAC-SHA1 over sorted parameters), which the provider itself
now calls superseded: here the body is hashed into what is signed and nothing secret is a parameter.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"


def _encode(text: str) -> str:
    return quote(text, safe="-_.~")


def query_string(parameters: Mapping[str, str]) -> str:
    return "&".join(f"{_encode(k)}={_encode(v)}" for k, v in sorted(parameters.items()))


def sign(
    *,
    method: str,
    host: str,
    path: str,
    action: str,
    version: str,
    parameters: Mapping[str, str],
    body: bytes,
    key_id: str,
    secret: str,
    nonce: str,
    at: datetime,
) -> dict[str, str]:
    """The headers of the signed request; ``parameters`` go into its query string."""
    digest = hashlib.sha256(body).hexdigest()
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": digest,
        "x-acs-date": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    signature = signature_of(
        method=method,
        path=path,
        query=query_string(parameters),
        headers=headers,
        digest=digest,
        secret=secret,
    )
    names = ";".join(sorted(headers))
    headers["Authorization"] = (
        f"{ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={signature}"
    )
    return headers


def signature_of(
    *, method: str, path: str, query: str, headers: Mapping[str, str], digest: str, secret: str
) -> str:
    names = sorted(headers)
    canonical = "\n".join(
        [
            method,
            path,
            query,
            "".join(f"{name}:{headers[name].strip()}\n" for name in names),
            ";".join(names),
            digest,
        ]
    )
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    return hmac.new(secret.encode(), f"{ALGORITHM}\n{hashed}".encode(), hashlib.sha256).hexdigest()
