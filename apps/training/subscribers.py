"""What happens on lower floors and concerns training."""

from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.events.models import Event
from apps.events.subscriptions import subscribe_many
from apps.training.enums import TrainingMatter
from apps.training.services import enrol_required, note_expired, settle_qualifications


@subscribe_many("clock.overdue", name="training.qualifications_expire")
def expire(events: list[Event]) -> None:
    ids = [
        int(event.subject_id)
        for event in events
        if event.data.get("kind") == TrainingMatter.QUALIFICATION
    ]
    if ids:
        note_expired(ids, by=system_user("clocks"), at=timezone.now())


@subscribe_many("user.role_granted", name="training.enrol_newcomers")
def enrol_newcomers(events: list[Event]) -> None:
    """Whoever is given a role is enrolled in what it requires; what they have passed before counts."""
    by, at = system_user("sweeper"), timezone.now()
    ids = {int(event.subject_id) for event in events}
    people = list(User.objects.active().people().filter(pk__in=ids))
    if people:
        enrol_required(people, by=by, at=at)
    for user in people:
        settle_qualifications(user, by=by, at=at)
