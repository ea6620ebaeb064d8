"""What is due stands in the database or in the mailbox."""

from django.utils import timezone

from apps.events.background import background_task, due_when
from apps.inquiries.services.mailbox import read_mailbox
from apps.inquiries.services.purging import purge
from apps.inquiries.services.pushing import BATCH, push_due
from apps.inquiries.services.replying import send_replies
from apps.inquiries.services.wechat_media import fetch_media

# Of pushes in one turn: a process that is to end need not wait for long.
MOST_BATCHES = 3
PUSH, FETCH = "apps.inquiries.tasks.push_kuaidi100", "apps.inquiries.tasks.fetch_pictures"


@background_task("apps.inquiries.tasks.answer_mail")
def answer_mail() -> int:
    read_mailbox(at=timezone.now())
    return send_replies(at=timezone.now())


@background_task(PUSH)
def push_kuaidi100() -> int:
    looked = 0
    for _n in range(MOST_BATCHES):
        batch = push_due(at=timezone.now())
        looked += batch
        if batch < BATCH:
            break
    return looked


@background_task(FETCH)
def fetch_pictures() -> int:
    return fetch_media(at=timezone.now())


@background_task("apps.inquiries.tasks.purge_inquiries")
def purge_inquiries() -> int:
    return purge(at=timezone.now())


for _task, _table in ((PUSH, "kuaidi100subscription"), (FETCH, "wechatmedia")):
    due_when(
        _task,
        f"SELECT '', due_at FROM inquiries_{_table} WHERE due_at IS NOT NULL"  # noqa: S608  # ours
        " ORDER BY due_at LIMIT 1",
    )
