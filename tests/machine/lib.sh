# shellcheck shell=bash
# A real Debian machine of our own: systemd as process 1, journald, sshd, rsyslog, accounts. To be sourced; needs root.
#
#   . tests/machine/lib.sh
#   machine_make 12            # copies the tree, makes accounts and sshd's configuration; then change files below $root
#   machine_boot               # returns when systemd has started everything
#   inside CMD…                # as root in the machine
#   inside_net CMD… &          # a program of this host in the machine's network (it has loopback only)
#   key_sftp alice <<<'put …'  # a real client in the machine
#   machine_off                # shuts it down; the trap does it otherwise, and removes every trace
#
# One machine for each process that sources this. All that it leaves behind while it runs lies in $work.
#
# Partners, members of group sftp-feeds, chrooted in /srv/sftp/USER with an `upload` of their own:
#   alice  "Alice & Cie", the group is her primary one      password alice-Secret1
#   bob    no full name, the group is a supplementary one   password bob-Secret1
# carol, password carol-Secret1, has a shell and is no partner. Each has an ed25519 key, /root/keys/USER in the machine.

set -euo pipefail

machine_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work='' root='' machine_nspawn='' machine_init='' machine_cgroup='' machine_zone=''

say() { echo "machine: $*" >&2; }

die() { say "$*"; exit 1; }

# until_true SECONDS CMD…: waits for CMD to succeed; fails when the time is over.
until_true() {
    local deadline=$((SECONDS + $1 + 1)); shift
    until "$@"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.05
    done
}

machine_make() {
    local tree
    ((EUID == 0)) || die "needs root"
    tree=$("$machine_here/tree" "$1")
    work=$(mktemp -d "${TMPDIR:-/var/tmp}/sftp-monitor-machine.XXXXXX")
    root=$work/root
    trap machine_clean EXIT
    trap 'exit 130' INT TERM HUP
    cp -a --reflink=auto "$tree" "$root"
    : >"$root/etc/machine-id"
    echo sftp1 >"$root/etc/hostname"
    printf '%s\n' '127.0.0.1 localhost' '127.0.1.1 sftp1' >"$root/etc/hosts"
    echo LANG=C.UTF-8 >"$root/etc/default/locale"
    machine_zone=$(morning_zone)
    ln -sf "/usr/share/zoneinfo/$machine_zone" "$root/etc/localtime"
    echo "$machine_zone" >"$root/etc/timezone"
    machine_accounts
    machine_sshd INFO
}

# morning_zone: a zone where it is between nine and ten in the morning, so that no test meets the end of a day by chance:
# from 23:00 on a digest closes the day.
morning_zone() {
    local ahead
    ahead=$((9 - 10#$(date -u +%H)))
    ((ahead >= -12)) || ahead=$((ahead + 24))
    # The sign in these names is POSIX's: Etc/GMT-2 is two hours ahead.
    printf 'Etc/GMT%+d\n' $((-ahead))
}

# add_account USER 'FULL NAME' [useradd OPTION…]: with a password and a key.
add_account() {
    local user=$1 name=$2; shift 2
    in_tree useradd --create-home --shell /bin/bash --comment "$name" "$@" "$user"
    in_tree chpasswd <<<"$user:$user-Secret1"
    mkdir -p "$root/root/keys"
    ssh-keygen -q -t ed25519 -N '' -C "$user" -f "$root/root/keys/$user"
    install -d -m 700 "$root/home/$user/.ssh"
    cp "$root/root/keys/$user.pub" "$root/home/$user/.ssh/authorized_keys"
    in_tree chown -R "$user:" "/home/$user/.ssh"
}

# add_chroot USER: /srv/sftp/USER as sshd wants it, with a /dev/log that leads to the journal, as in OpenSSH's manual.
add_chroot() {
    local unit="srv-sftp-$1-dev-log.mount"
    install -d -m 755 "$root/srv/sftp/$1" "$root/srv/sftp/$1/dev" "$root/srv/sftp/$1/upload"
    in_tree chown "$1:" "/srv/sftp/$1/upload"
    touch "$root/srv/sftp/$1/dev/log"
    cat >"$root/etc/systemd/system/$unit" <<UNIT
[Unit]
After=systemd-journald-dev-log.socket
Before=ssh.service

[Mount]
What=/run/systemd/journal/dev-log
Where=/srv/sftp/$1/dev/log
Type=none
Options=bind

[Install]
WantedBy=multi-user.target
UNIT
    install -d "$root/etc/systemd/system/multi-user.target.wants"
    ln -s "../$unit" "$root/etc/systemd/system/multi-user.target.wants/$unit"
}

machine_accounts() {
    local user
    in_tree groupadd sftp-feeds
    add_account alice 'Alice & Cie' --gid sftp-feeds
    add_account bob '' --groups sftp-feeds
    add_account carol 'Carol Shell'
    for user in alice bob; do add_chroot "$user"; done

    # The clients live in the machine as well, so that each Debian brings its own.
    install -d -m 700 "$root/root/.ssh"
    cat >"$root/root/.ssh/config" <<'CONFIG'
Host *
    LogLevel ERROR
    StrictHostKeyChecking no
    UserKnownHostsFile /dev/null
    IdentitiesOnly yes
    BatchMode no
CONFIG
    # shellcheck disable=SC2016
    printf '#!/bin/sh\nprintf "%%s\\n" "$PASSWORD"\n' >"$root/root/askpass"
    chmod 755 "$root/root/askpass"
}

# machine_sshd LEVEL: sshd's configuration, with LogLevel INFO or VERBOSE. In a running machine a reload follows.
machine_sshd() {
    sed -i -e '/^Subsystem/d' -e '/^KbdInteractiveAuthentication/d' -e '/^# ---/,$d' "$root/etc/ssh/sshd_config"
    cat >>"$root/etc/ssh/sshd_config" <<CONFIG
# --- of the test machine
LogLevel $1
KbdInteractiveAuthentication yes
Subsystem sftp internal-sftp -l INFO
Match Group sftp-feeds
    ForceCommand internal-sftp -l INFO
    ChrootDirectory /srv/sftp/%u
CONFIG
    # Debian 13 shuts out an address that failed a few times, which here is everyone's.
    if [[ -e $root/usr/lib/openssh/sshd-session ]]; then
        echo 'PerSourcePenalties no' >"$root/etc/ssh/sshd_config.d/penalties.conf"
    fi
    [[ -z $machine_init ]] || inside systemctl reload ssh
}

# in_tree CMD…: a program of the tree, while the machine is off.
in_tree() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "$@"; }

machine_boot() {
    machine_starts
    machine_is_up
}

# machine_has_cgroup: makes one of the machine's own. Else two machines that run at once share the cgroups of their units,
# and a unit that is killed in one takes the other's with it (cgroup.kill knows no pid namespace).
machine_has_cgroup() {
    local mount
    mount=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
    if [[ -z $mount ]]; then
        mount=$work/cgroup
        mkdir -p "$mount"
        mount -t cgroup2 cgroup2 "$mount"
    fi
    machine_cgroup=$mount$(sed -n 's/^0:://p' /proc/self/cgroup)/${work##*/}
    mkdir -p "$machine_cgroup"
}

# machine_starts: returns when programs can be run in it; much else in it may not run yet.
machine_starts() {
    machine_has_cgroup
    # Without the variable, newer systemds refuse the cgroup v1 that some hosts still have.
    (echo "$BASHPID" >"$machine_cgroup/cgroup.procs" && SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 \
        exec systemd-nspawn --quiet --directory="$root" --boot --register=no --keep-unit --private-network --timezone=off \
        --machine="${work##*/sftp-monitor-}" --hostname=sftp1 </dev/null >"$work/boot.log" 2>&1) &
    machine_nspawn=$!
    until_true 20 machine_lives || machine_stuck
}

# machine_is_up: waits until systemd has started everything.
machine_is_up() { until_true 60 machine_runs || machine_stuck; }

machine_stuck() {
    tail -n 30 "$work/boot.log" >&2
    die "did not boot"
}

machine_lives() {
    kill -0 "$machine_nspawn" 2>/dev/null || { cat "$work/boot.log" >&2; die "systemd-nspawn ended"; }
    # Until it is systemd, it is a part of nspawn that makes the machine ready.
    machine_init=$(pgrep -P "$machine_nspawn" --exact systemd) || return 1
    inside test -d /run/systemd/system 2>/dev/null
}

machine_runs() {
    local state
    machine_lives || return 1
    state=$(inside systemctl is-system-running 2>/dev/null) || true
    [[ $state == running || $state == degraded ]]
}

# The cgroup of what runs inside stays this shell's, so journald knows no unit for it; what must have one is run with
# `inside systemd-run`, or by a log-in through sshd.
inside() {
    nsenter --target "$machine_init" --all -- /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        HOME=/root LANG=C.UTF-8 TERM=dumb PASSWORD="${PASSWORD-}" SSH_ASKPASS=/root/askpass SSH_ASKPASS_REQUIRE=force "$@"
}

# It takes the place of the shell that runs it in the background, so that this shell's `kill $!` ends it.
inside_net() { exec nsenter --target "$machine_init" --net -- "$@"; }

# key_sftp USER [OPTION…] <BATCH, password_sftp USER PASSWORD [OPTION…] <BATCH: a client in the machine. Like sftp, they
# fail at the first command that fails; a batch line that may fail begins with `-`.
key_sftp() {
    local user=$1; shift
    inside sftp -q -oIdentityFile="/root/keys/$user" -oPreferredAuthentications=publickey "$@" -b - "$user@127.0.0.1"
}

password_sftp() {
    local user=$1 PASSWORD=$2; shift 2
    inside sftp -q -oBatchMode=no -oPubkeyAuthentication=no -oPreferredAuthentications=password -oNumberOfPasswordPrompts=1 "$@" -b - "$user@127.0.0.1"
}

# descendants PID: it and all that it started, to be stopped or killed as a whole.
descendants() {
    local child
    echo "$1"
    for child in $(pgrep -P "$1"); do descendants "$child"; done
}

machine_off() {
    [[ -n $machine_nspawn ]] || return 0
    if [[ -n $machine_init ]]; then kill -RTMIN+4 "$machine_init" 2>/dev/null || true; fi
    until_true 20 machine_gone || kill -KILL "$machine_nspawn" "$machine_init" 2>/dev/null || true
    wait "$machine_nspawn" 2>/dev/null || true
    machine_nspawn='' machine_init=''
}

machine_gone() { ! kill -0 "$machine_nspawn" 2>/dev/null; }

machine_clean() {
    local status=$? mount
    trap - EXIT
    set +e
    if [[ $status != 0 && -n $machine_init ]]; then
        say "ended in: ${FUNCNAME[*]:1}, called at lines ${BASH_LINENO[*]:1}"
        say '--- the end of the journal'
        inside journalctl --no-pager -n 60 >&2
    fi
    machine_off
    [[ -z $machine_cgroup ]] || find "$machine_cgroup" -depth -type d -exec rmdir {} + 2>/dev/null
    if [[ -n $work ]]; then
        # What is mounted below the tree must be gone before anything is removed.
        awk -v below="$work/" 'index($2, below) == 1 { print $2 }' /proc/self/mounts | tac |
            while read -r mount; do umount "$mount" || umount --lazy "$mount"; done
        rm -rf --one-file-system "$work"
    fi
    exit "$status"
}
