#!/usr/bin/env bash
# Rule: what a room may link. decide/, calendar/ and model/ are pure: an allow-list of libc symbols;
# usage: pure.sh BUILD_FOLDER
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${1:?usage: pure.sh BUILD_FOLDER}
failed=0

# Symbols a library needs and does not define itself, from outside the project.
outside() {
    nm -u "$1" 2>/dev/null | awk '$1 == "U" { print $2 }' | sort -u |
        grep -vE '^(__asan|__ubsan|__lsan|__sanitizer|_GLOBAL_OFFSET_TABLE_|__stack_chk_fail)' |
        grep -vxFf <(nm -g --defined-only "$build"/client/*.a "$build"/controller/*.a 2>/dev/null |
            awk 'NF == 3 { print $3 }' | sort -u)
}

allow() { # library, extended regular expression of allowed outside symbols
    local bad
    [ -f "$build/controller/lib$1.a" ] || return 0
    bad=$(outside "$build/controller/lib$1.a" | grep -vxE "$2" || true)
    if [ -n "$bad" ]; then
        echo "lib$1.a needs: $(echo "$bad" | xargs)"
        echo "  rule: $1/ may use only: $2"
        failed=1
    fi
}

text='(mem(cpy|cmp|set|move|chr)|__mem(cpy|set|move)_chk|str(len|cmp|ncmp|chr|rchr|str|spn|cspn|n?casecmp|nlen)|to(upper|lower)|__ctype_.*|(__)?v?snprintf(_chk)?|qsort|bsearch|__(u?div|u?mod)(ti3|ti4|modti4)|__muloti4|abort|__assert_fail)'
allow decide "$text"
allow calendar "($text|open|close|read|fstat|stat|__errno_location|strerror|__open_2|fopen|fread|fclose)"
allow model "($text|json_.*|jsonp_.*)"
exit $failed
