"""收款账号变更 from its reason to the final report: three merchants are told, one of them by an agent; somebody swaps the
account behind the approvers and is refused; a fourth merchant signs in between; one pays into the old account after it
was closed; and the report says so in figures (COD-2 to COD-6)."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from apps.account_changes.enums import FeedbackClass, FeedbackSource, ProjectState, RecipientState
from apps.account_changes.models import CampaignRecipient, ChangeProject, OldAccountUse
from apps.account_changes.rules.notice_codes import grouped
from apps.account_changes.services import campaigns, changes
from apps.accounts.queries import system_user
from apps.banking.enums import AccountPurpose
from apps.banking.queries import which_account
from apps.banking.services import change_account
from apps.customers.models import Customer
from apps.events.models import Event
from apps.quality.models import ExceptionReport
from tests.factories import changes as make
from tests.factories.banking import is_accepted, row, taken
from tests.factories.campaigns import code, newcomer, recipient_of
from tests.factories.notifications import relay_all
from tests.refusing import refused

pytestmark = [pytest.mark.django_db, *(pytest.mark.requirement(f"COD-{n}") for n in range(2, 7))]
DAY = timedelta(days=1)
COD = AccountPurpose.COD
R = RecipientState


def account_of(customer: Customer, at: datetime) -> str:
    found = which_account(customer, at, purpose=COD)
    assert found is not None
    return str(found.bank)


def arrived(recipient: CampaignRecipient, at: datetime, *states: RecipientState) -> None:
    campaigns.move_recipients({recipient.pk: list(states)}, by=system_user("tests"), at=at)


def test_an_account_change_from_its_reason_to_the_final_report(client: Client) -> None:
    # Sixty days ago: money is slow at the old bank. Team, two banks compared, deposits tested, papers, a briefing.
    begun = timezone.now() - 60 * DAY
    who = make.staff()
    reader, talker, silent = (newcomer() for _n in range(3))
    project = make.prepared(who, begun)
    ChangeProject.objects.update(created_at=begun)
    new = project.new_account
    assert new is not None

    # Two people of different departments approve what they see; then finance edits the account.
    changes.ask_change_approval(project, by=who.finance, at=begun + DAY)
    for approver in (who.manager, who.management):
        make.approve(project, approver, begun + 2 * DAY)
    was = new.cnaps
    change_account(new, {"cnaps": "102290000101"}, by=who.finance, at=begun + 2 * DAY)
    make.everybody_reads(project, begun + 3 * DAY)
    start = begun + 20 * DAY
    swapped = lambda: changes.schedule_change(  # noqa: E731  # what is tried
        make.fresh(project), since=start, by=who.finance, at=begun + 3 * DAY
    )
    assert refused(swapped) == "approval_void"
    assert Event.objects.get(kind="accountchange.attempt_refused").data["code"] == "approval_void"
    change_account(new, {"cnaps": was}, by=who.finance, at=begun + 3 * DAY)
    swapped()

    # The notice goes out once, to the three who pay into the old account.
    pressed = begun + 4 * DAY
    project = make.fresh(project)
    campaign = campaigns.send_campaign(
        project=project, agent=who.service, watch_zh="请勿改汇其他账户。", watch_en="Pay into no other account.",
        call_from=pressed + 3 * DAY, deadline=start - DAY, by=who.finance, at=pressed,
    )  # fmt: skip
    assert campaign.customers == 3
    arrived(recipient_of(campaign, reader), pressed, R.DELIVERED, R.READ)
    arrived(recipient_of(campaign, talker), pressed, R.DELIVERED)
    campaigns.give_feedback(
        recipient_id=recipient_of(campaign, talker).pk, kind=FeedbackClass.AGREES, source=FeedbackSource.PHONE,
        text="知道了", name="李会计", by=who.service, at=pressed + DAY,
    )  # fmt: skip

    # A fourth merchant signs before the start: told by the same notice, and only they.
    fourth = newcomer()
    assert campaigns.tell_late_customers(by=system_user("sweeper"), at=pressed + 5 * DAY) == 1
    arrived(recipient_of(campaign, fourth), pressed + 5 * DAY, R.DELIVERED)

    # The third is reached by nothing: the start would wait for them, until an agent by name has them.
    early = lambda: changes.start_change(project, by=system_user("clocks"), at=start)  # noqa: E731
    assert refused(early) == "not_reached"
    assert campaigns.hand_over_to_agents() == 1
    calls = recipient_of(campaign, silent)
    assert (calls.state, calls.agent) == (R.TO_CALL, silent.agent)
    campaigns.note_call(
        recipient_id=calls.pk,
        reached=False,
        note="两次无人接听",
        by=calls.agent,
        at=start - DAY,
    )

    # Somebody writes to them with the right code and another account: not ours, says the public page.
    forged = {"code": grouped(code(calls)), "digits": "0000"}
    assert "不是我司发出的" in client.post("/verify", forged).content.decode()

    # It starts by itself; for a month both accounts are good.
    assert account_of(reader, start - DAY) == "建设银行"
    changes.start_change(make.fresh(project), by=system_user("clocks"), at=start)
    assert account_of(reader, start + DAY) == "招商银行"
    assert is_accepted(project.old_account, reader, start + DAY, purpose=COD)

    # After the month the old account is closed; what comes there yesterday is an exception of the merchant's agent.
    over = make.fresh(project).accept_until
    assert over is not None
    changes.close_change(make.fresh(project), by=system_user("clocks"), at=over)
    assert not is_accepted(project.old_account, reader, over, purpose=COD)
    during = f"{timezone.localdate(start + 5 * DAY)}"
    taken(project.old_account, [row("300.00", day=during, text=f"{reader.code} 货款"),
                                row("80.00", day=f"{timezone.localdate() - DAY}", text=f"{reader.code} 货款")],
          opening="0.00")  # fmt: skip
    taken(new, [row("900.00", day=during, text=f"{reader.code} 货款")], opening="0.00")
    relay_all()
    late = OldAccountUse.objects.get()
    assert late.line is not None and late.line.amount == Decimal("80.00")
    assert ExceptionReport.objects.get() == late.exception and late.exception.owner == reader.agent

    # The final report: what was planned, who was told, what went wrong, in figures that stay.
    changes.report_change(make.fresh(project), remark="一家未联系上，专人继续跟进；一笔误汇旧户已退回。",
                          by=who.finance, at=timezone.now())  # fmt: skip
    _check_report(make.fresh(project))


def _check_report(project: ChangeProject) -> None:
    assert project.state == ProjectState.REPORTED and project.report is not None
    wanted = {
        "customers": 4, "told": 4, "told_later": 1, "reached": 3,
        "said": {"agrees": 1}, "answered": "0 / 0",
        "old_payments": 1, "old_sum": "300.00", "new_payments": 1, "new_sum": "900.00",
        "late": 1, "late_sum": "80.00", "late_open": 1,
        "refused": 2, "days_prepared": 2, "days_waited": 18,
        "old_arrived_minutes": 60, "new_arrived_minutes": 20,
    }  # fmt: skip
    assert {name: project.report.get(name) for name in wanted} == wanted
    assert project.report["readers"] == project.report["concerned"] > 0
