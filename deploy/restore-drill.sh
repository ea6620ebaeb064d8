#!/bin/sh
# Proves that a backup can be restored: into a database of its own, which is dropped afterwards.
#   DATABASE_OWNER_URL=… deploy/restore-drill.sh /backups/yipiao-20260101T020000Z
# KEEP=1 keeps the restored database, for a real restore or a closer look.
set -eu
. "$(dirname -- "$0")/programs.sh"
backup=${1:?name the backup}
name=${DRILL_DATABASE:-yipiao_drill}
url=${DATABASE_OWNER_URL:?set it to the database, as its owner}
base=${url%%\?*}
target="${base%/*}/$name${url#"$base"}"
programs_for "$url"
# No notices: that there was nothing to drop is as it should be.
sql() { PGOPTIONS='-c client_min_messages=warning' "$bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }
drop() { sql "$url" -c "DROP DATABASE IF EXISTS $name WITH (FORCE)"; }

(cd "$backup" && sha256sum -c --quiet SHA256SUMS)
tar -tzf "$backup/media.tar.gz" >/dev/null
drop
sql "$url" -c "CREATE DATABASE $name TEMPLATE template0
    ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
if [ "${KEEP:-}" != 1 ]; then
    trap drop EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
fi
"$bin/pg_restore" --exit-on-error --no-owner --dbname="$target" "$backup/database.dump"
# Ours alone: the owner may not analyze what belongs to the server.
sql "$target" >/dev/null <<'END'
SELECT format('ANALYZE %I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'public' \gexec
END
tables=$(sql "$target" -c "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
rows=$(sql "$target" -c "SELECT COALESCE(sum(reltuples) FILTER (WHERE reltuples > 0), 0)::bigint
    FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
echo "restored: $tables tables, about $rows rows"
