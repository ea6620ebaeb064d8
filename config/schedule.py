"""What the company does by the hour; seconds between two times.

Beat also looks into the database for what time alone has made due (``config.beat``): clocks, quiet hours
that are over, digests, retries. Here stands what has no instant of its own there.
"""

from typing import Any

EVERY = {
    "sla.tasks.recompute_clocks": 30.0,
    "sla.tasks.maintain_calendars": 3600.0,
    "backoffice.tasks.sweep_form_submissions": 600.0,
    "backoffice.tasks.purge_held": 900.0,
    "backoffice.tasks.purge_files": 3600.0,
    "backoffice.tasks.purge_drafts": 86_400.0,
    "backoffice.tasks.purge_counts": 86_400.0,
    "accounts.tasks.sweep_idempotency_records": 600.0,
    "accounts.tasks.clear_expired_sessions": 86_400.0,
    "customers.tasks.settle_paperwork": 300.0,
    "customers.tasks.end_trials": 900.0,
    "ledger.tasks.prove_ledger": 86_400.0,
    "banking.tasks.post_lines": 300.0,
    "banking.tasks.move_payees": 60.0,
    "banking.tasks.mark_unclear": 3600.0,
    "billing.tasks.confirm_deemed": 3600.0,
    "billing.tasks.hold_customers": 3600.0,
    "billing.tasks.look_for_red_forms": 900.0,
    "cod.tasks.see_on_bank": 300.0,
    "cod.tasks.end_unpaid": 3600.0,
    "cod.tasks.prove_cod": 86_400.0,
    "cod.tasks.prepare_remittances": 3600.0,
    "tracking.tasks.find_late": 30.0,
    "tracking.tasks.watch_forgotten": 3600.0,
    "tracking.tasks.make_partitions": 86_400.0,
    "orders.tasks.compare_counts": 300.0,
    "complaints.tasks.assign_waiting": 60.0,
    "claims.tasks.open_reviews": 86_400.0,
    "surveys.tasks.draw_surveys": 900.0,
    "safety.tasks.seal": 300.0,
    "safety.tasks.verify_seals": 86_400.0,
    "safety.tasks.plan_checks": 3600.0,
    "notifications.tasks.look_after_channels": 60.0,
    "shifts.tasks.refresh_gaps": 300.0,
    "reports.tasks.prepare_daily": 300.0,
    "reports.tasks.prepare_monthly": 1800.0,
    "inquiries.tasks.answer_mail": 60.0,
    "inquiries.tasks.purge_inquiries": 86_400.0,
}
# The next call does as well, so one expires when it comes. Without this, a worker that was busy or away
# for an hour would first run through thousands of calls to look at what it has looked at by then.
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    name.rpartition(".")[2]: {
        "task": f"apps.{name}",
        "schedule": seconds,
        "options": {"expires": seconds},
    }
    for name, seconds in EVERY.items()
}
