"""Timelines are read by people."""

import re
from typing import Any

from django.apps import apps
from django.utils import translation

from apps.events.details import readable_details
from apps.events.models import Event


def names_in_words() -> None:
    """No detail of any event that there is stands in a timeline by its key."""
    subjects: dict[tuple[str, str], Any] = {}
    with translation.override("zh-hans"):
        for event in Event.objects.all():
            key = (event.subject_type, event.subject_id)
            if key not in subjects:
                rows = apps.get_model(event.subject_type)._default_manager
                subjects[key] = rows.filter(pk=event.subject_id).first()
            if subjects[key] is not None:
                for name, value in readable_details(event, subjects[key]):
                    assert re.search("[\u4e00-\u9fff]", name), (event.kind, name, value)
