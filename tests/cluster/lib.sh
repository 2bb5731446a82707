# shellcheck shell=bash disable=SC2034 # the names here are for others
# What the commands of the test bed share: its names and places, messages, and
# the record of processes. Sourced, never run.

set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PATH=$PATH:/usr/sbin:/sbin

# shellcheck source=versions
source "$HERE/versions"

CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/sluice

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

# Prints the comment at the head of the command.
usage() { sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; }

bed_must_exist() {
    [[ -e $ADMIN_KUBECONFIG ]] || die "no bed '$BED' is up; start it with: $HERE/up $BED"
}

# Commands that start or end a bed of one name wait for each other.
bed_lock() {
    mkdir -p "$CACHE"
    exec 8>"$CACHE/bed-$BED.lock"
    flock -n 8 || {
        say "bed '$BED' is being started or ended elsewhere, waiting"
        flock 8
    }
}

# --- The network namespace ----------------------------------------------------
# It has no name: a process that only sleeps holds it open, recorded like the
# components, and it goes when the last process in it does. So nothing is left
# behind after a crash, and a user without root has a bed too, where the kernel
# lets users have namespaces.

network_of() { readlink "/proc/$1/ns/net"; }

in_other_namespace() { [[ $(network_of "$(alive namespace)") != "$(network_of self)" ]]; }

# Sets ENTER to the words that run a command inside the bed's namespace; none if
# we are in it already, as when a test inside the bed calls these commands.
find_namespace() {
    local pid
    pid=$(alive namespace) || die "the network namespace of bed '$BED' is gone; run: $HERE/down $BED"
    ENTER=()
    in_other_namespace || return 0
    ENTER=(nsenter --target "$pid" --net)
    [[ ! -e $STATE/run/userns ]] || ENTER+=(--user --preserve-credentials)
}

in_bed() {
    find_namespace
    "${ENTER[@]}" "$@"
}

in_bed_kubectl() { in_bed "$STATE/bin/kubectl" --kubeconfig "$ADMIN_KUBECONFIG" "$@"; }

# --- The record of processes -------------------------------------------------
# A process is recorded as its pid and its start time in clock ticks: a pid is
# used again sooner or later, the pair is not.

start_ticks() {
    local stat
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
    stat=${stat##*) } # the command's name may hold spaces and parentheses
    local -a field
    read -ra field <<<"$stat"
    [[ ${field[0]} != Z ]] || return 1
    echo "${field[19]}"
}

# launch NAME COMMAND... starts a component in the bed's namespace.
launch() {
    local name=$1
    shift
    find_namespace
    launch_outside "$name" "${ENTER[@]}" "$@"
}

# The subshell, setsid and nsenter each become the next by exec, so $! is the
# component's own pid. Its own session: it outlives the terminal.
launch_outside() {
    local name=$1
    shift
    (
        close_inherited
        exec setsid "$@"
    ) </dev/null >>"$STATE/log/$name.log" 2>&1 &
    record "$name" $!
    disown # or bash tells of each that is killed
}

# A component must not hold open what the caller's shell has open, such as a
# lock or the pipe of a test runner.
close_inherited() {
    local fd
    for fd in /proc/self/fd/*; do
        fd=${fd##*/}
        ((fd <= 2)) || exec {fd}>&- || true
    done
}

record() { echo "$2 $(start_ticks "$2")" >"$STATE/run/$1.pid"; }

# Prints the recorded pid of a component, and fails unless it still runs.
alive() {
    local pid ticks
    { read -r pid ticks <"$STATE/run/$1.pid"; } 2>/dev/null || return 1
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
    ! alive namespace >/dev/null || name_guests
    end_component namespace
}

remove_bed() {
    end_bed
    rm -rf "$STATE"
}

# What a test started in the namespace by itself is the test's to end.
name_guests() {
    local network process command
    network=$(network_of "$(alive namespace)")
    for process in /proc/[0-9]*; do
        [[ $(readlink "$process/ns/net" 2>/dev/null) == "$network" ]] || continue
        [[ ${process##*/} != "$(alive namespace)" && ${process##*/} != "$$" ]] || continue
        command=$(tr '\0' ' ' 2>/dev/null <"$process/cmdline") || continue
        say "still running in the bed, and not started by it: ${process##*/} ${command:0:80}"
    done
}

# wait_for SECONDS WHAT COMMAND... polls until the command succeeds.
wait_for() {
    local seconds=$1 what=$2 deadline said
    shift 2
    deadline=$((SECONDS + seconds))
    until said=$("$@" 2>&1); do
        ((SECONDS < deadline)) || die "$what: not within $seconds s ($said); logs are in $STATE/log"
        sleep 0.1
    done
}
