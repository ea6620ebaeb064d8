#!/bin/sh
# A backup that can be restored anywhere: database, uploads, checksums.
#   DATABASE_OWNER_URL=… MEDIA_ROOT=/srv/media deploy/backup.sh /backups
# PG_BIN may name the folder of the PostgreSQL programs; without it those that fit the server are looked for.
set -eu
umask 077
. "$(dirname -- "$0")/programs.sh"
target=${1:?name the folder for backups}/yipiao-$(date -u +%Y%m%dT%H%M%SZ)
url=${DATABASE_OWNER_URL:?set it to the database, as its owner}
media=${MEDIA_ROOT:?set it to the folder of uploads}
[ -d "$media" ] || { echo "MEDIA_ROOT is $media, and there is no such folder." >&2; exit 1; }
programs_for "$url"

# Whatever happens, nothing half done stays. A signal reaches the program under way as well.
working=''
run() {
    "$@" &
    working=$! status=0
    wait "$working" || status=$?
    working=''
    return "$status"
}
end() {
    if [ -n "$working" ]; then
        kill "$working" 2>/dev/null || :
        wait "$working" 2>/dev/null || :
    fi
    rm -rf "$target.part"
}
trap end EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

mkdir -p "$target.part"
run "$bin/pg_dump" --format=custom --file="$target.part/database.dump" "$url"
# After the database: uploads are only ever added, so every file the dump names is there. Some may come
# while they are copied, which GNU tar tells with 1.
run tar -C "$media" -czf "$target.part/media.tar.gz" . || [ $? -eq 1 ]
(cd "$target.part" && sha256sum database.dump media.tar.gz >SHA256SUMS)
# Only a whole backup bears its final name.
mv "$target.part" "$target"
echo "$target"
