"""Seals and answers are written once; findings and alerts never go and say what they said; what a new installation begins with."""

from typing import Any

from django.db import migrations

from apps.core.first_rows import FirstRows
from apps.core.sql import append_only

FACTS_STAY = """
CREATE TRIGGER seal_finding_stays BEFORE UPDATE ON safety_sealfinding FOR EACH ROW
    WHEN ((OLD.tampering, OLD."table", OLD.first_seal, OLD.last_seal, OLD.rows, OLD.count, OLD.fingerprint, OLD.found_at)
        IS DISTINCT FROM
        (NEW.tampering, NEW."table", NEW.first_seal, NEW.last_seal, NEW.rows, NEW.count, NEW.fingerprint, NEW.found_at))
    EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER seal_finding_remains BEFORE DELETE ON safety_sealfinding
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER security_alert_stays BEFORE UPDATE ON safety_securityalert FOR EACH ROW
    WHEN ((OLD.kind, OLD.person_id, OLD.since) IS DISTINCT FROM (NEW.kind, NEW.person_id, NEW.since)
        OR NEW.count < OLD.count OR (OLD.state <> 'open' AND NEW.state = 'open'))
    EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER security_alert_remains BEFORE DELETE ON safety_securityalert
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER account_check_remains BEFORE DELETE ON safety_accountcheck
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER account_check_stays BEFORE UPDATE ON safety_accountcheck FOR EACH ROW
    WHEN (OLD.account_id <> NEW.account_id OR (OLD.state <> 'due' AND OLD.state <> NEW.state))
    EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER follow_up_remains BEFORE DELETE ON safety_checkfollowup
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();
"""
BACK = """
DROP TRIGGER follow_up_remains ON safety_checkfollowup;
DROP TRIGGER account_check_stays ON safety_accountcheck;
DROP TRIGGER account_check_remains ON safety_accountcheck;
DROP TRIGGER security_alert_remains ON safety_securityalert;
DROP TRIGGER security_alert_stays ON safety_securityalert;
DROP TRIGGER seal_finding_remains ON safety_sealfinding;
DROP TRIGGER seal_finding_stays ON safety_sealfinding;
"""
# kind, at most, minutes: houses change them on the page "Rules about access".
RULES = (
    ("many_reveals", 5, 60),
    ("many_accounts", 3, 1440),
    ("many_pages", 20, 60),
    ("at_night", 0, 60),
    ("newcomer", 0, 10_080),
    ("off_duty", 0, 60),
    ("wrong_codes", 3, 60),
    ("money_role", 0, 60),
    ("attempt_refused", 0, 60),
    ("not_ours", 0, 60),
)
CHECKLIST = (
    ("signatories", "预留印鉴和有权签字人与银行留存一致", "Seals and signatories are those on file with the bank"),
    ("u-keys", "U盾由不同的人分别保管，复核盾不在经办人手里", "U-keys are kept by different people; the approver's is not with the maker"),
    ("operators", "网银操作员和权限逐一核对，离职和调岗的已停用", "Operators of online banking and their rights are right; leavers are switched off"),
    ("sub-accounts", "虚拟子账户与系统登记逐一对上", "Virtual sub-accounts are those entered here"),
    ("limits", "单笔和日累计限额仍然合适", "Limits per payment and day still fit"),
    ("balance-alerts", "余额和大额变动短信提醒已开通，接收人正确", "Alerts about the balance and large movements are on and reach the right people"),
    ("revealed", "上次检查以来明文查看过账号的人都有正当理由", "Everybody who saw the number in clear since the last check had a good reason"),
    ("contacts", "开户行联系人和电话经总机核实", "Contacts at the bank were verified through its switchboard"),
)  # fmt: skip


def plant(apps: Any, _schema: Any) -> None:
    """Rules and checklist of a new installation; what is there stays as it is."""
    rule, item = apps.get_model("safety", "AlertRule"), apps.get_model("safety", "CheckItem")
    for kind, most, minutes in RULES:
        rule.objects.get_or_create(kind=kind, defaults={"most": most, "minutes": minutes})
    for place, (code, name, english) in enumerate(CHECKLIST, start=1):
        values = {"name": name, "english_name": english, "position": 10 * place}
        item.objects.get_or_create(code=code, defaults=values)


OPERATIONS = [
    append_only("safety_seal"),
    append_only("safety_sealcopy"),
    append_only("safety_checkanswer"),
    migrations.RunSQL(FACTS_STAY, BACK),
    FirstRows(plant),
]
