"""What is written once; answers that stay once an attempt is closed; right options that exist; passed at the mark,
in whole numbers."""

from django.db import migrations

from apps.core.sql import append_only

STAYS = """
ALTER TABLE training_attempt ADD CONSTRAINT attempt_passed_at_the_mark
    CHECK (passed = (points * 100 >= pass_mark * maximum));
ALTER TABLE training_questionversion ADD CONSTRAINT question_version_right_exist
    CHECK (kind NOT IN ('single', 'multiple') OR (0 < ALL("right") AND cardinality(options) >= ALL("right")));
CREATE FUNCTION training_answer_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM training_attempt a WHERE a.id = OLD.attempt_id AND a.state = 'running')
    THEN RAISE EXCEPTION 'answers stay as they were handed in'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'answer_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER answer_stays BEFORE UPDATE ON training_attemptquestion FOR EACH ROW
    WHEN (ROW(OLD.attempt_id, OLD.place, OLD.version_id, OLD.shown, OLD.chosen, OLD.number, OLD.text, OLD.answered_at)
        IS DISTINCT FROM
        ROW(NEW.attempt_id, NEW.place, NEW.version_id, NEW.shown, NEW.chosen, NEW.number, NEW.text, NEW.answered_at))
    EXECUTE FUNCTION training_answer_stays();
CREATE TRIGGER answer_remains BEFORE DELETE ON training_attemptquestion
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();
"""
BACK = """
DROP TRIGGER answer_remains ON training_attemptquestion;
DROP TRIGGER answer_stays ON training_attemptquestion;
DROP FUNCTION training_answer_stays();
ALTER TABLE training_questionversion DROP CONSTRAINT question_version_right_exist;
ALTER TABLE training_attempt DROP CONSTRAINT attempt_passed_at_the_mark;
"""


OPERATIONS = [
    *(
        append_only(f"training_{table}")
        for table in (
            "lessonversion", "lessonread", "questionversion", "examversion", "examdraw", "extraattempt", "regrade",
            "observation",
        )
    ),
    migrations.RunSQL(STAYS, BACK),
]  # fmt: skip
