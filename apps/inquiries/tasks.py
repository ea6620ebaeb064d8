"""Woken by beat; what is due stands in the database or the mailbox."""

from celery import shared_task
from django.utils import timezone

from apps.inquiries.services.forgetting import forget
from apps.inquiries.services.mailbox import read_mailbox
from apps.inquiries.services.pushing import BATCH, push_due
from apps.inquiries.services.replying import send_replies
from apps.inquiries.services.wechat_media import fetch_media

# Within the worker's time limit with every receiver at its slowest.
MOST_BATCHES = 3


@shared_task(name="apps.inquiries.tasks.answer_mail")
def answer_mail() -> int:
    read_mailbox(at=timezone.now())
    return send_replies(at=timezone.now())


@shared_task(name="apps.inquiries.tasks.push_kuaidi100")
def push_kuaidi100() -> int:
    looked = 0
    for _n in range(MOST_BATCHES):
        batch = push_due(at=timezone.now())
        looked += batch
        if batch < BATCH:
            break
    return looked


@shared_task(name="apps.inquiries.tasks.fetch_pictures")
def fetch_pictures() -> int:
    return fetch_media(at=timezone.now())


@shared_task(name="apps.inquiries.tasks.forget_inquiries")
def forget_inquiries() -> int:
    return forget(at=timezone.now())
