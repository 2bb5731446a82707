# shellcheck shell=bash disable=SC2034 # the names here are for others
# What the commands of the test bed share: its names and places, messages, and
# the record of processes. Sourced, never run.

set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PATH=$PATH:/usr/sbin:/sbin

# shellcheck source=versions
source "$HERE/versions"

# What a bed consists of, in the order in which it starts.
COMPONENTS=(etcd apiserver controller-manager scheduler kwok metrics)
EXIT_SKIP=77

say() { printf 'cluster: %s\n' "$*" >&2; }
die() {
    say "$*"
    exit 1
}
# Ends with the exit code that test runners read as "skipped".
skip() {
    say "skipped: $*"
    exit "$EXIT_SKIP"
}

# Names the bed: its namespace and its folder. Several beds can stand side by
# side; each has its own network namespace, so their ports never meet.
bed_choose() {
    BED=$1
    [[ $BED =~ ^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$ ]] ||
        die "bed name '$BED': use at most 32 of a-z, 0-9 and '-', with no '-' at either end"
    NETNS=sluice-bed-$BED
    STATE=${XDG_RUNTIME_DIR:-/tmp}/sluice-bed-$BED
    ADMIN_KUBECONFIG=$STATE/admin.kubeconfig
}

# Takes "--bed NAME" off the front of a command's arguments, which it leaves in
# ARGS. Without it the bed is SLUICE_BED's, or "sluice".
bed_of_args() {
    local name=${SLUICE_BED:-sluice}
    if [[ ${1:-} == --bed ]]; then
        [[ -n ${2:-} ]] || die "--bed needs a name"
        name=$2
        shift 2
    fi
    bed_choose "$name"
    ARGS=("$@")
}

usage() {
    sed -n '2,/^[^#]/{/^#/!d;s/^# \{0,1\}//;p}' "$0"
}

bed_must_exist() {
    [[ -e $ADMIN_KUBECONFIG ]] || die "no bed '$BED' is up; start it with: $HERE/up $BED"
}

# Runs a command inside the bed's network namespace.
in_bed() { nsenter --net="/run/netns/$NETNS" -- "$@"; }

in_bed_kubectl() { in_bed "$STATE/bin/kubectl" --kubeconfig "$ADMIN_KUBECONFIG" "$@"; }

# --- The record of processes -------------------------------------------------
# A process is recorded as its pid and its start time in clock ticks: a pid is
# used again sooner or later, the pair is not.

start_ticks() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    stat=${stat##*) } # the command's name may hold spaces and parentheses
    local -a field
    read -ra field <<<"$stat"
    [[ ${field[0]} != Z ]] || return 1
    echo "${field[19]}"
}

record() { echo "$2 $(start_ticks "$2")" >"$STATE/run/$1.pid"; }

# Prints the recorded pid of a component, and fails unless it still runs.
alive() {
    local pid ticks
    read -r pid ticks 2>/dev/null <"$STATE/run/$1.pid" || return 1
    [[ $(start_ticks "$pid") == "$ticks" ]] || return 1
    echo "$pid"
}

# Ends a component at once. SIGTERM would let the API server keep its watches
# for a minute, and nothing of a bed is worth keeping.
end_component() {
    local pid
    pid=$(alive "$1") || return 0
    kill -KILL "$pid"
    while alive "$1" >/dev/null; do sleep 0.02; done
}

end_bed() {
    local name
    for name in "${COMPONENTS[@]}"; do end_component "$name"; done
    [[ -e /run/netns/$NETNS ]] || return 0
    name_guests
    ip netns delete "$NETNS"
}

# What a test started by itself is the test's to end; until then the namespace
# lives on without a name.
name_guests() {
    local pid command
    for pid in $(ip netns pids "$NETNS"); do
        command=$(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline") || continue
        say "still running in the namespace, not started by the bed: $pid ${command:0:80}"
    done
}

# wait_for SECONDS WHAT COMMAND... polls until the command succeeds.
wait_for() {
    local seconds=$1 what=$2 deadline
    shift 2
    deadline=$((SECONDS + seconds))
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < deadline)) || die "$what: not within $seconds s; logs are in $STATE/log"
        sleep 0.1
    done
}
