"""An account of ours keeps its holder, and one that is closed stays closed."""

from django.db import migrations

STAYS = """
CREATE TRIGGER bank_account_holder_stays BEFORE UPDATE ON banking_bankaccount FOR EACH ROW
    WHEN (OLD.holder <> NEW.holder OR OLD.parent_id IS DISTINCT FROM NEW.parent_id
        OR (OLD.state = 'closed' AND NEW.state <> 'closed'))
    EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER bank_account_remains BEFORE DELETE ON banking_bankaccount
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();
"""
BACK = """
DROP TRIGGER bank_account_remains ON banking_bankaccount;
DROP TRIGGER bank_account_holder_stays ON banking_bankaccount;
"""
OPERATIONS = [migrations.RunSQL(STAYS, BACK)]
