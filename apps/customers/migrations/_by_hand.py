"""The numbers behind customer codes; since when a contact has its phone number."""

from django.db import migrations

PHONES = """
CREATE FUNCTION customers_phone_dated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.phone_index IS DISTINCT FROM OLD.phone_index THEN
        IF NEW.phone_since <= OLD.phone_since THEN
            NEW.phone_since := statement_timestamp();
        END IF;
    ELSIF NEW.phone_since IS DISTINCT FROM OLD.phone_since THEN
        RAISE EXCEPTION 'since when a contact has its number changes with the number only'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'contact_phone_dated';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER contact_phone_dated BEFORE UPDATE ON customers_contact
    FOR EACH ROW EXECUTE FUNCTION customers_phone_dated();
"""
PHONES_BACK = """
DROP TRIGGER contact_phone_dated ON customers_contact;
DROP FUNCTION customers_phone_dated();
"""

OPERATIONS = [
    migrations.RunSQL(PHONES, PHONES_BACK),
    migrations.RunSQL(
        "CREATE SEQUENCE customers_code_number START 1001",
        "DROP SEQUENCE customers_code_number",
    ),
]
