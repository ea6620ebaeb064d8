"""A case on its page: what is read there and what is pressed."""

from typing import Any

from django.test import Client
from django.urls import reverse

from apps.complaints.models import Case
from apps.events.queries import timeline


def address(name: str, of: Case, *more: str) -> str:
    return reverse(f"admin:complaints_case_{name}", args=[of.number, *more])


def page(client: Client, of: Case) -> str:
    answer = client.get(address("page", of))
    assert answer.status_code == 200, (answer.status_code, answer.get("Location"))
    shown: str = answer.content.decode()
    return shown


def do(client: Client, of: Case, name: str, **typed: Any) -> Any:
    """Post an act as its panel does; fields are prefixed with its name."""
    seen = typed.pop("seen", None)
    data = {f"{name}-{field}": value for field, value in typed.items()}
    return client.post(address("act", of, name), {**data, "seen": seen or "0"})


def done(client: Client, of: Case, name: str, **typed: Any) -> Case:
    typed.setdefault("seen", str(max(of.entries.values_list("pk", flat=True), default=0)))
    answer = do(client, of, name, **typed)
    assert answer.status_code == 302, answer.context
    of.refresh_from_db()
    return of


def kinds(of: Case) -> list[str]:
    return [event.kind for event in timeline(of, 50)]
