#!/bin/sh
# Provides what stands between the servers and their metrics: prometheus-adapter and the exporter of PgBouncer, of the
# versions that the components deploy, built from Go modules into .cache/monitoring. Takes 2 to 5 minutes once and nothing
# after.
set -eu

tools=$(cd "$(dirname "$0")" && pwd)
. "$tools/go-build.sh"
version() { sed -n "s|.*$1 \(v[0-9][0-9.]*\).*|\1|p" "$tools/monitoring/$2/go.mod"; }

adapter=$(version sigs.k8s.io/prometheus-adapter prometheus-adapter)
exporter=$(version github.com/prometheus-community/pgbouncer_exporter pgbouncer-exporter)

begin monitoring "prometheus-adapter $adapter, pgbouncer_exporter $exporter"
say "building pgbouncer_exporter $exporter"
cd "$tools/monitoring/pgbouncer-exporter"
go build -ldflags "-s -w" -o "$out/" github.com/prometheus-community/pgbouncer_exporter

say "building prometheus-adapter $adapter (2 to 5 minutes the first time)"
cd "$tools/monitoring/prometheus-adapter"
go build -ldflags "-s -w" -o "$out/prometheus-adapter" sigs.k8s.io/prometheus-adapter/cmd/adapter

finish
