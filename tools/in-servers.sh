#!/bin/sh
# Runs a command inside the folder that tools/servers.sh made, with processes and a network of its own: when the command
# ends, all that it started ends too, and no port that it opens is seen outside. $SHARED, if set, is a folder of this
# machine that stands there as /shared.
set -eu

root=$("$(dirname "$0")/servers.sh")
mkdir -p "$root/shared"
# shellcheck disable=SC2016
exec unshare --user --map-root-user --mount --net --pid --fork --kill-child --mount-proc="$root/proc" sh -euc '
    mount --rbind /dev "$1/dev"
    [ -z "${SHARED:-}" ] || mount --bind "$SHARED" "$1/shared"
    root=$1
    shift
    chroot "$root" /usr/sbin/ip link set lo up
    exec chroot "$root" env -i PATH=/usr/lib/rabbitmq/bin:/usr/sbin:/usr/bin HOME=/root LANG=C.UTF-8 "$@"
' in-servers "$root" "$@"
