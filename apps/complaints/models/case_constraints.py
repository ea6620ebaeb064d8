"""What must never be false of a case, whoever writes it."""

from django.db import models
from django.db.models import F, Q, TextChoices

from apps.complaints.enums import TROUBLE, CaseChannel, CaseClass, CaseState, Outcome, Severity

# Moments a person caused: the time and the person are there together or not at all.
MOMENTS = (
    *("assigned", "handed_over", "reported", "first_answered", "planned", "waiting", "solved"),
    *("confirmed", "closed", "reopened", "cancelled", "merged", "satisfied"),
)


def case_constraints() -> list[models.BaseConstraint]:
    return [*_choices(), *(_with_person(moment) for moment in MOMENTS), *_states(), *_answers()]


def _check(name: str, condition: Q) -> models.CheckConstraint:
    return models.CheckConstraint(name=f"case_{name}", condition=condition)


def _with_person(moment: str) -> models.CheckConstraint:
    at, by = f"{moment}_at__isnull", f"{moment}_by__isnull"
    return _check(f"{moment}_has_person", Q(**{at: True, by: True}) | Q(**{at: False, by: False}))


def _iff(state: CaseState, holds: Q) -> Q:
    return Q(state=state) & holds | ~Q(state=state) & ~holds


def _choices() -> list[models.BaseConstraint]:
    known: dict[str, type[TextChoices]] = {
        "case_class": CaseClass,
        "severity": Severity,
        "state": CaseState,
    }
    known |= {"channel": CaseChannel}
    checks = [
        _check(f"{name}_known", Q(**{f"{name}__in": kind.values})) for name, kind in known.items()
    ]
    return [*checks, _check("outcome_known", Q(outcome__in=["", *Outcome.values]))]


def _states() -> list[models.BaseConstraint]:
    ended_well = [CaseState.SOLVED, CaseState.CLOSED]
    owned = [CaseState.OPEN, CaseState.WAITING, CaseState.SOLVED, CaseState.CLOSED]
    return [
        _check("titled", ~Q(title="")),
        _check("closed_agrees", _iff(CaseState.CLOSED, Q(closed_at__isnull=False))),
        _check("waiting_agrees", _iff(CaseState.WAITING, Q(waiting_at__isnull=False))),
        _check("cancelled_agrees", _iff(CaseState.CANCELLED, Q(cancelled_at__isnull=False))),
        _check("cancelled_with_reason", ~Q(state=CaseState.CANCELLED) | ~Q(cancel_reason="")),
        _check("merged_agrees", _iff(CaseState.MERGED, Q(merged_at__isnull=False))),
        _check(
            "merged_into_something",
            Q(merged_at__isnull=True, merged_into__isnull=True)
            | Q(merged_at__isnull=False, merged_into__isnull=False),
        ),
        _check("not_merged_into_itself", Q(merged_into__isnull=True) | ~Q(merged_into=F("id"))),
        _check(
            "solved_says_how",
            ~Q(state__in=ended_well) | Q(solved_at__isnull=False) & ~Q(outcome=""),
        ),
        # Confirmed with the customer, or it says why not (CMP-7).
        _check(
            "closed_confirmed_or_says_why",
            ~Q(state=CaseState.CLOSED) | Q(confirmed_at__isnull=False) | ~Q(closing_note=""),
        ),
        _check(
            "closed_trouble_has_cause",
            ~Q(state=CaseState.CLOSED) | ~Q(case_class__in=TROUBLE) | Q(cause__isnull=False),
        ),
        _check("in_hand_has_owner", ~Q(state__in=owned) | Q(owner__isnull=False)),
        _check("owner_was_assigned", Q(owner__isnull=True) | Q(assigned_at__isnull=False)),
        _check("reopened_counted", Q(reopened_count=0) | Q(reopened_at__isnull=False)),
    ]


def _answers() -> list[models.BaseConstraint]:
    return [
        _check(
            "score_one_to_five",
            Q(satisfied_score__isnull=True) | Q(satisfied_score__gte=1, satisfied_score__lte=5),
        ),
        _check(
            "score_has_time",
            Q(satisfied_score__isnull=True, satisfied_at__isnull=True)
            | Q(satisfied_score__isnull=False, satisfied_at__isnull=False),
        ),
        _check("version_counts", Q(version__gte=1)),
    ]
