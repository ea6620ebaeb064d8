"""What can be done to one case from its page: a key, a form, a service, and what is shown after.

The modules are the groups in which the page shows the acts (``act_groups``).
"""

from apps.backoffice.acts import Act
from apps.complaints.admin.acts import decide, hand_on, records, talk
from apps.complaints.extensions import extension_acts

ALL: tuple[Act, ...] = (
    *extension_acts(),
    *talk.ACTS,
    *decide.ACTS,
    *hand_on.ACTS,
    *records.ACTS,
)
