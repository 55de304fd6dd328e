#!/bin/sh
# Provides the servers that tests/servers runs generated configs on, of the versions that the components deploy: Debian
# 13's packages, unpacked into .cache/debian-13, with no root, no daemon and nothing installed on this machine. Takes about
# a minute once and nothing after. Prints the folder; `tools/in-servers.sh COMMAND…` runs a command inside it, and what
# stands below its folder `outside` runs out here.
set -eu

packages="postgresql-17 pgbouncer rabbitmq-server valkey-server prometheus prometheus-alertmanager"
needed="dash coreutils iproute2 sed grep mawk procps util-linux libc-bin netbase diffutils findutils"

root=$(cd "$(dirname "$0")/.." && pwd)/.cache/debian-13
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
# The mirror that this machine's own packages come from.
sources=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || true)
mirror=$(printf '%s\n' "$sources" | grep -oE 'https?://[^ ]+/debian/?([[:space:]]|$)' | head -n 1 | tr -d '[:space:]')

say() { echo "servers: $*" >&2; }
missing() {
    echo "servers: missing: $*" >&2
    exit 2
}

# Tests run side by side: one provides, the others wait.
mkdir -p "${root%/*}"
exec 9>"$root.lock"
flock 9
if [ "$(cat "$root/.holds" 2>/dev/null)" = "$packages" ]; then
    echo "$root"
    exit 0
fi
for tool in apt-get dpkg-deb unshare; do
    command -v "$tool" >/dev/null || missing "$tool, to unpack Debian 13's servers"
done
[ -n "$mirror" ] || missing "a Debian mirror among the sources of apt"
[ -e "$keyring" ] || missing "$keyring (Debian's package debian-archive-keyring)"
unshare --user --map-root-user true 2>/dev/null || missing "user namespaces, to run Debian 13's servers in their folder"

# A package manager of its own, which knows of no installed package and so resolves everything down to the C library.
apt=$root.apt
rm -rf "$root" "$apt"
mkdir -p "$root" "$apt/lists/partial" "$apt/archives/partial"
: >"$apt/status"
echo "deb [signed-by=$keyring] $mirror trixie main" >"$apt/sources.list"
cat >"$apt/apt.conf" <<CONF
Dir::Etc "$apt";
Dir::Etc::SourceList "$apt/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Parts "/dev/null";
Dir::State "$apt";
Dir::State::Lists "$apt/lists";
Dir::State::Status "$apt/status";
Dir::Cache "$apt";
Dir::Cache::Archives "$apt/archives";
APT::Sandbox::User "$(id -un)";
APT::Install-Recommends "false";
Acquire::Languages "none";
Debug::NoLocking "true";
CONF
export APT_CONFIG="$apt/apt.conf"

say "downloading $packages of Debian 13"
apt-get -qq update >&2
# shellcheck disable=SC2086
apt-get -qq --yes --download-only install base-files $needed $packages >&2

say "unpacking"
mkdir -p "$root/usr/bin" "$root/usr/sbin" "$root/usr/lib" "$root/usr/lib64" "$root/proc" "$root/dev" "$root/tmp"
for folder in bin sbin lib lib64; do ln -s "usr/$folder" "$root/$folder"; done
for archive in "$apt"/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$archive" | tar --extract --keep-directory-symlink --no-same-owner --directory "$root"
done
ln -sf mawk "$root/usr/bin/awk"
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\n' >"$root/etc/group"
printf '127.0.0.1 localhost%s\n' "$(printf ' node-%s.test' 0 1 2 3 4 5)" >"$root/etc/hosts"

# Out here a program runs on its own loader and libraries, and finds its other files beside the place where it is called.
mkdir -p "$root/outside/usr/bin" "$root/outside/usr/sbin" "$root/outside/usr/lib/postgresql/17/bin"
ln -s ../../usr/share "$root/outside/usr/share"
ln -s ../../../../../usr/lib/postgresql/17/lib "$root/outside/usr/lib/postgresql/17/lib"
for program in usr/bin/prometheus usr/sbin/pgbouncer $(cd "$root" && echo usr/lib/postgresql/17/bin/*); do
    cat >"$root/outside/$program" <<'PROGRAM'
#!/bin/sh
root=${0%/outside/*}
libraries=$(echo "$root"/usr/lib/*-linux-gnu)
exec "$libraries"/ld-linux-*.so.? --library-path "$libraries" --argv0 "$0" "$root/${0##*/outside/}" "$@"
PROGRAM
    chmod 755 "$root/outside/$program"
done

rm -rf "$apt"
echo "$packages" >"$root/.holds"
say "ready"
echo "$root"
