from apps.lockers.models import Locker
from django.contrib import admin

from apps.backoffice.staff_admin import StaffAdmin


@admin.register(Locker)
class LockerAdmin(StaffAdmin):
    list_display = ("name",)
    fields = ("name",)
