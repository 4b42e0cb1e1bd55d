#!/bin/sh
# Build a virtual environment from a hashed lock file, with tuijin in it: setup.sh VENV LOCK
#
# Nothing unpinned is fetched: pip checks every file against the lock, and tuijin itself is
# installed with the hatchling that the lock brought.
set -eu
venv=$1
lock=$2

say() { printf '%s\n' "$*" >&2; }

python=$(command -v "${PYTHON:-python3.11}" || command -v python3 || true)
if [ -z "$python" ] || ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    say "tuijin needs Python 3.11 or newer. On Debian 12: apt-get install python3"
    exit 1
fi

if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "installing $package"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package" >/dev/null
    else
        say "$python cannot make virtual environments. As root: apt-get install $package"
        exit 1
    fi
fi

[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
    --only-binary :all: -r "$lock"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
    --no-build-isolation --editable .
say "compiling the engines, once"
"$venv/bin/python" -m tuijin.engines.returns &
returns=$!
"$venv/bin/python" -m tuijin.engines.flow
wait "$returns"
say "ready: $venv/bin/tuijin"
