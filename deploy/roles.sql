-- The two roles and the database. Run by the superuser, as often as you like:
--   OWNER_PASSWORD=… APP_PASSWORD=… DATABASE_NAME=yipiao psql -v ON_ERROR_STOP=1 -f roles.sql
--
-- yipiao_owner  owns the schema and runs migrations; may create databases (tests do)
-- yipiao_app    what the processes connect as; append-only tables let it add rows, never change them
\getenv owner_password OWNER_PASSWORD
\getenv app_password APP_PASSWORD
\getenv database DATABASE_NAME

SELECT 'CREATE ROLE yipiao_owner' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'yipiao_owner') \gexec
SELECT 'CREATE ROLE yipiao_app' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'yipiao_app') \gexec
ALTER ROLE yipiao_owner WITH LOGIN CREATEDB NOSUPERUSER PASSWORD :'owner_password';
ALTER ROLE yipiao_app WITH LOGIN NOCREATEDB NOSUPERUSER PASSWORD :'app_password';
-- So that tests, connected as the owner, can check what the application's role may not do.
GRANT yipiao_app TO yipiao_owner;

SELECT format(
    'CREATE DATABASE %I OWNER yipiao_owner TEMPLATE template0 ENCODING ''UTF8'' '
    'LOCALE_PROVIDER builtin BUILTIN_LOCALE ''C.UTF-8'' LOCALE ''C''',
    :'database'
) WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
SELECT format('ALTER DATABASE %I OWNER TO yipiao_owner', :'database') \gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', :'database') \gexec
SELECT format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO yipiao_app', :'database') \gexec
