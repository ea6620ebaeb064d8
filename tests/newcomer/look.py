"""The house with the app ``lockers``, looked at from outside: ``python -m tests.newcomer.look`` prints what
people see of it. All that it writes is undone."""

import json
import sys
from typing import Any

import django


def main() -> None:
    django.setup()
    from apps.lockers.models import Locker
    from django.db import connection, transaction

    with transaction.atomic():
        with connection.schema_editor() as tables:
            tables.create_model(Locker)
        seen = look(Locker.objects.create(name="A-7"))
        transaction.set_rollback(True)
    sys.stdout.write(json.dumps(seen))


def look(locker: Any) -> dict[str, Any]:
    from django.apps import apps
    from django.contrib.auth.management import create_permissions
    from django.test import Client
    from django.urls import reverse

    from apps.accounts.apps import sync_roles
    from apps.accounts.enums import Role
    from apps.accounts.queries import system_user
    from apps.backoffice.staff_admin import timeline_rows
    from apps.desk.demo.parts import further_parts
    from apps.events.services import record
    from apps.notifications import seeding as messages
    from apps.notifications.models import MessageTemplate, NotificationPolicy
    from apps.notifications.topics import topic_choices
    from apps.sla import seeding
    from apps.sla.rules import Attributes
    from apps.sla.services import open_matter
    from tests.factories.accounts import UserFactory, sign_in

    create_permissions(apps.get_app_config("lockers"), verbosity=0)
    sync_roles()
    people = {role: UserFactory(roles=[role]) for role in (Role.DISPATCHER, Role.FINANCE)}
    dispatcher, clerk = people.values()
    data = {"size": "large", "door": 12}
    record("locker.filled", locker, by=system_user("tests"), data=data)
    seeding.plant(apps)
    messages.plant(NotificationPolicy.objects, MessageTemplate.objects)
    matter = open_matter(
        kind="locker_full",
        subject=locker,
        title="A-7",
        attributes=Attributes(klass="large"),
        owner=dispatcher,
        by=system_user("tests"),
    )
    client, page = (
        Client(headers={"accept-language": "en"}),
        reverse("admin:lockers_locker_changelist"),
    )
    sign_in(client, dispatcher)
    found = {
        "page": page,
        "dispatcher_may_empty": dispatcher.has_perm("lockers.empty_locker"),
        "clerk_may_empty": clerk.has_perm("lockers.empty_locker"),
        "sidebar": client.get(reverse("admin:index")).text,
        "locker": client.get(reverse("admin:lockers_locker_change", args=[locker.pk])).text,
        "clocks": client.get(reverse("admin:sla_clock_changelist"), {"kind": "locker_full"}).text,
        "details": timeline_rows(locker)[0]["details"],
        "topics": [str(label) for key, label in topic_choices() if key == "staff.locker_full"],
        "words": MessageTemplate.objects.filter(topic="staff.locker_full").count(),
        "told": NotificationPolicy.objects.filter(topic="staff.locker_full").count(),
        "parts": [make.__name__ for make in further_parts()],
        "metrics": [clock.metric for clock in matter.clocks.all()],
        "export": exported(dispatcher),
        "kind": str(matter.get_kind_display()),
    }
    sign_in(client, clerk)
    return {**found, "records": client.get(reverse("admin:records")).text}


def exported(by: Any) -> str:
    """Its list as its export writes it."""
    from apps.lockers.jobs import EXPORTS
    from django.utils import timezone

    from apps.backoffice.services import export_list

    made = export_list(export=EXPORTS[0], query={}, form="csv", by=by, at=timezone.now())
    assert isinstance(made, tuple)  # it is short
    return made[1].read().decode()


if __name__ == "__main__":
    main()
