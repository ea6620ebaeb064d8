"""Versions, understandings and uses are written once; of a publication only the end may be set. The replies
and guides a new installation starts with."""

from typing import Any

from django.db import migrations

from apps.core.first_rows import FirstRows
from apps.core.sql import append_only
from apps.knowledge import seeding

STAYS = """
CREATE TRIGGER publication_stays BEFORE UPDATE ON knowledge_publication FOR EACH ROW
    WHEN (ROW(OLD.version_id, OLD.article_id, OLD.language, OLD.kind, OLD.audience, OLD.starts_at, OLD.urgent_why,
            OLD.at, OLD.by_id)
        IS DISTINCT FROM ROW(NEW.version_id, NEW.article_id, NEW.language, NEW.kind, NEW.audience, NEW.starts_at,
            NEW.urgent_why, NEW.at, NEW.by_id))
    EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER publication_remains BEFORE DELETE ON knowledge_publication
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();
CREATE FUNCTION knowledge_publication_of_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM knowledge_articleversion v JOIN knowledge_article a ON a.id = v.article_id
        WHERE v.id = NEW.version_id AND v.article_id = NEW.article_id AND v.language = NEW.language AND a.kind = NEW.kind)
    THEN RAISE EXCEPTION 'a publication is of its version''s article, language and kind'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'publication_of_version';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER publication_of_version BEFORE INSERT ON knowledge_publication
    FOR EACH ROW EXECUTE FUNCTION knowledge_publication_of_version();
"""
BACK = """
DROP TRIGGER publication_of_version ON knowledge_publication;
DROP FUNCTION knowledge_publication_of_version();
DROP TRIGGER publication_remains ON knowledge_publication;
DROP TRIGGER publication_stays ON knowledge_publication;
"""


def sow(apps: Any, schema_editor: Any) -> None:
    seeding.plant(apps)


OPERATIONS = [
    append_only("knowledge_articleversion"),
    append_only("knowledge_understanding"),
    append_only("knowledge_use"),
    append_only("knowledge_search"),
    migrations.RunSQL(STAYS, BACK),
    FirstRows(sow),
]
