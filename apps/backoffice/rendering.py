"""How forms render themselves on the staff pages: ``{{ form }}`` and ``{{ field.as_field_group }}``."""

from typing import Any

from django.forms.renderers import DjangoTemplates
from django.template import loader


class StaffRenderer(DjangoTemplates):
    """Django's widgets; whole forms and fields by templates of ours, which the project's own engine
    finds. Named in FORM_RENDERER."""

    form_template_name = "backoffice/form.html"
    field_template_name = "backoffice/field.html"

    def get_template(self, template_name: str) -> Any:
        if template_name.startswith("backoffice/"):
            return loader.get_template(template_name)
        return super().get_template(template_name)
