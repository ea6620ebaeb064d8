"""What a page shows of the approval of its record."""

from typing import Any

from django import template

from apps.backoffice.queries import approvals

register = template.Library()


@register.simple_tag
def approval_part(kind: str, subject: Any) -> approvals.ApprovalPart:
    return approvals.approval_part(kind, subject)
