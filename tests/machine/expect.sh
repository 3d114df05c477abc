# shellcheck shell=bash
# What a machine must have done: what Slack got, what the state holds, what systemd says. To be sourced after lib.sh.
#
#   slack_starts STAND-IN      # Slack, on the machine's loopback; machine_clean ends it
#   slack_says CODE|silence    # it takes nothing from now on; slack_takes: it takes messages again (see slack.rs for more)
#   expect N TEXT, counts FILTER VALUE, holds WHAT CMD…     # each adds to $failures when it does not hold
#   channel, thread TEXT       # what somebody sees who opens the channel now, or the thread of the message with TEXT
#   killed SIGNAL              # so is the daemon
#   verdict                    # fails with all that is known where anything did

failures=0
state=''

failed() { say "FAILED: $*"; failures=$((failures + 1)); }

slack_starts() {
    state=$root/var/lib/sftp-monitor/daily.json
    inside_net "$1" 127.0.0.1:8088 "$work/slack.refusal" "$work/slack.record" >>"$work/slack.log" 2>&1 &
    slack=$!
    # machine_clean ends with the status that it finds: kill's must not take its place.
    trap 'status=$?; set +e; slack_ends; (exit "$status"); machine_clean' EXIT
}

slack_ends() { kill "$slack" 2>/dev/null; wait "$slack" 2>/dev/null || true; }

slack_says() { echo "$1" >"$work/slack.refusal"; }

slack_takes() { rm -f "$work/slack.refusal"; }

# posted: each message that Slack got, in threads as well, on a line. What it was edited to is no message.
posted() { grep -v '^  ✎ ' "$work/slack.log"; }

# times TEXT: how many of them contain it.
times() { posted | grep -cF -- "$1" || true; }

# said TEXT: waits until Slack got a message that contains TEXT.
said() { until_true 45 got "$1"; }

got() { (($(times "$1") > 0)); }

# expect N TEXT: Slack got N messages with this text, once it has had the time to get one too many.
expect() {
    local count
    [[ $1 == 0 ]] || said "$2" || true
    count=$(times "$2")
    [[ $count == "$1" ]] || failed "expected $1 messages with: $2 (got $count)"
}

# channel: the messages of the channel as they stand there now, one a line; what was said in a thread and shown there too has ↳.
# "repeated" stands before a copy whose answer was lost: another one followed, which says so.
channel() {
    jq -rs '
        [.[] | select(.ts and (.answer == "ok" or .answer == "lost"))] as $taken
        | ($taken | map(select(.method == "chat.update") | {key: .ts, value: .message.text}) | from_entries) as $edited
        | ($taken | map(select(.method == "chat.postMessage"))) as $posts
        | range($posts | length) as $at | $posts[$at].message as $message
        | select($message.thread_ts == null or $message.reply_broadcast == true)
        | any($posts[$at + 1:][].message; .text == $message.text and .thread_ts == $message.thread_ts
            and (tostring | contains("Peut-être déjà publié"))) as $repeated
        | (if $repeated then "repeated " else "" end) + (if $message.thread_ts then "↳ " else "" end)
            + ($edited[$posts[$at].ts] // $message.text | gsub("\n"; "\\n"))
    ' "$work/slack.record"
}

# thread TEXT: the replies below the messages that began with TEXT in them, one a line.
thread() {
    jq -rs --arg text "$1" '
        [.[] | select(.method == "chat.postMessage" and .ts and (.answer == "ok" or .answer == "lost"))]
        | (map(select(.message | .thread_ts == null and (.text | contains($text))) | .ts)) as $first
        | .[] | select([.message.thread_ts] | inside($first)) | .message.text | gsub("\n"; "\\n")
    ' "$work/slack.record"
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

# killed SIGNAL: the daemon's process, if there is one, gets it, as from `kill` or the kernel, and not from systemd.
killed() {
    local pid
    pid=$(inside systemctl show --property=MainPID --value sftp-monitor)
    ((pid == 0)) || inside kill -"$1" "$pid"
}

# shows UNIT PROPERTY VALUE: what systemd says of a unit, within a while; VALUE is a pattern.
shows() {
    until_true 45 shows_now "$@" || failed "$1: $2 is $(inside systemctl show --property="$2" --value "$1"), not $3"
}

# shellcheck disable=SC2053  # a pattern
shows_now() { [[ $(inside systemctl show --property="$2" --value "$1") == $3 ]]; }

verdict() {
    ((failures)) || { say "Debian $suite: all as it must be"; return 0; }
    say '--- what Slack got'; cat "$work/slack.log" >&2
    say '--- the channel now'; channel >&2
    say '--- the journal'; inside journalctl -u 'sftp-monitor*' --no-pager >&2
    say '--- sshd'; inside journalctl -t sshd -t sshd-session -t internal-sftp --no-pager >&2
    die "Debian $suite: $failures checks failed"
}
