#!/bin/sh
# A backup that can be restored anywhere: database, uploads, checksums.
#   DATABASE_OWNER_URL=… MEDIA_ROOT=/srv/media deploy/backup.sh /backups
# PG_BIN may point at the folder of the PostgreSQL 18 programs.
set -eu
umask 077
bin=${PG_BIN:+$PG_BIN/}
target=${1:?name the folder for backups}/yipiao-$(date -u +%Y%m%dT%H%M%SZ)

mkdir -p "$target.part"
"${bin}pg_dump" --format=custom --file="$target.part/database.dump" "${DATABASE_OWNER_URL:?}"
# After the database: uploads are only ever added, so every file the dump names is there.
tar -C "${MEDIA_ROOT:?}" -czf "$target.part/media.tar.gz" .
(cd "$target.part" && sha256sum database.dump media.tar.gz >SHA256SUMS)
# Only a whole backup bears its final name.
mv "$target.part" "$target"
echo "$target"
