"""What the ORM cannot say of approvals: makers approve nothing, an approval is for the content of its
request, a request keeps its content and is approved with the quorum of every round only. And how long
files are kept at first; the company changes it on its page."""

from typing import Any

from django.db import migrations

from apps.core.first_rows import FirstRows
from apps.core.sql import append_only

_REQUEST = """
CREATE FUNCTION backoffice_approvalrequest_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Rows that the owner puts back as they were.
    IF current_setting('yipiao.maintenance', true) = 'on' AND pg_has_role(
        current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE')
    THEN RETURN NEW; END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'open' OR jsonb_array_length(NEW.rounds) = 0 THEN
            RAISE EXCEPTION 'an approval request begins open and with a round'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    -- The content's hash stays, so the content may only be encrypted anew with another key.
    IF (NEW.kind, NEW.subject_type, NEW.subject_id, NEW.title, NEW.sha256, NEW.rounds,
        NEW.maker_persons, NEW.asked_at, NEW.asked_by_id)
        IS DISTINCT FROM
       (OLD.kind, OLD.subject_type, OLD.subject_id, OLD.title, OLD.sha256, OLD.rounds,
        OLD.maker_persons, OLD.asked_at, OLD.asked_by_id)
    THEN
        RAISE EXCEPTION 'what was asked for is not changed' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> OLD.state
        AND NOT (OLD.state = 'open' OR (OLD.state = 'approved' AND NEW.state = 'void'))
    THEN
        RAISE EXCEPTION 'an approval request that is % does not become %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = 'approved' AND OLD.state <> 'approved' AND EXISTS (
        SELECT FROM jsonb_array_elements(NEW.rounds) WITH ORDINALITY AS r (one, n)
        WHERE (
            SELECT count(DISTINCT a.person) FROM backoffice_approval a
            WHERE a.request_id = NEW.id AND a.round = r.n AND a.decision = 'approved'
                AND a.sha256 = NEW.sha256
        ) < greatest((r.one->>'quorum')::int, 1)
    ) THEN
        RAISE EXCEPTION 'a round has not its quorum' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER approvalrequest_check BEFORE INSERT OR UPDATE ON backoffice_approvalrequest
    FOR EACH ROW EXECUTE FUNCTION backoffice_approvalrequest_check();
CREATE TRIGGER approvalrequest_stays BEFORE DELETE ON backoffice_approvalrequest
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();
"""

_APPROVAL = """
CREATE FUNCTION backoffice_approval_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE asked backoffice_approvalrequest;
BEGIN
    IF current_setting('yipiao.maintenance', true) = 'on' AND pg_has_role(
        current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE')
    THEN RETURN NEW; END IF;
    SELECT * INTO asked FROM backoffice_approvalrequest WHERE id = NEW.request_id FOR SHARE;
    IF asked.state <> 'open' THEN
        RAISE EXCEPTION 'the request is %: nothing is approved', asked.state
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.sha256 <> asked.sha256 THEN
        RAISE EXCEPTION 'another content was asked for' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.person = ANY (asked.maker_persons) THEN
        RAISE EXCEPTION 'who made it does not approve it' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER approval_check BEFORE INSERT ON backoffice_approval
    FOR EACH ROW EXECUTE FUNCTION backoffice_approval_check();
"""

KEPT = {"job_result": (14, "days"), "import_original": (180, "days"), "form_file": (2, "hours")}


def plant(apps: Any, schema_editor: Any) -> None:
    rows = apps.get_model("backoffice", "FileRetention").objects
    for what, (number, unit) in KEPT.items():
        rows.get_or_create(what=what, defaults={"number": number, "unit": unit})


OPERATIONS = [
    append_only("backoffice_approval"),
    migrations.RunSQL(
        _REQUEST,
        """
DROP TRIGGER approvalrequest_stays ON backoffice_approvalrequest;
DROP TRIGGER approvalrequest_check ON backoffice_approvalrequest;
DROP FUNCTION backoffice_approvalrequest_check();
""",
    ),
    migrations.RunSQL(
        _APPROVAL,
        """
DROP TRIGGER approval_check ON backoffice_approval;
DROP FUNCTION backoffice_approval_check();
""",
    ),
    FirstRows(plant),
]
