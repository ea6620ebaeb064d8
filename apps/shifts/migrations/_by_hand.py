"""What was decided stays: closed gaps, swaps that are over, handovers that were accepted."""

from django.db import migrations

STAYS = """
CREATE TRIGGER gap_stays BEFORE UPDATE ON shifts_gap FOR EACH ROW
    WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER swap_stays BEFORE UPDATE ON shifts_swap FOR EACH ROW
    WHEN (OLD.state IN ('done', 'refused', 'expired')) EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER handover_stays BEFORE UPDATE ON shifts_handover FOR EACH ROW
    WHEN (OLD.state IN ('accepted', 'void')) EXECUTE FUNCTION yipiao_refuse_change();
CREATE FUNCTION shifts_item_of_open_handover() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM shifts_handover WHERE id = OLD.handover_id AND state IN ('accepted', 'void')) THEN
        RAISE EXCEPTION 'shifts: this handover is over'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'handoveritem_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER handoveritem_stays BEFORE UPDATE ON shifts_handoveritem FOR EACH ROW
    EXECUTE FUNCTION shifts_item_of_open_handover();
"""
BACK = """
DROP TRIGGER handoveritem_stays ON shifts_handoveritem;
DROP FUNCTION shifts_item_of_open_handover();
DROP TRIGGER handover_stays ON shifts_handover;
DROP TRIGGER swap_stays ON shifts_swap;
DROP TRIGGER gap_stays ON shifts_gap;
"""
OPERATIONS = [migrations.RunSQL(STAYS, BACK)]
