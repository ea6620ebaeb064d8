"""What one learns oneself: courses, lessons, exams, qualifications. Open to all staff, each to their own."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.accounts.models import User
from apps.knowledge.rules.markdown import render
from apps.training import queries, services
from apps.training.models import Attempt

LEARN = "training.take_attempt"


def learner(request: HttpRequest) -> User:
    """Who learns here; PermissionDenied for whoever may not take exams."""
    user = request.user
    if not isinstance(user, User) or not user.has_perm(LEARN):
        raise PermissionDenied
    return user


class LearningPages:
    """Beside the pages of the courses."""

    def own_pages(self: Any) -> list[tuple[str, Any, str]]:
        return [
            ("learning/", require_safe(self.learning_view), "learning"),
            ("learning/<int:lesson_id>/", self.lesson_view, "lesson"),
            *super().own_pages(),  # type: ignore[misc]  # mixed into an admin class
        ]

    def learning_view(self: Any, request: HttpRequest) -> HttpResponseBase:
        user, at = learner(request), timezone.now()
        mine = Attempt.objects.filter(user=user).select_related("exam").order_by("-pk")
        context = {
            "courses": queries.courses_of(user),
            "exams": [(one, one.may_start(at)) for one in queries.exams_of(user, at)],
            "attempts": list(mine[:20]),
            "qualifications": list(queries.qualifications_of(user, at)),
            "areas": [
                (area, queries.may_work(user, area, at)) for area in queries.required_areas(at)
            ],
            "now": at,
        }
        shown: HttpResponseBase = self.page(
            request, "training/learning.html", _("My learning"), **context
        )
        return shown

    def lesson_view(self: Any, request: HttpRequest, lesson_id: int) -> HttpResponseBase:
        """The newest version of a lesson; by POST it is read."""
        user = learner(request)
        version = get_object_or_404(queries.current_lessons(), lesson=lesson_id)
        if request.method == "POST":
            services.read_lesson(version, by=user, at=timezone.now())
            left = queries.lessons_unread(user, [version.lesson.course_id]).first()
            if left is not None:
                where = reverse("admin:training_course_lesson", args=[left.lesson_id])
            else:
                messages.success(request, _("You have read all lessons of this course."))
                where = reverse("admin:training_course_learning")
            return HttpResponseRedirect(where)
        unread = queries.lessons_unread(user, [version.lesson.course_id])
        context = {
            "version": version,
            "course": version.lesson.course,
            "html": render(version.text),
            "is_read": not unread.filter(lesson=lesson_id).exists(),
        }
        shown: HttpResponseBase = self.page(
            request, "training/lesson.html", version.heading, **context
        )
        return shown
