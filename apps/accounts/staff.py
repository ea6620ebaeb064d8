"""Who works at the desk: the person behind a request to a staff page."""

from typing import Any, cast

from django.http import HttpRequest
from django.utils import timezone

from apps.accounts.models import User


def person(request: HttpRequest) -> User:
    """Who is signed in; the staff site lets nobody else in."""
    return cast(User, request.user)


def who(request: HttpRequest) -> dict[str, Any]:
    """Who acts and when: the arguments that every service ends with."""
    return {"by": person(request), "at": timezone.now()}
