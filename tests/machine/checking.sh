# shellcheck shell=bash
# What `check` says on a machine, and the commands that it prints, typed. To be sourced after lib.sh and expect.sh.
#
#   checked CODE               # runs check as root; what it printed is in $work/check.json
#   finding NAME STATUS TEXT   # it found this
#   mended NAME                # types the command of the first problem or warning of this name
#   uploaded USER FILE         # an upload is alerted

# machine_installs: the program with its units, a configuration for the stand-in by which each alert is a message, and a token.
machine_installs() {
    install -m 755 "$1" "$root/usr/bin/sftp-monitor"
    install -m 644 "$here"/../../units/*.service "$here"/../../units/*.timer "$here"/../../units/*.path "$root/usr/lib/systemd/system/"
    install -D -m 644 "$here/../../units/sftp-monitor.sysusers" "$root/usr/lib/sysusers.d/sftp-monitor.conf"
    install -d "$root/etc/sftp-monitor" "$root/etc/credstore"
    cat >"$root/etc/sftp-monitor/config.toml" <<'CONFIG'
[slack]
channel = "C0APAF806F8"
api-url = "http://127.0.0.1:8088/api"
[alerts]
group-window = "0s"
follow-up = "post"
max-per-hour = 1000
CONFIG
    echo xoxb-test >"$root/etc/credstore/slack-bot-token"
    chmod 600 "$root/etc/credstore/slack-bot-token"
}

# add_bare_chroot USER: as sshd wants it, and without a /dev/log.
add_bare_chroot() {
    install -d -m 755 "$root/srv/sftp/$1" "$root/srv/sftp/$1/upload"
    in_tree chown "$1:" "/srv/sftp/$1/upload"
}

checked() {
    local code=0
    inside sftp-monitor check --json >"$work/check.json" || code=$?
    [[ $code == "$1" ]] || { failed "check ended with $code, not with $1"; jq -c '.[]' "$work/check.json" >&2; }
}

finding() {
    jq -e --arg name "$1" --arg status "$2" --arg text "$3" \
        'any(.[]; .name == $name and .status == $status and (.detail | contains($text)))' "$work/check.json" >/dev/null ||
        { failed "no $2 of $1 with: $3"; jq -c --arg name "$1" '.[] | select(.name == $name)' "$work/check.json" >&2; }
}

# typed COMMAND: as a person types it; what asks for a token gets one.
typed() {
    say "\$ $1"
    printf 'xoxb-test\n' | inside script -qec "$1" /dev/null >"$work/typed.log" 2>&1 || { failed "typed: $1"; cat "$work/typed.log" >&2; }
}

mended() {
    typed "$(jq -r --arg name "$1" 'first(.[] | select(.name == $name and .status != "ok" and .remedy)).remedy' "$work/check.json")"
}

uploaded() {
    key_sftp "$1" <<<"put /etc/passwd upload/$2"
    expect 1 "a uploadé $2"
}
