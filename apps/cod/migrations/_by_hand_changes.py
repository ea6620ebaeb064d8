"""Steps, papers and readings of an account change are written once; so is what a test deposit says."""

from django.db import migrations

from apps.core.sql import append_only

STAYS = """
CREATE TRIGGER deposit_test_stays BEFORE UPDATE ON cod_deposittest FOR EACH ROW
    WHEN (ROW(OLD.project_id, OLD.account_id, OLD.amount, OLD.sent, OLD.confirmed, OLD.arrived,
            OLD.at, OLD.by_id) IS DISTINCT FROM ROW(NEW.project_id, NEW.account_id, NEW.amount, NEW.sent,
            NEW.confirmed, NEW.arrived, NEW.at, NEW.by_id) OR OLD.struck_at IS NOT NULL)
    EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER deposit_test_remains BEFORE DELETE ON cod_deposittest
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();
"""
BACK = """
DROP TRIGGER deposit_test_remains ON cod_deposittest;
DROP TRIGGER deposit_test_stays ON cod_deposittest;
"""

OPERATIONS = [
    append_only("cod_changestep"),
    append_only("cod_changepaper"),
    append_only("cod_readconfirmation"),
    migrations.RunSQL(STAYS, BACK),
]
