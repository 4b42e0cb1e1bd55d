#!/bin/sh
# Install the Debian packages that tests and bench need; those that are there are left alone.
#
#   chromium, fonts-noto-cjk   browser tests, and Chinese in their pictures
#   libreoffice-calc           recalculating exported workbooks (94 MB to fetch, 296 MB installed)
#   libatomic1                 Playwright's driver, which steers the browser
#   postgresql                 the second database
#   mosquitto                  the broker of tests of live telemetry
#   poppler-utils              reading PDF back
#   git                        the clean clone of fresh_check.sh
set -eu
missing=""
for package in chromium fonts-noto-cjk libatomic1 libreoffice-calc mosquitto poppler-utils \
    postgresql git; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
        missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ]; then
    echo "missing; as root: apt-get install$missing" >&2
    exit 1
fi
# Tests start their own server: Debian's must not open one beside it.
if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    mkdir -p /etc/postgresql-common
    echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
fi
echo "installing$missing"
apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
