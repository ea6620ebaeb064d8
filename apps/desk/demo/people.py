"""Units, people, and the programs that call from outside."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password

from apps.accounts.enums import ApiScope, ObjectScope, Role, UnitKind, UserKind
from apps.accounts.models import RolePolicy, Unit, User
from apps.accounts.queries import system_user
from apps.accounts.services import (
    change_role_policy,
    create_api_key,
    create_unit,
    create_user,
    grant_role,
)
from apps.tracking.models import Courier
from apps.tracking.services.masters import save_row

PASSWORD = "yipiao-demo-2026"  # noqa: S105  # printed at every start; demo data only

# These set up their authenticator app at the first sign-in; the others are spared in the demo.
TWO_FACTOR = [Role.GENERAL_MANAGER, Role.IT_ADMIN, Role.FINANCE]

# code, name, kind, parent's code, city
UNITS = [
    ("HQ", "总部", UnitKind.HEAD_OFFICE, "", "上海"),
    ("SHA", "上海分公司", UnitKind.BRANCH, "HQ", "上海"),
    ("SHA-DC", "上海调度中心", UnitKind.DISPATCH_CENTRE, "SHA", "上海"),
    ("SHA-FC", "上海货运中心", UnitKind.FREIGHT_CENTRE, "SHA", "上海"),
    ("SHA-PD", "浦东营业部", UnitKind.STATION, "SHA", "上海"),
    ("SHA-MH", "闵行营业部", UnitKind.STATION, "SHA", "上海"),
    ("BJS", "北京分公司", UnitKind.BRANCH, "HQ", "北京"),
    ("BJS-FC", "北京货运中心", UnitKind.FREIGHT_CENTRE, "BJS", "北京"),
    ("BJS-CY", "朝阳营业部", UnitKind.STATION, "BJS", "北京"),
    ("CAN", "广州分公司", UnitKind.BRANCH, "HQ", "广州"),
    ("CAN-FC", "广州货运中心", UnitKind.FREIGHT_CENTRE, "CAN", "广州"),
    ("CAN-TH", "天河营业部", UnitKind.STATION, "CAN", "广州"),
]
# username, name, role, unit, whether the demo prints this sign-in
PEOPLE = [
    ("wangfang", "王芳", Role.AGENT, "SHA", True),
    ("lina", "李娜", Role.AGENT, "SHA", False),
    ("chenjie", "陈洁", Role.AGENT, "BJS", False),
    ("linzhuren", "林静", Role.DIRECTOR, "SHA", True),
    ("diaodu", "赵刚", Role.DISPATCHER, "SHA-DC", True),
    ("huoyun", "孙强", Role.FREIGHT_CLERK, "SHA-FC", True),
    ("huoyunbj", "周平", Role.FREIGHT_CLERK, "BJS-FC", False),
    ("yunying", "何平", Role.FREIGHT_CLERK, "HQ", False),
    ("caiwu", "钱敏", Role.FINANCE, "HQ", True),
    ("jiekuan", "周全", Role.SETTLEMENT_CLERK, "HQ", True),
    ("shichang", "吴磊", Role.SALES, "SHA", False),
    ("shichangzr", "郑凯", Role.SALES, "HQ", False),
    ("cangchu", "冯涛", Role.WAREHOUSE_MANAGER, "SHA", False),
    ("peisong", "褚亮", Role.DELIVERY_MANAGER, "SHA", False),
    ("zhikong", "卫国", Role.QC_MANAGER, "HQ", False),
    ("jingli", "蒋雯", Role.DEPARTMENT_MANAGER, "HQ", True),
    ("fuzong", "沈岳", Role.DEPUTY_GENERAL_MANAGER, "HQ", False),
    ("zongjingli", "韩松", Role.GENERAL_MANAGER, "HQ", True),
    ("xitong", "杨帆", Role.IT_ADMIN, "HQ", True),
    ("chuna", "许静", Role.CASHIER, "HQ", True),
    ("anquan", "严守", Role.SAFETY_OFFICER, "HQ", True),
    ("xiangmu", "罗敏", Role.PROJECT_MANAGER, "HQ", False),
]
# staff number, name, station
COURIERS = [
    ("YPK01", "刘洋", "SHA-PD"),
    ("YPK02", "张伟", "SHA-MH"),
    ("YPK03", "周国强", "BJS-CY"),
    ("YPK04", "马超", "CAN-TH"),
]


@dataclass(frozen=True)
class Cast:
    units: dict[str, Unit]
    users: dict[str, User]
    api_key: str

    def __getitem__(self, username: str) -> User:
        return self.users[username]


def make_people(at: datetime) -> Cast:
    system = system_user("demo")
    units: dict[str, Unit] = {}
    for code, name, kind, parent, city in UNITS:
        units[code] = create_unit(
            code=code,
            name=name,
            kind=kind,
            parent=units.get(parent),
            city=city,
            by=system,
            at=at,
        )
    for policy in RolePolicy.objects.exclude(role__in=TWO_FACTOR):
        change_role_policy(policy=policy, two_factor_required=False, by=system, at=at)
    users: dict[str, User] = {}
    for position, (username, name, role, unit, _shown) in enumerate(PEOPLE, start=1):
        scope = ObjectScope.ALL if unit == "HQ" else ObjectScope.UNITS
        users[username] = create_user(
            username=username,
            display_name=name,
            staff_number=f"YP{position:04d}",
            email=f"{username}@yipiao.example",
            scope=scope,
            by=system,
            at=at,
        )
        grant_role(user=users[username], role=role, unit=units[unit], since=at, by=system, at=at)
    # One hash for all of them: making each anew would take longer than everything else here.
    hashed = make_password(PASSWORD)
    User.objects.filter(username__in=users).update(password=hashed)
    for user in users.values():
        user.password = hashed
    for number, name, unit in COURIERS:
        save_row(Courier(number=number, name=name, unit=units[unit]), by=system, at=at)
    shop = create_user(
        username="api-yunshang",
        display_name="云裳商城接口",
        kind=UserKind.SERVICE,
        scope=ObjectScope.CUSTOMERS,
        by=system,
        at=at,
    )
    scopes = [scope.value for scope in ApiScope if scope != ApiScope.PARTNER_FEED]
    _key, text = create_api_key(user=shop, name="云裳商城", scopes=scopes, by=system, at=at)
    users["api-yunshang"] = shop
    return Cast(units, users, text)
