"""Who may call what through the API: the scopes of the key in hand."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission

from apps.accounts.models import ApiKey


class HasScope(BasePermission):
    """The view names the scope of each method: ``required_scopes = {"GET": "waybills:read"}``.
    A method that the view forgot to name is refused, so that silence never opens a door."""

    def has_permission(self, request: Any, view: Any) -> bool:
        key = request.auth
        if not isinstance(key, ApiKey):
            return False
        needed = scope_for(view, request.method)
        return needed is not None and needed in key.scopes


def scope_for(view: Any, method: str) -> str | None:
    """HEAD follows GET; OPTIONS, which only describes the view, asks for any scope it names."""
    scopes: dict[str, str] = getattr(view, "required_scopes", {})
    if method in SAFE_METHODS:
        return scopes.get("GET") or (
            next(iter(scopes.values()), None) if method == "OPTIONS" else None
        )
    return scopes.get(method)
