"""The address that sign-in attempts are counted by."""

from django.http import HttpRequest

from apps.core.requests import client_address


def sign_in_address(request: HttpRequest) -> str:
    """As ``client_address``, but always a plain address: the column of django-axes is one, and
    the network behind an IPv6 address stands for it by its first address."""
    return client_address(request).removesuffix("/64")
