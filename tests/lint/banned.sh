#!/usr/bin/env bash
# Rule: clocks, random numbers, sockets and threads are reached through base/clock.h and
# base/transport.h only, so that the control thread can be simulated; and no unbounded text calls.
# The doors themselves: kube/uv_clock.c, kube/curl_transport*.c, web/, cli/. calendar/tzload.c reads
# zone files; kube/config*.c and kube/token*.c read credentials.
set -euo pipefail
cd "$(dirname "$0")/../.."
failed=0

check() { # pattern, what, files...
      local pattern=$1 what=$2 hits
    shift 2
    hits=$(printf '%s\n' "$@" | xargs grep -nE "(^|[^A-Za-z0-9_.>])($pattern)[ ]*\(" 2>/dev/null |
        grep -vE ':[0-9]+: *(\*|/\*|//)' || true)
    if [ -n "$hits" ]; then
        echo "$hits"
        echo "  rule: $what"
        failed=1
    fi
}

mapfile -t all < <(git ls-files 'client/*.[ch]' 'controller/*.[ch]')
mapfile -t inside < <(printf '%s\n' "${all[@]}" |
    grep -vE '^client/kube/(uv_clock|curl_|config|token)|^client/example/|^controller/(web|cli)/|^controller/main.c|^controller/calendar/tzload')

check 'time|gettimeofday|clock_gettime|localtime|localtime_r|gmtime|mktime|sleep|usleep|nanosleep' \
    'time comes in through struct clock or as an argument' "${inside[@]}"
check 'rand|random|srand|drand48|getrandom|arc4random' 'chance comes in through clock_random' "${inside[@]}"
check 'socket|connect|bind|listen|accept|pthread_create|fork|popen|system' \
    'the outside world is behind struct transport' "${inside[@]}"
check 'strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atof|alloca' \
    'unbounded or error-hiding text calls: use base/buf.h, base/str.h, arena_printf' "${all[@]}"
mapfile -t no_mem < <(printf '%s\n' "${all[@]}" | grep -vE '^client/base/mem\.c')
check 'malloc|calloc|realloc|strdup|strndup' 'memory comes from base/mem.h or an arena' "${no_mem[@]}"
exit $failed
