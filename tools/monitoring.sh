#!/bin/sh
# Provides what stands between the servers and their metrics: prometheus-adapter and the exporter of PgBouncer, of the
# versions that the components deploy, built from Go modules into .cache/monitoring. Takes 2 to 5 minutes once and nothing
# after.
set -eu

tools=$(cd "$(dirname "$0")" && pwd)
out=$tools/../.cache/monitoring

say() { echo "monitoring: $*"; }
version() { sed -n "s|.*$1 \(v[0-9][0-9.]*\).*|\1|p" "$tools/monitoring/$2/go.mod"; }

adapter=$(version sigs.k8s.io/prometheus-adapter prometheus-adapter)
exporter=$(version github.com/prometheus-community/pgbouncer_exporter pgbouncer-exporter)
holds="prometheus-adapter $adapter, pgbouncer_exporter $exporter"

mkdir -p "$out"
exec 9>"$out.lock"
flock 9
if [ "$(cat "$out/.holds" 2>/dev/null)" = "$holds" ]; then
    say "$holds are in .cache/monitoring already"
    exit 0
fi
if ! command -v go >/dev/null; then
    echo "monitoring: missing: Go, to build $holds" >&2
    exit 2
fi

# The module cache may be read-only, and a version-control stamp needs git: neither belongs in the binary.
export GOFLAGS="${GOFLAGS:-} -buildvcs=false -trimpath"

say "building pgbouncer_exporter $exporter"
cd "$tools/monitoring/pgbouncer-exporter"
go build -ldflags "-s -w" -o "$out/" github.com/prometheus-community/pgbouncer_exporter

say "building prometheus-adapter $adapter (2 to 5 minutes the first time)"
cd "$tools/monitoring/prometheus-adapter"
go build -ldflags "-s -w" -o "$out/prometheus-adapter" sigs.k8s.io/prometheus-adapter/cmd/adapter

echo "$holds" >"$out/.holds"
say "$holds are ready in .cache/monitoring"
