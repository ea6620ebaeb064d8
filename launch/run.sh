# Sourced by the scripts in bin/: finds a Python that is new enough and starts the launcher.
# Nothing but a POSIX shell and Python 3.11 or newer is taken for granted.

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P) || exit 1

new_enough() {
    command -v "$1" >/dev/null 2>&1 &&
        "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

launch() {
    for python in "${PYTHON:-python3}" python3 python3.13 python3.12 python3.11 python; do
        if new_enough "$python"; then
            PYTHONPATH=$root PYTHONDONTWRITEBYTECODE=1 PYTHONUTF8=1 exec "$python" -P -m launch "$@"
        fi
    done
    echo "Python 3.11 or newer is needed and was not found (set PYTHON to point at it)." >&2
    exit 1
}
