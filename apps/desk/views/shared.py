"""What every page of the desk needs: the staff site around it, and who is asking."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.accounts.models import User


def show(request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
    site = admin.site.each_context(request)
    return render(request, template, {**site, "title": title, **context})


def person_of(request: HttpRequest) -> User:
    """Signed in, and through the second step: the staff site has checked both."""
    assert isinstance(request.user, User)  # noqa: S101  # admin_view has checked it
    return request.user
