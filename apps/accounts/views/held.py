"""Gives back a form that was sent after its session had ended."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from apps.accounts.held import give_back


@never_cache
@require_GET
def held_form(request: HttpRequest) -> HttpResponse:
    return JsonResponse(give_back(request))
