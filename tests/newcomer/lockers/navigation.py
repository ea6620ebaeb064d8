from apps.accounts.enums import Role
from apps.backoffice.navigation import records

PAGES = (
    records(
        "Parcel lockers",
        "lock",
        "lockers.locker",
        about="Which are full.",
        section="Lockers",
        daily_for=frozenset({Role.DISPATCHER}),
        hour=1,
    ),
)
