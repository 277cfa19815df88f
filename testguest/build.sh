#!/usr/bin/env bash
# Builds the test guest from Debian packages and the programs in guest/:
#   OUT/vmlinuz OUT/initrd         direct kernel boot
#   OUT/system.qcow2               bootable disk: GPT, FAT boot partition (syslinux), ext4 "tg-sys"
#   OUT/data.qcow2, data2.qcow2    whole-disk ext4 "tg-data" and "tg-data2", no partition table
#   OUT/manifest                   versions, kernel command line, sizes
#
# usage: build.sh OUT
# env:   TESTGUEST_KERNEL  kernel meta package    (default linux-image-cloud-amd64)
#        TESTGUEST_SYS_MB, TESTGUEST_DATA_MB, TESTGUEST_DATA2_MB  virtual sizes (256, 256, 128)
#
# Does nothing when OUT is current; keeps downloaded packages in OUT/cache. Needs the packages
# that `cargo xtask` installs (xtask/src/packages.rs) and rustc; no mount, no loop device, and
# no network beyond the package mirror.
set -euo pipefail
export LC_ALL=C DEBIAN_FRONTEND=noninteractive PATH=$PATH:/usr/sbin:/sbin

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# = 1 ] || { sed -n '2,15p' "$0" >&2; exit 2; }
mkdir -p "$1/cache"; out=$(cd "$1" && pwd); cache=$out/cache
kernel=${TESTGUEST_KERNEL:-linux-image-cloud-amd64}
sys_mb=${TESTGUEST_SYS_MB:-256} data_mb=${TESTGUEST_DATA_MB:-256} data2_mb=${TESTGUEST_DATA2_MB:-128}
boot_mb=64

for t in mkfs.ext4 sfdisk mcopy mkfs.vfat syslinux qemu-img python3 xz rustc cc; do
    command -v $t >/dev/null || { echo "missing $t: run through cargo xtask, which installs it" >&2; exit 1; }
done
stamp=$(cat "$here/build.sh" "$here"/guest/* | sha256sum | cut -c1-16)-$kernel-$sys_mb-$data_mb-$data2_mb
[ "$(cat "$out/stamp" 2>/dev/null)" != "$stamp" ] || exit 0
rm -f "$out/stamp"
t0=$(date +%s)
say() { echo "test guest [$(($(date +%s) - t0))s]: $*"; }
first() { for f in "$@"; do [ -e "$f" ] && { echo "$f"; return; }; done; echo "none of: $*" >&2; return 1; }

# --- packages, without touching what is installed on this machine -----------
debs=$cache/debs; mkdir -p "$debs/partial"; : >"$cache/empty-status"
apt=(-o Debug::NoLocking=1 -o APT::Sandbox::User=root -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=)
kpkg=$(apt-cache "${apt[@]}" depends "$kernel" 2>/dev/null | awk '/^ *Depends: linux-image-/{print $2; exit}')
[ -n "$kpkg" ] || { echo "no package $kernel: run apt-get update" >&2; exit 1; }
if [ "$(cat "$cache/have" 2>/dev/null)" != "$kpkg" ]; then
    say "downloading $kpkg, busybox-static, qemu-guest-agent and its libraries"
    rm -rf "$debs" "$cache/root"; mkdir -p "$debs/partial"
    apt-get "${apt[@]}" -o Dir::State::status="$cache/empty-status" -o Dir::Cache::archives="$debs" \
        install -qq -y --no-install-recommends --download-only \
        busybox-static qemu-guest-agent libc6 >/dev/null
    (cd "$debs" && apt-get "${apt[@]}" -qq download "$kpkg" >/dev/null)
    say "unpacking"
    for d in "$debs"/*.deb; do dpkg-deb -x "$d" "$cache/root"; done
    echo "$kpkg" >"$cache/have"
fi
sr=$cache/root
kver=$(basename "$(first "$sr"/boot/vmlinuz-*)"); kver=${kver#vmlinuz-}
bb=$(first "$sr/bin/busybox" "$sr/usr/bin/busybox")

work=$(mktemp -d "$out/work.XXXXXX"); trap 'rm -rf "$work"' EXIT
cp "$sr/boot/vmlinuz-$kver" "$out/vmlinuz"

# --- the writer: static, because the guest has no libraries but the agent's -
say "writer"
rustc --edition 2024 -C opt-level=2 -C panic=abort -C strip=symbols -C target-feature=+crt-static \
    --out-dir "$work" "$here/guest/writer.rs"

# --- initramfs: busybox, the modules in load order, /init -------------------
say "initramfs"
moddir=$(first "$sr/lib/modules/$kver" "$sr/usr/lib/modules/$kver")
ir=$work/ir; mkdir -p "$ir"/{bin,sbin,proc,sys,dev,root,modules}
cp "$bb" "$ir/bin/busybox"; ln -s busybox "$ir/bin/sh"
install -m 755 "$here/guest/initramfs-init" "$ir/init"
python3 - "$moddir" "$ir" <<'PY'
import os, re, subprocess, sys
moddir, ir = sys.argv[1:]
want = """virtio_pci virtio_blk virtio_scsi sd_mod sr_mod isofs virtio_console virtio_net virtio_rng
virtio_balloon ata_piix ahci evdev button crc32c_generic crc32c_intel""".split()
path = {}
for d, _, fs in os.walk(moddir):
    for f in fs:
        m = re.match(r'(.+)\.ko(\.xz)?$', f)
        if m:
            path[m.group(1).replace('-', '_')] = os.path.join(d, f)
def data(p):
    return subprocess.check_output(['xz', '-dc', p]) if p.endswith('.xz') else open(p, 'rb').read()
order, blobs = [], {}
def add(n):
    n = n.replace('-', '_')
    if n in blobs or n not in path: return   # absent means built in
    blobs[n] = b = data(path[n])
    m = re.search(rb'\0depends=([^\0]*)\0', b)
    for d in (m.group(1).decode().split(',') if m and m.group(1) else []):
        add(d)
    order.append(n)
for n in want: add(n)
for n in order:
    open(f'{ir}/modules/{n}.ko', 'wb').write(blobs[n])
open(f'{ir}/modules.list', 'w').write('\n'.join(f'{n}.ko' for n in order) + '\n')
PY
(cd "$ir" && find . -print0 | sort -z | tr '\0' '\n' | "$bb" cpio -o -H newc -R 0:0 2>/dev/null) |
    gzip -n -1 >"$out/initrd"

# --- root file system: busybox, the guest agent with its libraries, our programs ---
say "root file system"
rf=$work/rf
mkdir -p "$rf"/{bin,sbin,proc,sys,dev,run,tmp,data,data2,root,srv,etc/tg,etc/acpi/PWRF,usr/bin,usr/sbin,lib,lib64,var/log}
ln -s ../run "$rf/var/run"
cp "$bb" "$rf/bin/busybox"
for l in $("$bb" --list); do [ "$l" = busybox ] || ln -sf /bin/busybox "$rf/bin/$l"; done
for l in init reboot poweroff halt ifconfig acpid; do ln -sf /bin/busybox "$rf/sbin/$l"; done
qga=$(first "$sr/usr/sbin/qemu-ga" "$sr/usr/bin/qemu-ga")
cp "$qga" "$rf/usr/sbin/qemu-ga"
ld=$(first "$sr"/{lib64,usr/lib64,lib/x86_64-linux-gnu,usr/lib/x86_64-linux-gnu}/ld-linux-x86-64.so.2)
libs=$sr/lib/x86_64-linux-gnu:$sr/usr/lib/x86_64-linux-gnu
"$ld" --library-path "$libs" --list "$qga" | awk '$2=="=>"{print $3}' | while read -r f; do
    case $f in *ld-linux*) ;; *) cp -L "$f" "$rf/lib/$(basename "$f")" ;; esac
done
cp -L "$ld" "$rf/lib64/ld-linux-x86-64.so.2"
echo /lib >"$rf/etc/ld.so.conf"
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$rf/etc/passwd"
printf 'root:x:0:\n' >"$rf/etc/group"
echo testguest >"$rf/etc/hostname"
cp "$here/guest/inittab" "$rf/etc/inittab"
install -m 755 "$here"/guest/{rc.sysinit,rc.stop,agent,ready,fsfreeze-hook} "$work/writer" "$rf/etc/tg/"
# The guest agent calls: shutdown -h|-r|-P +0
printf '#!/bin/sh\ncase "$*" in *-r*) exec reboot ;; *) exec poweroff ;; esac\n' >"$rf/sbin/shutdown"
printf '#!/bin/sh\nexec poweroff\n' >"$rf/etc/acpi/PWRF/00000080"
chmod 755 "$rf/sbin/shutdown" "$rf/etc/acpi/PWRF/00000080"
# 2048 slots of 512 bytes, filled, so that their blocks are allocated and written.
python3 -c "import sys; sys.stdout.write(('.' * 511 + '\n') * 2048)" >"$rf/srv/records"

# --- content of the data disks: names and kinds of files that file-level restore meets ---
say "data files"
df=$work/df; mkdir -p "$df/files/docs/deep/er" "$df/files/many"
cp "$rf/srv/records" "$df/records"
python3 - "$df/files" <<'PY'
import os, random, sys
r, b = random.Random(7), sys.argv[1]
def w(n, d): open(os.path.join(b, n), 'wb').write(d)
w('empty', b''); w('hello.txt', b'hello\n')
w('docs/Übersicht 2024 – final.txt', 'Grüße\n'.encode()); w('docs/名前.txt', 'こんにちは\n'.encode())
w('docs/name with spaces & (signs) #1.txt', b'x\n')
w('docs/deep/er/report.bin', r.randbytes(700_001))
w('random-8M.bin', r.randbytes(8 << 20))
w('text-4M.log', b''.join(b'%08d the quick brown fox\n' % i for i in range(4 << 15)))
with open(os.path.join(b, 'sparse-16M.bin'), 'wb') as f:
    f.write(b'start'); f.seek(8 << 20); f.write(b'middle'); f.truncate(16 << 20)
for i in range(200): w(f'many/f{i:04}', r.randbytes(r.randrange(0, 9000)))
os.symlink('docs/deep/er/report.bin', os.path.join(b, 'link-to-report'))
os.link(os.path.join(b, 'hello.txt'), os.path.join(b, 'hard-link-to-hello'))
os.chmod(os.path.join(b, 'hello.txt'), 0o640)
PY
(cd "$df/files" && find . -type f -print0 | sort -z | xargs -0 sha256sum) >"$df/SHA256SUMS"
df2=$work/df2; mkdir -p "$df2/archive"
cp "$rf/srv/records" "$df2/records"
python3 -c "
import random, sys
r = random.Random(11)
open(sys.argv[1] + '/orders-2M.bin', 'wb').write(r.randbytes(2 << 20))
open(sys.argv[1] + '/journal-2M.log', 'wb').write(b''.join(b'%010d order placed\n' % i for i in range(1 << 16)))
" "$df2/archive"
(cd "$df2/archive" && sha256sum ./*) >"$df2/SHA256SUMS"

# --- disks, made without mounting anything ----------------------------------
say "disks"
chown -hR 0:0 "$rf" "$df" "$df2" 2>/dev/null || true
file_system() { # image MiB label uuid tree
    truncate -s "$2M" "$1"
    mkfs.ext4 -q -F -L "$3" -U "$4" -E root_owner=0:0,lazy_itable_init=0,lazy_journal_init=0 -d "$5" "$1"
}
root_mb=$((sys_mb - boot_mb - 2))
file_system "$work/root.img" $root_mb tg-sys 6e1c0000-7467-5379-7300-000000000001 "$rf"
file_system "$work/data.img" "$data_mb" tg-data 6e1c0000-7467-4461-7461-000000000002 "$df"
file_system "$work/data2.img" "$data2_mb" tg-data2 6e1c0000-7467-4461-7461-000000000003 "$df2"

truncate -s "${boot_mb}M" "$work/boot.img"
mkfs.vfat -n TGBOOT -i 74670001 "$work/boot.img" >/dev/null
cmdline="console=tty0 console=ttyS0 quiet panic=5 net.ifnames=0"
cat >"$work/syslinux.cfg" <<C
DEFAULT testguest
PROMPT 0
TIMEOUT 1
LABEL testguest
  LINUX /vmlinuz
  INITRD /initrd
  APPEND $cmdline
C
export MTOOLS_SKIP_CHECK=1
mcopy -i "$work/boot.img" "$out/vmlinuz" "$out/initrd" "$work/syslinux.cfg" ::
syslinux --install "$work/boot.img"
truncate -s "${sys_mb}M" "$work/system.img"
sfdisk -q "$work/system.img" <<C
label: gpt
label-id: 6E1C0000-7467-0000-0000-000000000000
start=1MiB, size=${boot_mb}MiB, type=U, attrs=LegacyBIOSBootable, name=boot
start=$((boot_mb + 1))MiB, size=${root_mb}MiB, type=L, name=root
C
dd if="$work/boot.img" of="$work/system.img" bs=1M seek=1 conv=notrunc,sparse status=none
dd if="$work/root.img" of="$work/system.img" bs=1M seek=$((boot_mb + 1)) conv=notrunc,sparse status=none
mbr=$(first /usr/lib/syslinux/mbr/gptmbr.bin /usr/lib/SYSLINUX/gptmbr.bin /usr/lib/EXTLINUX/gptmbr.bin)
dd if="$mbr" of="$work/system.img" bs=440 count=1 conv=notrunc status=none
for disk in system data data2; do
    qemu-img convert -q -f raw -O qcow2 "$work/$disk.img" "$work/$disk.qcow2"
    mv "$work/$disk.qcow2" "$out/$disk.qcow2"
done
{
    echo "kernel=$kver"
    echo "cmdline=$cmdline"
    echo "root_offset_bytes=$(((boot_mb + 1) * 1048576))"
    echo "system_mib=$sys_mb data_mib=$data_mb data2_mib=$data2_mb"
} >"$out/manifest"
echo "$stamp" >"$out/stamp"
say "built in $out"
