"""What people can report or tell us on the public page, and which class of case each is (CMP-1). Pure."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from apps.complaints.enums import CaseClass


class Problem(TextChoices):
    LATE = "late", _("It is late, or does not move")
    DAMAGED = "damaged", _("It is damaged")
    LOST = "lost", _("It is lost, or something is missing")
    WRONG = "wrong", _("Delivered to the wrong place, or signed for by somebody else")
    ATTITUDE = "attitude", _("I was treated badly")
    OTHER = "other", _("Something else")
    SUGGESTION = "suggestion", _("I have a suggestion for you")
    PRAISE = "praise", _("I want to praise somebody")


CLASS_OF = {
    Problem.LATE: CaseClass.COMPLAINT,
    Problem.DAMAGED: CaseClass.DAMAGE,
    Problem.LOST: CaseClass.LOSS,
    Problem.WRONG: CaseClass.COMPLAINT,
    Problem.ATTITUDE: CaseClass.COMPLAINT,
    # Whoever reports something else is not satisfied either; a person may find it an inquiry.
    Problem.OTHER: CaseClass.COMPLAINT,
    Problem.SUGGESTION: CaseClass.SUGGESTION,
    Problem.PRAISE: CaseClass.PRAISE,
}
