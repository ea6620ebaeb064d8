"""A real relay process that is killed in the middle: ``python -m tests.events.killed_relay``.

Its subscriber writes something for every event it is given, says so, and never comes back.
"""

import sys
import time

import django


def main() -> None:
    django.setup()
    from apps.accounts.models import User
    from apps.events import subscriptions
    from apps.events.models import Event
    from apps.events.services import relay_due

    def hold(events: list[Event]) -> None:
        users = {event.by_id for event in events}
        User.objects.filter(pk__in=users).update(display_name="half done")
        sys.stdout.write(f"{len(events)}\n")
        sys.stdout.flush()
        time.sleep(60)

    subscriptions.subscribe_many("user.tested", name="tests.many")(hold)
    relay_due()


if __name__ == "__main__":
    main()
