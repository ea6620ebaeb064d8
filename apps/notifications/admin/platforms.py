"""Robots of groups, accounts of colleagues and what was pressed at WeCom, DingTalk and Feishu."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.records import RecordAdmin
from apps.core import times
from apps.notifications import services
from apps.notifications.enums import Platform, PressOutcome
from apps.notifications.forms import AccountForm, KeysForm, NewRobotForm, RobotForm
from apps.notifications.models import ButtonPress, ColleagueAccount, Delivery, GroupRobot
from apps.notifications.queries.desk import topic_label

ROBOTS, ACCOUNTS = "notifications.manage_grouprobot", "notifications.manage_colleagueaccount"


def _as_it_is(context: ActContext) -> dict[str, Any]:
    robot: GroupRobot = context.record
    names = ("name", "group", "roles", "language")
    return {"unit": robot.unit_id, **{name: getattr(robot, name) for name in names}}


def _switch(on: bool) -> Any:
    def run(context: ActContext) -> None:
        services.switch_robot(robot_id=context.record.pk, on=on, **context.who)

    return run


@admin.register(GroupRobot)
class GroupRobotAdmin(RecordAdmin):
    acts = (
        Act(
            "test",
            _("Send a test message"),
            ROBOTS,
            lambda d: services.send_test(robot_id=d.record.pk, **d.who),
            explains=_("The group gets a message now; what becomes of it stands under Deliveries."),
            done=_("The test message is on its way."),
            may=lambda robot: robot.is_active,
        ),
        Act(
            "change",
            _("Change"),
            ROBOTS,
            lambda d: services.change_robot(robot_id=d.record.pk, values=d.typed, **d.who),
            explains=_("What it serves, from the next message on."),
            done=_("The robot is changed."),
            form=RobotForm,
            initial=_as_it_is,
        ),
        Act(
            "renew",
            _("New address and secret"),
            ROBOTS,
            lambda d: services.renew_robot(robot_id=d.record.pk, **d.typed, **d.who),
            explains=_("As when somebody saw the old ones. What waits goes to the new address."),
            done=_("The new address and secret are in use."),
            form=KeysForm,
        ),
        Act(
            "switch-off",
            _("Switch off"),
            ROBOTS,
            _switch(on=False),
            explains=_("The group gets no further messages; those that wait are not sent."),
            done=_("The robot is switched off."),
            may=lambda robot: robot.is_active,
            danger=True,
        ),
        Act(
            "switch-on",
            _("Switch on"),
            ROBOTS,
            _switch(on=True),
            explains=_("The group gets messages again from now on."),
            done=_("The robot is switched on."),
            may=lambda robot: not robot.is_active,
        ),
    )
    entry = Act(
        "enter",
        _("New group robot"),
        ROBOTS,
        lambda d: services.add_robot(d.typed, **d.who),
        explains=_(
            "Make the robot in the group first, then enter its address here. Which messages it gets is"
            " said under Who is told what, by lines for groups with a robot."
        ),
        done=_("The robot is entered. Send it a test message."),
        form=NewRobotForm,
        initial=lambda _context: {"language": "zh-hans"},
        button=_("Save"),
    )
    list_display = (
        "name",
        "platform_tag",
        "group",
        "serves",
        "is_active",
        "succeeded",
        "last_code",
    )
    list_filter = ("platform", "is_active")
    list_select_related = ("unit",)
    search_fields = ("name", "group")
    fields = (
        *("name", "platform", "group", "shown_key", "serves", "serves_roles", "language"),
        *("is_active", "last_success", "last_failure", "last_code", "created_at", "created_by"),
    )
    ordering = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[GroupRobot]:
        return GroupRobot.objects.select_related("unit", "created_by").defer("secret")

    @admin.display(description=_("platform"), ordering="platform")
    def platform_tag(self, robot: GroupRobot) -> SafeString:
        return self.tag(Platform(robot.platform))

    @admin.display(description=_("unit it serves"))
    def serves(self, robot: GroupRobot) -> str:
        return robot.unit.name if robot.unit else gettext("the whole company")

    @admin.display(description=_("roles it serves"))
    def serves_roles(self, robot: GroupRobot) -> str:
        roles = [str(Role(role).label) for role in robot.roles]
        return gettext(", ").join(roles) or gettext("every role")

    @admin.display(description=_("address"))
    def shown_key(self, robot: GroupRobot) -> str:
        return f"…{robot.key[-4:]}"

    @admin.display(description=_("last success"), ordering="last_success")
    def succeeded(self, robot: GroupRobot) -> str:
        return times.human(robot.last_success)


@admin.register(ColleagueAccount)
class ColleagueAccountAdmin(RecordAdmin):
    acts = (
        Act(
            "end",
            _("End it"),
            ACCOUNTS,
            lambda d: services.end_account(account_id=d.record.pk, **d.who),
            explains=_("No message goes there any more, and what is pressed there is refused."),
            done=_("The account is ended."),
            may=lambda row: row.ended_at is None,
            danger=True,
        ),
    )
    entry = Act(
        "enter",
        _("Account of a colleague"),
        ACCOUNTS,
        lambda d: services.link_account(**d.typed, **d.who),
        explains=_(
            "Messages reach them there, and what is pressed from this account is their act."
        ),
        done=_("The account is entered."),
        form=AccountForm,
        button=_("Save"),
    )
    list_display = ("user", "platform_tag", "label", "since", "until")
    list_filter = ("platform",)
    list_select_related = ("user",)
    search_fields = ("user__username", "user__display_name")
    fields = (*("user", "platform", "label", "linked_at", "linked_by", "ended_at", "ended_by"),)
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ColleagueAccount]:
        return ColleagueAccount.objects.select_related("user", "linked_by", "ended_by").defer(
            "account"
        )

    @admin.display(description=_("platform"), ordering="platform")
    def platform_tag(self, row: ColleagueAccount) -> SafeString:
        return self.tag(Platform(row.platform))

    @admin.display(description=_("since"))
    def since(self, row: ColleagueAccount) -> str:
        return times.human(row.linked_at)

    @admin.display(description=_("ended at"))
    def until(self, row: ColleagueAccount) -> str:
        return times.human(row.ended_at)


@admin.register(ButtonPress)
class ButtonPressAdmin(RecordAdmin):
    list_display = ("when", "platform_tag", "by", "about", "outcome_tag", "answer")
    list_filter = ("platform", "outcome")
    list_select_related = ("by", "delivery")
    fields = ("platform", "at", "by", "delivery", "outcome", "code", "answer")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ButtonPress]:
        rows = ButtonPress.objects.select_related("by", "delivery")
        if request.user.visible_unit_ids() is None:  # type: ignore[union-attr]  # staff pages know users only
            return rows
        visible = Delivery.objects.visible_to(request.user)  # type: ignore[arg-type]  # likewise
        return rows.filter(delivery__in=visible)

    @admin.display(description=_("when"), ordering="id")
    def when(self, row: ButtonPress) -> str:
        return times.human(row.at)

    @admin.display(description=_("platform"))
    def platform_tag(self, row: ButtonPress) -> SafeString:
        return self.tag(Platform(row.platform))

    @admin.display(description=_("about"))
    def about(self, row: ButtonPress) -> str:
        return topic_label(row.delivery.topic) if row.delivery else "—"

    @admin.display(description=_("result"))
    def outcome_tag(self, row: ButtonPress) -> SafeString:
        return self.tag(PressOutcome(row.outcome))
