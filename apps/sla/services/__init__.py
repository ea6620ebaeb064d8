from apps.sla.rules.day_lists import RefusedRows
from apps.sla.services.bulk import Done, finish_each, finish_matters, hand_matters, stop_matters
from apps.sla.services.calendars import (
    add_calendar,
    add_days,
    change_week,
    import_year,
    maintain_calendars,
    remove_day,
    take_known_years,
    warn_of_missing_years,
)
from apps.sla.services.changing import change_matter
from apps.sla.services.correcting import correct_fact, move_start
from apps.sla.services.ending import close_matter, renew_matter, reopen_matter, stop_matter
from apps.sla.services.facts import begin_wait, end_wait, record_fact, record_facts
from apps.sla.services.office import mail_after
from apps.sla.services.opening import NewMatter, open_matter, open_matters
from apps.sla.services.policies import (
    Conditions,
    NewStep,
    NewTarget,
    create_policy,
    publish_version,
    retire_policy,
)
from apps.sla.services.promises import (
    carry_promises,
    drop_promise,
    keep_promise,
    promise,
    set_due,
)
from apps.sla.services.recomputing import recompute_stale
from apps.sla.services.sweeping import Swept, sweep

__all__ = [
    "Conditions",
    "Done",
    "NewMatter",
    "NewStep",
    "NewTarget",
    "RefusedRows",
    "Swept",
    "add_calendar",
    "add_days",
    "begin_wait",
    "carry_promises",
    "change_matter",
    "change_week",
    "close_matter",
    "correct_fact",
    "create_policy",
    "drop_promise",
    "end_wait",
    "finish_each",
    "finish_matters",
    "hand_matters",
    "import_year",
    "keep_promise",
    "mail_after",
    "maintain_calendars",
    "move_start",
    "open_matter",
    "open_matters",
    "promise",
    "publish_version",
    "recompute_stale",
    "record_fact",
    "record_facts",
    "remove_day",
    "renew_matter",
    "reopen_matter",
    "retire_policy",
    "set_due",
    "stop_matter",
    "stop_matters",
    "sweep",
    "take_known_years",
    "warn_of_missing_years",
]
