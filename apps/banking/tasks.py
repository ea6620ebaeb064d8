from apps.banking import services
from apps.banking.services.files import POST
from apps.events.background import background_task


@background_task(POST)
def post_lines() -> int:
    """What came in with bank files and is not posted yet."""
    return services.post_waiting()
