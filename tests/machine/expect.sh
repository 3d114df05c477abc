# shellcheck shell=bash
# What a machine must have done: what Slack got, what the state holds, what systemd says. To be sourced after lib.sh.
#
#   slack_starts STAND-IN      # Slack, on the machine's loopback; machine_clean ends it
#   slack_says CODE|silence    # it takes nothing from now on; slack_takes: it takes messages again
#   expect N TEXT, counts FILTER VALUE, holds WHAT CMD…     # each adds to $failures when it does not hold
#   killed SIGNAL              # so is the daemon
#   verdict                    # fails with all that is known where anything did

failures=0
state=''

failed() { say "FAILED: $*"; failures=$((failures + 1)); }

slack_starts() {
    state=$root/var/lib/sftp-monitor/daily.json
    inside_net "$1" 127.0.0.1:8088 "$work/slack.refusal" >>"$work/slack.log" 2>&1 &
    slack=$!
    # machine_clean ends with the status that it finds: kill's must not take its place.
    trap 'status=$?; set +e; slack_ends; (exit "$status"); machine_clean' EXIT
}

slack_ends() { kill "$slack" 2>/dev/null; wait "$slack" 2>/dev/null || true; }

slack_says() { echo "$1" >"$work/slack.refusal"; }

slack_takes() { rm -f "$work/slack.refusal"; }

# said TEXT: waits until Slack got a message that contains TEXT.
said() { until_true 45 grep -qF -- "$1" "$work/slack.log"; }

# expect N TEXT: Slack got N messages with this text, once it has had the time to get one too many.
expect() {
    local count
    [[ $1 == 0 ]] || said "$2" || true
    count=$(grep -cF -- "$2" "$work/slack.log" || true)
    [[ $count == "$1" ]] || failed "expected $1 messages with: $2 (got $count)"
}

# counts FILTER VALUE: what the state holds.
counts() {
    local found
    found=$(jq -cr "$1" "$state") || true
    [[ $found == "$2" ]] || failed "$1 is $found, not $2"
}

# settled FILTER: waits until it holds of the state.
settled() { until_true 45 jq -e "$1" "$state" >/dev/null 2>&1 || true; }

# holds WHAT CMD…: CMD succeeds, within a while.
holds() { local what=$1; shift; until_true 45 "$@" >/dev/null 2>&1 || failed "$what: $*"; }

# killed SIGNAL: the daemon's process gets it, as from `kill` or the kernel, and not from systemd.
killed() { inside kill -"$1" "$(inside systemctl show --property=MainPID --value sftp-monitor)"; }

# shows UNIT PROPERTY VALUE: what systemd says of a unit, within a while; VALUE is a pattern.
shows() {
    until_true 45 shows_now "$@" || failed "$1: $2 is $(inside systemctl show --property="$2" --value "$1"), not $3"
}

# shellcheck disable=SC2053  # a pattern
shows_now() { [[ $(inside systemctl show --property="$2" --value "$1") == $3 ]]; }

verdict() {
    ((failures)) || { say "Debian $suite: all as it must be"; return 0; }
    say '--- what Slack got'; cat "$work/slack.log" >&2
    say '--- the journal'; inside journalctl -u 'sftp-monitor*' --no-pager >&2
    say '--- sshd'; inside journalctl -t sshd -t sshd-session -t internal-sftp --no-pager >&2
    die "Debian $suite: $failures checks failed"
}
