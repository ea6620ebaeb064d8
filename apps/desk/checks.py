"""``manage.py check --deploy``: nothing of the demonstration stands in a real installation."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security, deploy=True)
def no_demo_mailbox(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """The demo mailbox shows customers' messages in clear to all staff."""
    if not settings.DEMO_MAILBOX:
        return []
    return [
        Error(
            "DEMO_MAILBOX is set: customers' messages would be shown to all staff.",
            hint="Only bin/up sets it. Remove it from this machine's environment.",
            id="desk.E001",
        )
    ]
