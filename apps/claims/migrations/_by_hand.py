"""What claims never do, whoever asks: pay more than is approved, grant more for a shipment than it was worth, approve beyond a limit or one's own assessment,
change what was frozen at the filing, the text of a rule or a limit."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import migrations
from django.utils.timezone import localdate

from apps.core.first_rows import FirstRows
from apps.core.sql import append_only

RULES = """
CREATE FUNCTION claims_items_sum() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    one bigint;
BEGIN
    IF TG_TABLE_NAME = 'claims_claim' THEN one := NEW.id;
    ELSIF TG_OP = 'DELETE' THEN one := OLD.claim_id; ELSE one := NEW.claim_id; END IF;
    IF EXISTS (SELECT FROM claims_claim c WHERE c.id = one AND c.claimed IS DISTINCT FROM
        (SELECT sum(i.claimed) FROM claims_claimitem i WHERE i.claim_id = one))
    THEN RAISE EXCEPTION 'the things of a claim sum to what is claimed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_items_sum';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER claim_items_sum AFTER INSERT OR UPDATE OF claimed ON claims_claim
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION claims_items_sum();
CREATE CONSTRAINT TRIGGER claim_items_sum AFTER INSERT OR UPDATE OF claimed OR DELETE ON claims_claimitem
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION claims_items_sum();

CREATE FUNCTION claims_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was written down when the claim was filed stays'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_frozen';
END $$;
CREATE TRIGGER claim_frozen BEFORE UPDATE ON claims_claim FOR EACH ROW
    WHEN (OLD.filed_at IS NOT NULL AND ROW(OLD.filed_at, OLD.kind, OLD.waybill_id, OLD.insured_amount,
        OLD.declared_value, OLD.fee, OLD.rule_id, OLD.shown_at, OLD.shown_how) IS DISTINCT FROM ROW(NEW.filed_at,
        NEW.kind, NEW.waybill_id, NEW.insured_amount, NEW.declared_value, NEW.fee, NEW.rule_id, NEW.shown_at,
        NEW.shown_how))
    EXECUTE FUNCTION claims_frozen();
CREATE TRIGGER rule_stays BEFORE UPDATE ON claims_compensationrule FOR EACH ROW
    WHEN (to_jsonb(OLD) - 'until' IS DISTINCT FROM to_jsonb(NEW) - 'until')
    EXECUTE FUNCTION claims_frozen();
CREATE TRIGGER limit_stays BEFORE UPDATE ON claims_claimlimit FOR EACH ROW
    WHEN (to_jsonb(OLD) - 'until' IS DISTINCT FROM to_jsonb(NEW) - 'until')
    EXECUTE FUNCTION claims_frozen();
CREATE TRIGGER rule_remains BEFORE DELETE ON claims_compensationrule
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER limit_remains BEFORE DELETE ON claims_claimlimit
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();

CREATE FUNCTION claims_within_approved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed numeric;
    total numeric;
BEGIN
    SELECT c.approved INTO allowed FROM claims_claim c WHERE c.id = NEW.claim_id FOR UPDATE;
    SELECT coalesce(sum(p.amount), 0) INTO total FROM claims_claimpayment p
        WHERE p.claim_id = NEW.claim_id AND p.state <> 'failed' AND p.id <> NEW.id;
    IF total + NEW.amount > coalesce(allowed, 0)
    THEN RAISE EXCEPTION 'more than is approved'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_payment_within_approved';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER claim_payment_within_approved BEFORE INSERT ON claims_claimpayment FOR EACH ROW
    EXECUTE FUNCTION claims_within_approved();
CREATE TRIGGER claim_payment_stays_within BEFORE UPDATE ON claims_claimpayment FOR EACH ROW
    WHEN (NEW.state <> 'failed' AND (OLD.state = 'failed' OR NEW.amount IS DISTINCT FROM OLD.amount
        OR NEW.claim_id IS DISTINCT FROM OLD.claim_id))
    EXECUTE FUNCTION claims_within_approved();

-- What all claims of a shipment may come to: its declared value or what is proved of it, and the freight.
CREATE FUNCTION claims_most_for(shipment bigint) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT coalesce(greatest(max(c.declared_value), max(c.proved_value), max(p.proved)), 0) + coalesce(max(c.fee), 0)
    FROM claims_claim c LEFT JOIN LATERAL (SELECT sum(i.proved) AS proved FROM claims_claimitem i
        WHERE i.claim_id = c.id) p ON true
    WHERE c.waybill_id = shipment AND c.state NOT IN ('draft', 'refused', 'withdrawn')
$$;
-- What is granted or on its way to be paid by its other claims.
CREATE FUNCTION claims_granted_for(shipment bigint, but bigint) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(greatest(
        CASE WHEN c.state IN ('approved', 'agreed', 'paid', 'closed') THEN c.approved ELSE 0 END, p.taken)), 0)
    FROM claims_claim c LEFT JOIN LATERAL (SELECT coalesce(sum(m.amount), 0) AS taken FROM claims_claimpayment m
        WHERE m.claim_id = c.id AND m.state <> 'failed') p ON true
    WHERE c.waybill_id = shipment AND c.id <> but
$$;
CREATE FUNCTION claims_within_value() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    now_approved numeric;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('claims.value:' || NEW.waybill_id, 0));
    -- As it stands when the transaction ends, not as it was when this was put off.
    SELECT c.approved INTO now_approved FROM claims_claim c WHERE c.id = NEW.id AND c.state = 'approved';
    IF claims_granted_for(NEW.waybill_id, NEW.id) + now_approved > claims_most_for(NEW.waybill_id)
    THEN RAISE EXCEPTION 'more than the shipment was worth'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_within_value';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER claim_within_value AFTER INSERT OR UPDATE OF approved ON claims_claim
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state = 'approved')
    EXECUTE FUNCTION claims_within_value();

-- All sign-in names of a person are one; without a staff number each is its own (User.person_key).
CREATE FUNCTION claims_person(account bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN u.kind <> 'person' THEN u.kind || ':' || u.username
        WHEN u.staff_number <> '' THEN 'staff:' || u.staff_number ELSE 'user:' || u.id END
    FROM accounts_user u WHERE u.id = account
$$;
CREATE FUNCTION claims_within_limit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    l claims_claimlimit;
    a claims_assessment;
    total numeric;
    person text := claims_person(NEW.by_id);
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('claims.limit:' || person, 0));
    SELECT * INTO l FROM claims_claimlimit WHERE id = NEW.limit_id;
    SELECT * INTO a FROM claims_assessment WHERE id = NEW.assessment_id;
    SELECT coalesce(sum(d.amount), 0) INTO total FROM claims_decision d
        WHERE d.day = NEW.day AND d.verdict = 'approve' AND (d.by_id = NEW.by_id OR d.by_id IN (
            SELECT u.id FROM accounts_user u WHERE u.kind = 'person' AND u.staff_number <> ''
            AND 'staff:' || u.staff_number = person));
    IF l.role <> NEW.role OR NEW.day < l.since OR NEW.day >= coalesce(l.until, 'infinity')
        OR a.claim_id <> NEW.claim_id OR NEW.amount <> a.amount
        OR NEW.amount > l.per_claim OR total + NEW.amount > l.per_day
    THEN RAISE EXCEPTION 'beyond the limit of this role'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_within_limit';
    END IF;
    IF person = claims_person(a.by_id) AND NEW.amount > l.on_the_spot
    THEN RAISE EXCEPTION 'somebody else than the assessor decides'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_by_another';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decision_within_limit BEFORE INSERT ON claims_decision FOR EACH ROW
    WHEN (NEW.verdict = 'approve') EXECUTE FUNCTION claims_within_limit();
"""
BACK = """
DROP TRIGGER claim_within_value ON claims_claim;
DROP FUNCTION claims_within_value();
DROP FUNCTION claims_granted_for(bigint, bigint);
DROP FUNCTION claims_most_for(bigint);
DROP TRIGGER decision_within_limit ON claims_decision;
DROP FUNCTION claims_within_limit();
DROP FUNCTION claims_person(bigint);
DROP TRIGGER claim_payment_stays_within ON claims_claimpayment;
DROP TRIGGER claim_payment_within_approved ON claims_claimpayment;
DROP FUNCTION claims_within_approved();
DROP TRIGGER limit_remains ON claims_claimlimit;
DROP TRIGGER rule_remains ON claims_compensationrule;
DROP TRIGGER limit_stays ON claims_claimlimit;
DROP TRIGGER rule_stays ON claims_compensationrule;
DROP TRIGGER claim_frozen ON claims_claim;
DROP FUNCTION claims_frozen();
DROP TRIGGER claim_items_sum ON claims_claimitem;
DROP TRIGGER claim_items_sum ON claims_claim;
DROP FUNCTION claims_items_sum();
"""
EVER, AT = date(2000, 1, 1), datetime(2000, 1, 1, tzinfo=UTC)
# Per claim, per person and day, on the spot; in yuan. What a new installation starts with.
LIMITS = {
    "agent": (200, 1_000, 200),
    "director": (1_000, 5_000, 500),
    "project_manager": (2_000, 10_000, 500),
    "department_manager": (10_000, 50_000, 0),
    "deputy_general_manager": (50_000, 200_000, 0),
    "general_manager": (1_000_000, 5_000_000, 0),
}
GOODS = ("loss", "damage", "shortage")
TEXTS: dict[str, tuple[str, str, str]] = {
    "insured": (
        "《快件赔付规则》第二条（保价）",
        "已保价的快件丢失、损毁、内件短少的，按经证明的实际损失赔付，最高不超过保价金额。",
        "An insured shipment that is lost, damaged or short is paid for by its proved loss, up to the insured amount.",
    ),
    "uninsured": (
        "《快件赔付规则》第三条（未保价）",
        "未保价的快件丢失、损毁、内件短少的，按民事法律规定，以交付时到达地经证明的实际价值赔付；本公司不以运费倍数为上限。",
        "An uninsured shipment that is lost, damaged or short is paid for under civil law by its proved value at the"
        " place of delivery. No multiple of the fee limits it.",
    ),
    "delay": (
        "《快件赔付规则》第五条（延误）",
        "因本公司原因超过承诺时限送达的，每延误一日退还本次运费的 20%，最高退还全部运费；因延误造成的实际损失另行依法处理。",
        "For each day that it arrives later than promised through our fault, 20 % of the shipment's fee is refunded, up"
        " to all of it. Actual losses by the delay are dealt with under the law besides.",
    ),
}


def plant(apps: Any, _schema: Any) -> None:
    """The rules for everybody and the limits that a new installation starts with, to be reviewed within a year."""
    review_on = localdate() + timedelta(days=365)
    rule, limit = (apps.get_model("claims", name) for name in ("CompensationRule", "ClaimLimit"))
    for kind in (*GOODS, "delay"):
        for cover in ("insured", "uninsured"):
            late = kind == "delay"
            clause, text, english = TEXTS["delay" if late else cover]
            formula = {"insured": "insured_loss", "uninsured": "proved_value"}[cover]
            values = {
                "formula": "fee_by_day" if late else formula,
                "fee_per_day": "0.2" if late else None,
                "clause": clause, "text": text, "english_text": english,
                "published_on": date(1999, 12, 1), "at": AT, "review_on": review_on,
            }  # fmt: skip
            rule.objects.get_or_create(
                kind=kind, cover=cover, customer=None, since=EVER, defaults=values
            )
        for role, (per_claim, per_day, spot) in LIMITS.items():
            amounts = {"per_claim": per_claim, "per_day": per_day, "on_the_spot": spot, "at": AT}
            amounts["review_on"] = review_on
            limit.objects.get_or_create(role=role, kind=kind, since=EVER, defaults=amounts)


OPERATIONS = [
    *(append_only(f"claims_{table}") for table in ("claimpaper", "assessment", "decision")),
    migrations.RunSQL(RULES, BACK),
    FirstRows(plant),
]
