"""Lines are written once; the number of an account of ours is never another."""

from django.db import migrations

from apps.core.sql import append_only

NUMBERS = """
CREATE FUNCTION banking_refuse_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the number of a bank account is never changed: another number is another account'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'bank_account_number_stays';
END $$;
CREATE TRIGGER bank_account_number_stays BEFORE UPDATE ON banking_bankaccount FOR EACH ROW
    WHEN (OLD.number_index <> NEW.number_index OR OLD.tail <> NEW.tail)
    EXECUTE FUNCTION banking_refuse_number();
CREATE TRIGGER assignment_stays BEFORE UPDATE ON banking_accountassignment FOR EACH ROW
    WHEN (OLD.account_id <> NEW.account_id OR OLD.purpose <> NEW.purpose OR OLD.since <> NEW.since
        OR OLD.customer_id IS DISTINCT FROM NEW.customer_id)
    EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER assignment_remains BEFORE DELETE ON banking_accountassignment
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();
"""
BACK = """
DROP TRIGGER assignment_remains ON banking_accountassignment;
DROP TRIGGER assignment_stays ON banking_accountassignment;
DROP TRIGGER bank_account_number_stays ON banking_bankaccount;
DROP FUNCTION banking_refuse_number();
"""

OPERATIONS = [
    append_only("banking_bankline"),
    migrations.RunSQL(NUMBERS, BACK),
]
