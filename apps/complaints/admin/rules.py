"""Rules as data: who gets a case, and which case is major (CMP-1)."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.enums import Role
from apps.backoffice.records import ReferenceAdmin
from apps.complaints import services
from apps.complaints.enums import CaseClass, Severity
from apps.complaints.models import AssignmentRule, MajorRule


@admin.register(AssignmentRule)
class AssignmentRuleAdmin(ReferenceAdmin):
    save_by = services.save_assignment_rule
    list_display = ("position", "name", "english_name", "when", "role_tag", "prefer", "is_active")
    list_display_links = ("position", "name")
    list_select_related = ("customer", "unit", "team")
    autocomplete_fields = ("customer",)
    ordering = ("position",)

    @admin.display(description=gettext_lazy("when"))
    def when(self, rule: AssignmentRule) -> str:
        """Its conditions in words; the first rule that fits decides."""
        parts = [
            str(CaseClass(rule.case_class).label) if rule.case_class else "",
            str(Severity(rule.severity).label) if rule.severity else "",
            str(rule.customer or ""),
            str(rule.unit or ""),
        ]
        return " · ".join(part for part in parts if part) or _("always")

    @admin.display(description=gettext_lazy("given to"))
    def role_tag(self, rule: AssignmentRule) -> SafeString:
        return self.tag(Role(rule.role))


@admin.register(MajorRule)
class MajorRuleAdmin(ReferenceAdmin):
    save_by = services.save_major_rule
    list_display = ("name", "english_name", "when", "is_active")
    ordering = ("pk",)

    @admin.display(description=gettext_lazy("when"))
    def when(self, rule: MajorRule) -> str:
        """All of these hold."""
        words = rule.words.splitlines()
        parts = [
            str(CaseClass(rule.case_class).label) if rule.case_class else "",
            _("one of %(n)d words") % {"n": len(words)} if words else "",
            _("declared value from ¥%(value)s") % {"value": rule.min_declared_value}
            if rule.min_declared_value is not None
            else "",
            _("key account") if rule.key_account else "",
            _("%(n)d complaints within %(days)d days")
            % {"n": rule.repeat_count, "days": rule.repeat_days}
            if rule.repeat_count
            else "",
        ]
        return " · ".join(part for part in parts if part)
