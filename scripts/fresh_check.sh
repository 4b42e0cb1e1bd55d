#!/bin/sh
# Does a clean clone work? fresh_check.sh [setup|test|run]…, all three where none is named.
#
# Clones what is committed into a temporary folder and runs the recipes there as a stranger would.
# `run` starts the site on a free port, asks /healthz and the sign-in
# page, and stops it.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
server=""
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

git clone --quiet --depth 1 "file://$root" "$work/tuijin"
cd "$work/tuijin"

as_stranger() {
    env -u PYTHONPATH -u VIRTUAL_ENV -u DJANGO_SETTINGS_MODULE -u TUIJIN_HOME \
        -u TUIJIN_DATABASE_URL HOME="$work" "$@"
}

check_run() {
    port=$(.venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    as_stranger make run PORT="$port" >"$work/log" 2>&1 &
    server=$!
    for _ in $(seq 120); do
        if .venv/bin/python - "$port" 2>/dev/null <<'PY'; then
import sys
from urllib.request import urlopen

site = f"http://127.0.0.1:{sys.argv[1]}"
assert urlopen(f"{site}/healthz", timeout=5).status == 200
assert "推进" in urlopen(f"{site}/sign-in/", timeout=5).read().decode()
PY
            echo "fresh_check: run answers"
            return 0
        fi
        kill -0 "$server" 2>/dev/null || break
        sleep 1
    done
    cat "$work/log" >&2
    echo "fresh_check: run does not answer" >&2
    return 1
}

for recipe in ${*:-setup test run}; do
    echo "fresh_check: $recipe"
    case $recipe in
    run)
        as_stranger make setup
        check_run
        ;;
    *) as_stranger make "$recipe" ;;
    esac
done
