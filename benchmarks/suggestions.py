"""Is what is suggested beside a case there at once, however much we have written?

    python -m benchmarks.suggestions [--articles 5000] [--explain]

Needs DATABASE_OWNER_URL (a role that may create databases); makes and drops its own database.
Articles in both languages with replies, each for some classes, causes, statuses and channels; one in ten is
a draft; a quarter of a million uses stand behind the tallies of three months. The limit: the 95th percentile
of one set of suggestions within 5 ms, whichever class, cause and customer; beside it a search. The processor
time of both processes says the same on a machine that is busy with other things.
``--explain`` prints the plan of the candidates.
"""

import argparse
import os
import random
import statistics
import time
from collections.abc import Callable
from datetime import timedelta

from benchmarks.harness import Result, report
from benchmarks.scratch import scratch_database

LIMIT_MS, ROUNDS = 5, 300
WORDS = [
    "包裹",
    "丢失",
    "破损",
    "赔付",
    "延误",
    "签收",
    "地址",
    "派送",
    "代收",
    "货款",
    "对账",
    "发票",
    "冷链",
    "保价",
    "时效",
    "投诉",
]


def fill(articles: int) -> list[str]:
    """Written in sets; returns the causes there are."""
    from django.db import connection
    from django.utils import timezone

    from apps.complaints.enums import CaseChannel, CaseClass
    from apps.complaints.models import CauseNode
    from apps.knowledge.enums import ArticleKind, Audience
    from apps.knowledge.models import Article, ArticleVersion, Fit, Publication, UseTally
    from apps.knowledge.queries.suggesting import month_of
    from apps.knowledge.rules.words import vector
    from apps.tracking.enums import Status
    from tests.factories.accounts import UserFactory
    from tests.factories.customers import CustomerFactory
    from tests.factories.knowledge import section

    dice, now, by = random.Random(7), timezone.now(), UserFactory()
    causes = list(CauseNode.objects.values_list("code", flat=True))
    customers = [CustomerFactory(agent=by, created_by=by) for _ in range(20)]
    rows = Article.objects.bulk_create(
        Article(
            code=f"article-{n}", section=section(f"s{n % 12}", by), kind=ArticleKind.REPLY, owner=by,
            created_by=by, review_on=timezone.localdate(now),
        )
        for n in range(articles)
    )  # fmt: skip

    def text() -> str:
        return "，".join("".join(dice.sample(WORDS, 3)) for _ in range(12)) + "。"

    versions = []
    for row in rows:
        for language in ("zh-hans", "en"):
            title, body, reply = text()[:40], text(), text()
            versions.append(
                ArticleVersion(
                    article=row, language=language, n=1, title=title, body=body, reply=reply, at=now,
                    by=by, words=vector(title, body, reply),
                )
            )  # fmt: skip
    ArticleVersion.objects.bulk_create(versions, batch_size=2000)
    Publication.objects.bulk_create(
        [
            Publication(
                version=version, article=version.article, language=version.language,
                kind=version.article.kind, audience=audience, starts_at=now, at=now, by=by,
            )
            for n, version in enumerate(versions)
            if n // 2 % 10
            for audience in ([Audience.INTERNAL] if n // 2 % 3 else [Audience.PUBLIC])
        ],
        batch_size=2000,
    )  # fmt: skip
    fits = []
    for n, row in enumerate(rows):
        fits.append(Fit(article=row, aspect="class", value=dice.choice(CaseClass.values)))
        fits.append(Fit(article=row, aspect="cause", value=dice.choice(causes)))
        if n % 2:
            fits.append(Fit(article=row, aspect="status", value=dice.choice(Status.values)))
        if n % 3:
            fits.append(Fit(article=row, aspect="channel", value=dice.choice(CaseChannel.values)))
        if n % 50 == 0:
            fits.append(Fit(article=row, aspect="customer", customer=dice.choice(customers)))
    Fit.objects.bulk_create(fits, batch_size=5000)
    months = [month_of(now - timedelta(days=31 * n)) for n in range(3)]
    UseTally.objects.bulk_create(
        [
            UseTally(case_class=one, month=month, article=article, cases=dice.randrange(1, 40))
            for one in CaseClass.values
            for month in months
            for article in [None, *dice.sample(rows, min(len(rows), 1000))]
        ],
        batch_size=5000,
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return causes


def milliseconds(work: Callable[[int], object], rounds: int = ROUNDS) -> list[float]:
    taken = []
    for n in range(rounds):
        began = time.perf_counter()
        work(n)
        taken.append((time.perf_counter() - began) * 1000)
    return sorted(taken)


def processor_time() -> float:
    """Milliseconds that this process and its session in PostgreSQL have worked: what a busy machine does
    beside it is not among them."""
    import psutil
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    times = [psutil.Process(one).cpu_times() for one in (os.getpid(), pid)]
    return sum(one.user + one.system for one in times) * 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=5_000)
    parser.add_argument("--explain", action="store_true")
    args = parser.parse_args()
    with scratch_database("yipiao_bench_suggestions"):
        return measure(args.articles, explain=args.explain)


def measure(articles: int, *, explain: bool) -> int:
    from django.db import connection
    from django.utils import timezone

    from apps.complaints.enums import CaseChannel, CaseClass
    from apps.customers.models import Customer
    from apps.knowledge.enums import Audience
    from apps.knowledge.queries import search, suggestions
    from apps.knowledge.rules.fits import CaseTraits
    from apps.tracking.enums import Status

    causes = fill(articles)
    dice, at = random.Random(3), timezone.now()
    customers = list(Customer.objects.values_list("pk", flat=True))

    def suggest(_n: int) -> int:
        traits = CaseTraits(
            case_class=dice.choice(CaseClass.values), cause=dice.choice(causes),
            status=dice.choice(Status.values), channel=dice.choice(CaseChannel.values),
            customer_id=dice.choice(customers),
        )  # fmt: skip
        return len(
            suggestions(traits, at=at, customer_language="zh-hans", reader_language="zh-hans")
        )

    assert suggest(0) == 3
    milliseconds(suggest, 20)
    if explain:
        with connection.execute_wrapper(_explained):
            suggest(0)
    spent = processor_time()
    taken = milliseconds(suggest)
    spent = (processor_time() - spent) / ROUNDS
    found = milliseconds(
        lambda _n: search("".join(dice.sample(WORDS, 2)), Audience.INTERNAL, at, "zh-hans"), 60
    )
    p95 = taken[int(len(taken) * 0.95)]
    print(f"suggestions: {p95:.2f} ms of {LIMIT_MS} ms, ratio {p95 / LIMIT_MS:.2f}")
    print(f"processor time: {spent:.2f} ms each, ratio {spent / LIMIT_MS:.2f}")
    return report(
        f"Suggestions beside a case, {articles:,} articles",
        [
            Result("suggestions, 95th percentile", p95, "ms", most=LIMIT_MS),
            Result("suggestions, median", statistics.median(taken), "ms"),
            Result("suggestions, the quickest", taken[0], "ms"),
            Result("their processor time, mean", spent, "ms"),
            Result("a search, 95th percentile", found[int(len(found) * 0.95)], "ms"),
        ],
    )


def _explained(execute: object, sql: str, params: object, many: bool, context: dict) -> object:  # type: ignore[type-arg]
    result = execute(sql, params, many, context)  # type: ignore[operator]
    if sql.lstrip().startswith(("WITH", "SELECT")):
        with context["connection"].connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN ANALYZE {sql}", params)
            print("\n".join(row[0] for row in cursor.fetchall()), "\n")
    return result


if __name__ == "__main__":
    raise SystemExit(main())
