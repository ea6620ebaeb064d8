from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from apps.inquiries.demo import make_inquiries


class Command(BaseCommand):
    help = "Add questions by every way to the demonstration; seed_demo calls this."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=1, help="the same seed, the same questions")

    def handle(self, *args: Any, **options: Any) -> None:
        make_inquiries(seed=options["seed"], now=timezone.now())
