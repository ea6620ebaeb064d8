"""Cases through the API (CMP-1): a key sees those of the customers its user sees, and the
conversation of those it opened itself."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from apps.accounts.idempotency import idempotent
from apps.complaints import services
from apps.complaints.api.asking import (
    RELATED,
    case_for,
    detail,
    entry_of,
    files_of,
    new_case,
    own_case,
)
from apps.complaints.api.files import BinaryRenderer, sent_file
from apps.complaints.api.shapes import (
    CaseDetailShape,
    CaseInShape,
    CaseListShape,
    CaseMessageShape,
    CaseShape,
    MessageInShape,
    WithdrawShape,
)
from apps.complaints.enums import CaseChannel, CaseClass, CaseState, EntryKind
from apps.complaints.inputs import NewMessage
from apps.complaints.models import Case
from apps.complaints.queries.following import public_file
from apps.complaints.queries.promises import answers_due
from apps.complaints.rules.merchants import is_merchants_own
from apps.core.api.asked import choice_asked, day_start, waybill_asked
from apps.core.api.exact import ANY_TEXT, judged, taken
from apps.core.api.views import ApiView
from apps.orders.api.asking import caller

CASE = {
    "class": "damage",
    "description": "外箱破损，内件两件碎裂，照片随后发送。",
    "reference": "TICKET-5512",
    "contact_name": "王女士",
    "contact_phone": "13800138001",
}
NUMBER = OpenApiParameter("number", str, OpenApiParameter.PATH, description="CS20261125-48391527")
KEY = OpenApiParameter("key", OpenApiTypes.UUID, OpenApiParameter.PATH)
WAYBILL = OpenApiParameter("waybill", {"type": "string", "maxLength": 40, "pattern": ANY_TEXT})


class CasesView(ApiView):
    required_scopes = {"GET": "cases:read", "POST": "cases:write"}
    links = {
        "POST": {"case_read": {"number": "/number"}, "case_message": {"number": "/number"}},
        "GET": {"case_read": {"number": "/results/0/number"}},
    }
    paged = True
    asks = {
        "GET": (
            OpenApiParameter("state", str, enum=[state.value for state in CaseState]),
            OpenApiParameter("class", str, enum=[kind.value for kind in CaseClass]),
            WAYBILL,
            OpenApiParameter("opened_from", OpenApiTypes.DATE, description="First day, local."),
            OpenApiParameter("opened_to", OpenApiTypes.DATE, description="Last day, local."),
        )
    }

    @extend_schema(
        operation_id="case_open",
        summary="Open a case",
        description="An inquiry, complaint, loss or damage. It goes to the team that deals with it "
        "at once; `answer_due` says by when it answers. What is said afterwards comes by webhook "
        "(`case.message`) and is read here. The same `reference` opens one case: sent again, the "
        "one that is there is returned with 200.",
        examples=[OpenApiExample("A damaged parcel", CASE, request_only=True)],
        request=CaseInShape,
        responses={200: CaseDetailShape, 201: CaseDetailShape},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        given = taken(CaseInShape, request.data)
        files = files_of(given.get("files", ()))
        opened = judged(
            lambda: services.open_case(
                new=new_case(request, given), files=files, by=caller(request), at=timezone.now()
            )
        )
        status = 201 if opened.is_new else 200
        where = reverse("case", args=[opened.case.number], request=request)
        return Response(
            detail(case_for(request, opened.case.number)), status, headers={"Location": where}
        )

    @extend_schema(
        operation_id="cases_list",
        summary="Cases, newest first",
        description="Also those that others brought about your shipments: that there is one, and "
        "how it stands. Their conversation stays between us and them.",
        responses={200: CaseListShape},
    )
    def get(self, request: Request) -> Response:
        cases = Case.objects.visible_to(caller(request)).light().select_related(*RELATED)
        # The merchant's own word for it is part of the list.
        cases = cases.defer(None).defer("description", "solution", "search_text", "search_grams")
        return self.page_of(
            cases.filter(**_filters(request.query_params)),
            lambda rows: CaseShape(rows, many=True, context={"due": answers_due(rows)}).data,
        )


def _filters(asked: Any) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    if state := choice_asked(asked, "state", CaseState.values):
        wanted["state"] = state
    if kind := choice_asked(asked, "class", CaseClass.values):
        wanted["case_class"] = kind
    if waybill := waybill_asked(asked):
        wanted["waybill__number"] = waybill
    if since := day_start(asked.get("opened_from"), "opened_from"):
        wanted["created_at__gte"] = since
    if before := day_start(asked.get("opened_to"), "opened_to", days=1):
        wanted["created_at__lt"] = before
    return wanted


class CaseView(ApiView):
    required_scopes = {"GET": "cases:read"}

    @extend_schema(
        operation_id="case_read",
        summary="One case with its conversation",
        description="`messages` is empty for a case that somebody else brought.",
        parameters=[NUMBER],
        responses={200: CaseDetailShape},
    )
    def get(self, request: Request, number: str) -> Response:
        return Response(detail(case_for(request, number)))


class CaseMessagesView(ApiView):
    required_scopes = {"POST": "cases:write"}

    @extend_schema(
        operation_id="case_message",
        summary="Write in a case, or send files",
        description="Only in a case that was opened through the API. Whoever works on it is told.",
        parameters=[NUMBER],
        request=MessageInShape,
        responses={201: CaseMessageShape},
    )
    @idempotent
    def post(self, request: Request, number: str) -> Response:
        given = taken(MessageInShape, request.data)
        case = own_case(request, number)
        message = NewMessage(EntryKind.MESSAGE_IN, given.get("text", ""), CaseChannel.API)
        files = files_of(given.get("files", ()))
        entry = judged(
            lambda: services.add_message(
                case_id=case.pk, message=message, files=files, by=caller(request), at=timezone.now()
            )
        )
        return Response(CaseMessageShape(entry_of(entry)).data, 201)


class WithdrawCaseView(ApiView):
    required_scopes = {"POST": "cases:write"}
    links = {"POST": {"case_read": {"number": "/number"}}}

    @extend_schema(
        operation_id="case_withdraw",
        summary="Take a case back",
        description="When it has settled itself. Only a case that was opened through the API; 409 once it "
        "is closed.",
        parameters=[NUMBER],
        request=WithdrawShape,
        responses={200: CaseDetailShape},
    )
    @idempotent
    def post(self, request: Request, number: str) -> Response:
        given = taken(WithdrawShape, request.data)
        case = own_case(request, number)
        reason = given.get("reason", "")
        services.withdraw_case(
            case_id=case.pk, reason=reason, by=caller(request), at=timezone.now()
        )
        return Response(detail(case_for(request, number)))


class CaseFileView(ApiView):
    required_scopes = {"GET": "cases:read"}
    renderer_classes = (BinaryRenderer,)

    @extend_schema(
        operation_id="case_file",
        summary="A file of the conversation",
        description="The bytes of a file named in `messages`; 404 for a case that somebody else brought.",
        parameters=[NUMBER, KEY],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, number: str, key: UUID) -> Any:
        case = case_for(request, number)
        found = public_file(case, key) if is_merchants_own(case) else None
        if found is None:
            raise Http404
        return sent_file(found)
