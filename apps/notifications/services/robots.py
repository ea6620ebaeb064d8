"""Robots of groups are set up, tested, switched off and on (NTF-1)."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.database import database_now, refused_as
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record
from apps.notifications.addresses import index_of
from apps.notifications.enums import Audience, Platform
from apps.notifications.models import GroupRobot
from apps.notifications.queries.persons import robot_person
from apps.notifications.services.rows import NewDelivery, insert

if TYPE_CHECKING:
    from apps.accounts.models import User

TEST = "staff.robot_test"
# Platform → (setting with the beginning of the address, its path, the parameter that is the key).
ADDRESSES = {
    Platform.WECOM: ("WECOM_URL", "/cgi-bin/webhook/send", "key"),
    Platform.DINGTALK: ("DINGTALK_OAPI_URL", "/robot/send", "access_token"),
    Platform.FEISHU: ("FEISHU_URL", "/open-apis/bot/v2/hook/", ""),
}
_KEY = re.compile(r"[A-Za-z0-9_-]{8,200}")
KEPT = ("name", "group", "unit", "roles", "language")


def beginning(name: str) -> str:
    """What every address of a platform begins with: the setting ``name``."""
    return str(getattr(settings, name, "")).rstrip("/")


def key_in(platform: str, address: str) -> str:
    """What stands in a robot's address, as its group shows it. Raises BadInput: it must be one of that
    platform, so that nobody can have us call somewhere else."""
    name, path, parameter = ADDRESSES[Platform(platform)]
    begins = beginning(name)
    try:
        parts = urlsplit(address.strip())
        key = (
            parse_qs(parts.query).get(parameter, [""])[0]
            if parameter
            else parts.path.removeprefix(path)
        )
        right = f"{parts.scheme}://{parts.netloc}" == begins and (
            parts.path == path if parameter else parts.path.startswith(path)
        )
    except ValueError:
        right, key = False, ""
    if not right or not _KEY.fullmatch(key):
        raise BadInput(
            _("This is no address of a robot of %(platform)s. It begins with %(begins)s.")
            % {"platform": Platform(platform).label, "begins": f"{begins}{path}"},
            code="bad_address",
            field="address",
        )
    return key


def _secret(platform: str, secret: str) -> str:
    secret = secret.strip()
    if platform == Platform.WECOM:
        if secret:
            raise BadInput(
                _("A robot of WeCom has no secret; leave it empty."),
                code="no_secret",
                field="secret",
            )
    elif not 8 <= len(secret) <= 200:
        raise BadInput(
            _(
                "Enter the secret it signs with: choose “signature” in the robot's security settings."
            ),
            code="secret_missing",
            field="secret",
        )
    return secret


@transaction.atomic
def add_robot(values: Mapping[str, Any], *, by: "User", at: datetime) -> GroupRobot:
    """``values``: name, platform, group, address, secret, unit, roles, language. Raises BadInput."""
    platform = values["platform"]
    robot = GroupRobot(platform=platform, created_by=by)
    for name in KEPT:
        setattr(robot, name, values[name])
    robot.key = key_in(platform, values["address"])
    robot.secret = _secret(platform, values.get("secret", ""))
    _save(robot)
    record("grouprobot.added", robot, by=by, at=at, data=_shown(robot))
    return robot


@transaction.atomic
def change_robot(
    *, robot_id: int, values: Mapping[str, Any], by: "User", at: datetime
) -> GroupRobot:
    robot = _locked(robot_id)
    for name in KEPT:
        if name in values:
            setattr(robot, name, values[name])
    _save(robot)
    record("grouprobot.changed", robot, by=by, at=at, data=_shown(robot))
    return robot


@transaction.atomic
def renew_robot(
    *, robot_id: int, address: str, secret: str, by: "User", at: datetime
) -> GroupRobot:
    """Another address and secret, as when somebody saw the old ones; what waits goes there."""
    robot = _locked(robot_id)
    robot.key = key_in(robot.platform, address)
    robot.secret = _secret(robot.platform, secret)
    _save(robot)
    record("grouprobot.keys_renewed", robot, by=by, at=at)
    return robot


@transaction.atomic
def switch_robot(*, robot_id: int, on: bool, by: "User", at: datetime) -> GroupRobot:
    robot = _locked(robot_id)
    if robot.is_active == on:
        raise RuleBroken(_("It is so already."), code="nothing_changed")
    robot.is_active = on
    robot.save(update_fields=["is_active"])
    record("grouprobot.switched_on" if on else "grouprobot.switched_off", robot, by=by, at=at)
    return robot


@transaction.atomic
def send_test(*, robot_id: int, by: "User", at: datetime) -> None:
    """A message goes out as every other does: paced, and with its history."""
    robot = _locked(robot_id)
    if not robot.is_active:
        raise RuleBroken(_("The robot is switched off."), code="robot_off")
    person = robot_person(robot)
    insert(
        [
            NewDelivery(
                cause=f"robot-test:{robot.pk}:{uuid4().hex}",
                topic=TEST,
                audience=Audience.GROUP,
                channel=robot.channel,
                recipient=person.key,
                label=person.label,
                address=robot.recipient,
                language=robot.language,
                data={"number": robot.name, "detail": by.display_name, "when": at},
                urgent=True,
                due_at=database_now(),
            )
        ]
    )
    record("grouprobot.tested", robot, by=by, at=at)


def _save(robot: GroupRobot) -> None:
    robot.name, robot.group = robot.name.strip(), robot.group.strip()
    robot.has_secret = bool(robot.secret)
    robot.key_index = index_of(f"{robot.platform}:{robot.key}")
    if GroupRobot.objects.filter(name=robot.name).exclude(pk=robot.pk).exists():
        raise BadInput(_("There is one of this name already."), code="name_taken", field="name")
    with refused_as(
        BadInput(
            _("This address is entered already, for another robot."),
            code="robot_exists",
            field="address",
        )
    ):
        robot.save()


def _shown(robot: GroupRobot) -> dict[str, Any]:
    unit = robot.unit.name if robot.unit else ""
    return {
        "platform": str(robot.platform),
        "group": robot.group,
        "unit": unit,
        "roles": list(robot.roles),
    }


def _locked(robot_id: int) -> GroupRobot:
    return (
        GroupRobot.objects.select_for_update(of=("self",)).select_related("unit").get(pk=robot_id)
    )
