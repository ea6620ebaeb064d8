"""Which customers an API key's service user sees: the page of whoever runs accounts (STF-3)."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.accounts.models import User
from apps.accounts.queries import service_users
from apps.backoffice.staff_admin import StaffAdmin
from apps.core.errors import RuleBroken
from apps.customers import services
from apps.customers.models import Customer, CustomerScope


class AssignmentForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A code instead of a list: there may be thousands, and a merchant's contract names its own."""

    user = forms.ModelChoiceField(
        label=_("Service user"), queryset=User.objects.none(), widget=UnfoldAdminSelectWidget
    )
    code = forms.CharField(
        label=_("Customer code"), max_length=20, widget=UnfoldAdminTextInputWidget
    )

    class Meta:
        model = CustomerScope
        fields = ("user",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = service_users()  # type: ignore[attr-defined]  # a choice of rows

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip().upper()
        if not Customer.objects.filter(code=code).exists():
            raise forms.ValidationError(_("There is no customer with this code."), "unknown")
        return code


@admin.register(CustomerScope)
class AssignmentAdmin(StaffAdmin):
    """Assignments of people stand on the customer's own page."""

    form = AssignmentForm
    list_display = ("user", "customer", "created_by", "created_at")
    search_fields = ("user__username", "user__display_name", "customer__code")
    search_help_text = _("service user or customer code")
    list_select_related = ("user", "customer", "created_by")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CustomerScope]:
        rows: QuerySet[CustomerScope] = super().get_queryset(request)
        return rows.filter(user__in=service_users())

    def get_fields(self, request: HttpRequest, obj: CustomerScope | None = None) -> Any:
        return ("user", "code") if obj is None else ("user", "customer", "created_by", "created_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("customers.add_customerscope")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("customers.delete_customerscope")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        given = form.cleaned_data
        customer = Customer.objects.get(code=given["code"])
        saved = services.admit_user(
            customer, user=given["user"], by=_actor(request), at=timezone.now()
        )
        obj.__dict__.update(saved.__dict__)

    def delete_model(self, request: HttpRequest, obj: CustomerScope) -> None:
        services.remove_user(obj.customer, user=obj.user, by=_actor(request), at=timezone.now())

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        try:
            return super().delete_view(request, object_id, extra_context)
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect("../..")


def _actor(request: HttpRequest) -> User:
    user: User = User.objects.get(pk=request.user.pk)
    return user
