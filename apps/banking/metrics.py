"""Bank files and payouts."""

from apps.core.metric_types import age, count

METRICS = (
    count("payouts_unclear", "Payouts whose outcome nobody knows", "banking_payout WHERE state = 'unclear'"),
    age("bank_files_waiting_seconds", "How long the oldest bank file has not been posted", "created_at",
        "banking_bankfile WHERE state = 'taken' AND NOT is_posted"),
    age("payees_waiting_seconds", "How long a payout account is past its waiting time", "cooling_until",
        "banking_payeeaccount WHERE state = 'cooling'"),
)  # fmt: skip
