#!/bin/sh
# Provides the Pulumi engine: the CLI and its Python language host. Those on PATH are used where both are there;
# otherwise they are built from Go modules into tools/bin, which takes some minutes once and nothing after.
set -eu

tools=$(cd "$(dirname "$0")" && pwd)
bin=$tools/bin
version=$(sed -n 's|.*github.com/pulumi/pulumi/pkg/v3 \(v[0-9.]*\).*|\1|p' "$tools/engine/cli/go.mod")

say() { echo "engine: $*"; }

if command -v pulumi >/dev/null && command -v pulumi-language-python >/dev/null; then
    say "using the one on PATH: $(command -v pulumi)"
    exit 0
fi
if [ -x "$bin/pulumi" ] && [ -x "$bin/pulumi-language-python" ] && [ -x "$bin/pulumi-language-python-exec" ] &&
    [ "$(PULUMI_SKIP_UPDATE_CHECK=true "$bin/pulumi" version)" = "$version" ]; then
    say "Pulumi $version is in tools/bin already"
    exit 0
fi
if ! command -v go >/dev/null; then
    echo "engine: missing: neither the Pulumi CLI (with pulumi-language-python) nor Go is on PATH;" \
        "install one of them, or use 'make plan', which needs neither" >&2
    exit 2
fi

mkdir -p "$bin"
# The module cache may be read-only, and a version-control stamp needs git: neither belongs in the binary.
export GOFLAGS="-buildvcs=false -trimpath"

say "building the Python language host (about half a minute)"
cd "$tools/engine/language-python"
go build -ldflags "-s -w" -o "$bin/" github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python

say "building the Pulumi CLI $version (3 to 5 minutes the first time)"
cd "$tools/engine/cli"
go build -ldflags "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=$version" \
    -o "$bin/" github.com/pulumi/pulumi/pkg/v3/cmd/pulumi

# The host starts programs through this script, which is no Go code: it comes from the CLI's own sdk module.
install -m 755 "$(go list -m -f '{{.Dir}}' github.com/pulumi/pulumi/sdk/v3)/python/cmd/pulumi-language-python-exec" "$bin/"
say "Pulumi $("$bin/pulumi" version) is ready in tools/bin"
