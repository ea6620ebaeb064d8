"""Sections of the knowledge base."""

from django.contrib import admin

from apps.backoffice.records import ReferenceAdmin
from apps.knowledge import services
from apps.knowledge.models import Section


@admin.register(Section)
class SectionAdmin(ReferenceAdmin):
    save_by = services.save_section
    fields = ("code", "name", "english_name", "owner", "position", "is_active")
    list_display = ("name", "english_name", "code", "owner", "position", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "english_name", "code")
    ordering = ("position", "code")
    autocomplete_fields = ("owner",)
