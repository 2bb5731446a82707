#!/usr/bin/env bash
# Every check that needs no build, quick ones first. Each prints the rule it holds when it fails.
set -uo pipefail
cd "$(dirname "$0")" || exit
failed=0
for check in format layers banned sizes words shell; do
    if ./$check.sh; then
        echo "ok    lint: $check"
    else
        echo "FAIL  lint: $check"
        failed=1
    fi
done
exit $failed
