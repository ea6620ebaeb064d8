"""Settings of the API for programs: how many requests, what it takes and gives, its description."""

import environ

from config.api_text import API_TEXT

env = environ.Env()

# Requests of one API key in a minute; 0: as many as it likes.
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=6_000)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apps.accounts.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["apps.accounts.permissions.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["apps.accounts.throttling.KeyThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["apps.core.api.wire.WireRenderer"],
    # Times stay times until the renderer writes them, all in one format.
    "DATETIME_FORMAT": None,
    "DEFAULT_PARSER_CLASSES": ["apps.core.api.parsing.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "apps.core.api.schema.ApiAutoSchema",
    "DEFAULT_PAGINATION_CLASS": "apps.core.api.pagination.ApiCursorPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_VERSIONING_CLASS": None,
    "EXCEPTION_HANDLER": "apps.core.api.problems.problem_handler",
    "PAGE_SIZE": 50,
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Yipiao API",
    "DESCRIPTION": API_TEXT,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "apps.inquiries.streams.described.describe_stream",
    ],
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "OrderStatus": "apps.orders.enums.OrderStatus.choices",
        "WaybillStatus": "apps.tracking.enums.Status.choices",
        "WaybillStatusReason": "apps.tracking.enums.Reason.choices",
        "OrderChannel": "apps.orders.enums.Channel.choices",
        "CaseChannel": "apps.complaints.enums.CaseChannel.choices",
        "CaseOutcome": "apps.complaints.enums.Outcome.choices",
        "CallOutcome": "apps.hotline.enums.CallOutcome.choices",
        "CaseState": "apps.complaints.enums.CaseState.choices",
        "CaseClass": "apps.complaints.enums.CaseClass.choices",
        "JobType": "apps.customers.enums.JobType.choices",
        "ChargeKind": "apps.billing.enums.ChargeKind.choices",
        "ArticleKind": "apps.knowledge.enums.ArticleKind.choices",
        "Language": "apps.accounts.enums.Language.choices",
        "StatementState": "apps.billing.api.shapes.TOLD_CHOICES",
        "ClaimKind": "apps.claims.enums.ClaimKind.choices",
        "ClaimState": "apps.claims.api.shapes.SHOWN_STATES",
        "ClaimPaperKind": "apps.claims.enums.PaperKind.choices",
        "PayeePaperKind": "apps.banking.enums.PayeePaperKind.choices",
        "PayeeState": "apps.banking.enums.PayeeState.choices",
        "EndpointState": "apps.notifications.enums.EndpointState.choices",
        "DeliveryState": "apps.notifications.enums.DeliveryState.choices",
        "WebhookType": "apps.notifications.queries.notices.WEBHOOK_TYPES",
    },
}
