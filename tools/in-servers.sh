#!/bin/sh
# Runs a command inside the folder that tools/servers.sh made, in a process namespace of its own: when the command ends,
# all that it started ends too. $SHARED, if set, is a folder of this machine that stands there as /shared. The network is
# this machine's.
set -eu

root=$("$(dirname "$0")/servers.sh")
mkdir -p "$root/shared"
# shellcheck disable=SC2016
exec unshare --user --map-root-user --mount --pid --fork --kill-child --mount-proc="$root/proc" sh -euc '
    mount --rbind /dev "$1/dev"
    [ -z "${SHARED:-}" ] || mount --bind "$SHARED" "$1/shared"
    root=$1
    shift
    exec chroot "$root" env -i PATH=/usr/lib/rabbitmq/bin:/usr/sbin:/usr/bin HOME=/root LANG=C.UTF-8 "$@"
' in-servers "$root" "$@"
