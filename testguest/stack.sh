#!/usr/bin/env bash
# A private libvirtd for tests and the demo, without systemd and without touching the machine's
# own libvirt: it runs in a mount namespace of its own in which /etc/libvirt, /run/libvirt,
# /var/lib/libvirt, /var/cache/libvirt and /var/log/libvirt are folders of DIR. Several can run
# side by side. Needs root; the packages are installed by `cargo xtask`.
#
# usage: stack.sh start DIR [PID]   start libvirtd; prints its URI; with PID, all is stopped and
#                                   DIR removed when that process ends
#        stack.sh stop DIR          destroy its guests, stop it, remove DIR
# DIR must be short: a unix socket's path has at most 107 characters.
# env:   STACK_CACHE   folder that keeps what libvirt learned about QEMU: the first start takes 8 s
#                      to find it out, later ones 0.2 s
set -euo pipefail
export LC_ALL=C

uri() { echo "qemu+unix:///system?socket=$1/run/libvirt-sock"; }
# A zombie whose parent does not care is as good as gone.
lives() { [ -e "/proc/$1/stat" ] && ! grep -q ') Z ' "/proc/$1/stat" 2>/dev/null; }
alive() { [ -s "$1" ] && lives "$(cat "$1")"; }

configure() {
    local d=$1
    mkdir -p "$d"/{etc,run,lib/qemu,log/qemu,cache}
    # No other user, no labels, no cgroups, no virtlogd: none of them is there in a container.
    cat >"$d/etc/qemu.conf" <<'C'
user = "root"
group = "root"
security_driver = "none"
dynamic_ownership = 0
remember_owner = 0
namespaces = [ ]
cgroup_controllers = [ ]
stdio_handler = "file"
C
    cat >"$d/etc/libvirtd.conf" <<'C'
auth_unix_ro = "none"
auth_unix_rw = "none"
unix_sock_rw_perms = "0700"
C
    # libvirt 9 refuses to start its QEMU driver without this user, whatever qemu.conf says.
    cp /etc/passwd "$d/passwd"; cp /etc/group "$d/group"
    grep -q '^libvirt-qemu:' "$d/passwd" ||
        echo 'libvirt-qemu:x:64055:64055::/nonexistent:/usr/sbin/nologin' >>"$d/passwd"
    grep -q '^libvirt-qemu:' "$d/group" || echo 'libvirt-qemu:x:64055:' >>"$d/group"
    grep -q '^kvm:' "$d/group" || echo 'kvm:x:64056:' >>"$d/group"
}

# Runs a command where the folders of DIR stand in the places of libvirt's.
in_namespace() {
    unshare --mount --propagation private bash -eu -c '
        d=$1; shift
        for p in etc:/etc/libvirt run:/run/libvirt lib:/var/lib/libvirt log:/var/log/libvirt cache:/var/cache/libvirt; do
            mkdir -p "${p#*:}"; mount --bind "$d/${p%%:*}" "${p#*:}"
        done
        mount --bind "$d/passwd" /etc/passwd; mount --bind "$d/group" /etc/group
        exec "$@"
    ' bash "$@"
}

start() {
    local d owner=${2:-}
    mkdir -p "$1"; d=$(cd "$1" && pwd)
    [ ${#d} -le 60 ] || { echo "$d is too long: sockets below it would pass 107 characters" >&2; exit 1; }
    if alive "$d/libvirtd.pid"; then uri "$d"; return; fi
    configure "$d"
    if [ -n "${STACK_CACHE:-}" ] && [ -d "$STACK_CACHE" ]; then cp -a "$STACK_CACHE/." "$d/cache/"; fi
    rm -f "$d/run/libvirt-sock" "$d/libvirtd.pid"
    in_namespace "$d" libvirtd --daemon --pid-file "$d/libvirtd.pid" --config "$d/etc/libvirtd.conf" \
        </dev/null >"$d/log/start" 2>&1 || { cat "$d/log/start" >&2; exit 1; }
    if [ -n "$owner" ]; then
        # Whoever owns the stack may be killed: then nobody else would end the guests.
        setsid bash -c 'tail --pid="$1" -f /dev/null; exec "$2" stop "$3"' bash \
            "$owner" "$(cd "$(dirname "$0")" && pwd)/stack.sh" "$d" </dev/null >/dev/null 2>&1 &
        echo $! >"$d/watcher.pid"
    fi
    local i
    for i in $(seq 600); do    # the first start probes QEMU's capabilities: 8 s and more
        if virsh -q -c "$(uri "$d")" version >/dev/null 2>"$d/log/virsh"; then keep_cache "$d"; uri "$d"; return; fi
        alive "$d/libvirtd.pid" || [ "$i" -lt 20 ] || break
        sleep 0.1
    done
    echo "libvirtd did not come up:" >&2; cat "$d/log/virsh" "$d/log/start" >&2; exit 1
}

# In one step, because several stacks may start at once.
keep_cache() {
    [ -n "${STACK_CACHE:-}" ] && [ ! -d "$STACK_CACHE" ] || return 0
    cp -a "$1/cache" "$STACK_CACHE.$$" && mv -T "$STACK_CACHE.$$" "$STACK_CACHE" 2>/dev/null ||
        rm -rf "$STACK_CACHE.$$"
}

# Ends the process of a pid file: politely, then by force; waits until it is gone.
end() {
    local pid i
    alive "$1" || return 0
    pid=$(cat "$1"); kill "$pid" 2>/dev/null || return 0
    for i in $(seq 200); do lives "$pid" || return 0; sleep 0.05; done
    kill -9 "$pid" 2>/dev/null || true
    for i in $(seq 100); do lives "$pid" || return 0; sleep 0.05; done
}

stop() {
    [ -d "$1" ] || return 0
    local d id f
    d=$(cd "$1" && pwd)
    [ -e "$d/etc/libvirtd.conf" ] || { echo "$d is no stack" >&2; exit 1; }
    if alive "$d/libvirtd.pid"; then
        for id in $(timeout 20 virsh -q -c "$(uri "$d")" list --uuid 2>/dev/null); do
            timeout 30 virsh -q -c "$(uri "$d")" destroy "$id" >/dev/null 2>&1 || true
        done
    fi
    end "$d/libvirtd.pid"
    # Guests that libvirtd lost, or that a crashed libvirtd left.
    for f in "$d"/run/qemu/*.pid; do [ ! -e "$f" ] || end "$f"; done
    rm -rf "$d"
    # The watcher comes last: this may be it.
}

case ${1:-} in
start) start "$2" "${3:-}" ;;
stop) w=$(cat "$2/watcher.pid" 2>/dev/null || true); stop "$2"; [ -z "$w" ] || [ "$w" = $$ ] || kill -- "-$w" 2>/dev/null || true ;;
*) sed -n '2,12p' "$0" >&2; exit 2 ;;
esac
