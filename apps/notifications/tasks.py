"""Messages: sending what waits, asking about what is unclear, and what time brings."""

from apps.events.background import background_task, due_when
from apps.notifications import channels, services
from apps.notifications.queries import due
from apps.notifications.services.presence import purge_gone
from apps.notifications.services.rows import SEND
from apps.notifications.services.working import work_off

ASK, MAINTAIN = (
    "apps.notifications.tasks.ask_about_unclear",
    "apps.notifications.tasks.maintain_deliveries",
)


@background_task(SEND, concurrency=lambda name: channels.channel(name).concurrency)
def send_due(channel: str) -> int:
    """Send what is due on one channel."""
    return work_off(channel)


@background_task(ASK)
def ask_about_unclear(channel: str) -> int:
    """Ask one provider about messages whose fate is unclear."""
    return services.ask_about_unclear(channels.channel(channel))


@background_task(MAINTAIN)
def maintain_deliveries() -> int:
    """Lost senders, digests that are due, fallbacks."""
    return services.maintain()


@background_task("apps.notifications.tasks.look_after_channels")
def look_after_channels() -> int:
    """What waits for a channel without settings, and what nobody needs any more."""
    services.purge_stamps()
    purge_gone()
    return services.look_after_unused_channels()


def _open() -> list[str]:
    return [str(one.name) for one in channels.all_channels() if one.configured()]


due_when(SEND, lambda: due.to_send(_open()))
due_when(ASK, lambda: due.to_ask(_open()))
due_when(MAINTAIN, due.TO_MIND)
