"""Who may see cases at all finds their pages; everybody else finds nothing."""

from django.http import Http404, HttpRequest

from apps.backoffice import staff_admin


def may(request: HttpRequest, codename: str) -> bool:
    return bool(request.user.has_perm(f"complaints.{codename}"))


def must_see(request: HttpRequest) -> None:
    """Whoever may not see cases at all finds nothing here."""
    if not may(request, "view_case"):
        raise Http404


def must(request: HttpRequest, codename: str) -> None:
    must_see(request)
    staff_admin.must(request, f"complaints.{codename}")
