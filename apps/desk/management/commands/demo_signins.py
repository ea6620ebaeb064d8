from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.billing.enums import StatementState
from apps.billing.models import Statement
from apps.billing.queries.links import token_of
from apps.desk.demo.people import PASSWORD, PEOPLE
from apps.training.demo import NEWCOMERS


class Command(BaseCommand):
    help = "Print the demo's sign-ins; nothing when there is no demo."

    def handle(self, *args: Any, **options: Any) -> None:
        shown = {username: (name, role) for username, name, role, _unit, show in PEOPLE if show}
        # A new colleague, in the middle of the exam that opens live cases.
        shown |= {username: (name, Role.AGENT) for username, name, _number in NEWCOMERS[:1]}
        present = User.objects.filter(username__in=shown).order_by("pk")
        for user in present:
            name, role = shown[user.username]
            self.stdout.write(f"{user.username:12} {PASSWORD}   {name} · {role.value}")
        sent = Statement.objects.filter(state=StatementState.SENT, bill_to__isnull=False)
        if (statement := sent.order_by("-period", "pk").first()) is not None:
            link = f"{settings.SITE_URL}/statement/{token_of(statement)}"
            self.stdout.write(f"Statement of {statement.payer_name} for its finance: {link}")
