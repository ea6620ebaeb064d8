"""API keys at the door: ``Authorization: Bearer ypk_…`` or ``X-API-Key: ypk_…``."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied

from apps.accounts import queries, services
from apps.accounts.models import ApiKey, User
from apps.accounts.services.api_keys import AddressRefused
from apps.core.requests import asker


class ApiKeyAuthentication(BaseAuthentication):
    """One query by prefix, then a comparison that takes the same time for any secret."""

    def authenticate(self, request: Any) -> tuple[User, ApiKey] | None:
        given = self._given(request)
        if given is None:
            return None
        key = queries.find_api_key(given, at=timezone.now())
        if key is None:
            # One answer for unknown, wrong, expired and revoked: nothing to learn by trying.
            raise AuthenticationFailed(
                _("This API key is not valid, has expired or was revoked."), code="bad_key"
            )
        self._check_address(request, key)
        services.note_api_key_use(key=key, at=timezone.now())
        return key.user, key

    def authenticate_header(self, request: Any) -> str:
        return 'Bearer realm="api"'

    def _check_address(self, request: Any, key: ApiKey) -> None:
        meta = request.META
        address = asker(meta.get("REMOTE_ADDR", ""), meta.get("HTTP_X_FORWARDED_FOR", ""))
        try:
            services.check_api_key_address(key, address, at=timezone.now())
        except AddressRefused as refusal:
            raise PermissionDenied(str(refusal), code=refusal.code) from None

    def _given(self, request: Any) -> str | None:
        parts = get_authorization_header(request).split()
        if parts and parts[0].lower() == b"bearer":
            if len(parts) != 2:
                raise AuthenticationFailed(
                    _("Write the header as: Authorization: Bearer <key>"), code="bad_header"
                )
            text: str = parts[1].decode("latin-1")
            return text
        given: str | None = request.headers.get("X-API-Key")
        return given


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # drf-spectacular's metaclass hook is untyped
    """Names the scheme in the OpenAPI document; found by being imported with the class above."""

    target_class = "apps.accounts.authentication.ApiKeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key, `ypk_…`; also accepted in the header `X-API-Key`.",
        }
