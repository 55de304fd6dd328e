# Sourced by what builds from Go modules into a folder of .cache, once for each set of versions; $tools is this folder.

say() { echo "$name: $*"; }

# begin NAME HOLDS: goes on to build HOLDS into .cache/NAME ($out), or ends the script where that stands there already.
begin() {
    name=$1 holds=$2 out=$tools/../.cache/$1
    mkdir -p "$out"
    exec 9>"$out.lock"
    flock 9
    if [ "$(cat "$out/.holds" 2>/dev/null)" = "$holds" ]; then
        say "$holds are in .cache/$name already"
        exit 0
    fi
    if ! command -v go >/dev/null; then
        echo "$name: missing: Go, to build $holds" >&2
        exit 2
    fi
    # The module cache may be read-only, and a version-control stamp needs git: neither belongs in the binary.
    export GOFLAGS="${GOFLAGS:-} -buildvcs=false -trimpath"
}

finish() {
    echo "$holds" >"$out/.holds"
    say "$holds are ready in .cache/$name"
}
