#!/usr/bin/env bash
# Installs what is needed beside Python: PostgreSQL, and Java with Maven for Apache Kafka; and, unless it is called as
# `machine cluster`, what only the tests need: Node.js for the official AsyncAPI parser, axe-core and Helm, Chromium and
# curl for the pages, libfaketime for clocks that are wrong, and promtool for the alerts, which is taken out of Debian's
# package so that no Prometheus is started. As root with apt it installs; else it says what to install.
set -euo pipefail
cd "$(dirname "$0")/../.."
missing=()
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing+=(postgresql)
command -v java >/dev/null && command -v mvn >/dev/null || missing+=(openjdk-17-jre-headless maven)
if [ "${1:-}" != cluster ]; then
  command -v node >/dev/null && command -v npm >/dev/null || missing+=(nodejs npm)
  command -v chromium >/dev/null || missing+=(chromium fonts-dejavu-core)
  command -v curl >/dev/null || missing+=(curl)
  ls /usr/lib/*/faketime/libfaketimeMT.so.1 >/dev/null 2>&1 || missing+=(libfaketime)
fi
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "These Debian packages are needed (or the same programs from elsewhere): ${missing[*]}" >&2
    exit 1
  fi
  echo "Installing ${missing[*]} ..."
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
if [ "${1:-}" != cluster ]; then
  if ! command -v promtool >/dev/null && [ ! -x .tools/promtool ]; then
    command -v apt-get >/dev/null || { echo "promtool is needed, which comes with Prometheus" >&2; exit 1; }
    package=$(mktemp -d)
    chmod 755 "$package"
    take() { (cd "$package" && apt-get download -qq -o APT::Sandbox::User=root prometheus); }
    take || { apt-get update -qq && take; }
    (cd "$package" && dpkg-deb --extract prometheus_*.deb .)
    mkdir -p .tools && mv "$package/usr/bin/promtool" .tools/
    rm -rf "$package"
  fi
  for folder in tests/contracts tests/browser tests/deploy services/feedback-api/widget; do
    mark=$folder/node_modules/.installed
    if [ ! -e "$mark" ] || [ "$folder/package-lock.json" -nt "$mark" ]; then
      npm ci --prefix "$folder" --silent --no-audit --no-fund --ignore-scripts
      touch "$mark"
    fi
  done
fi
