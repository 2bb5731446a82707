#!/usr/bin/env bash
# Criterion alone calls a leaking test passed. Run as all our tests are run, it must fail and say why.
set -uo pipefail
if output=$("$1" 2>&1); then
    echo "the leaking test passed: leak detection is not wired"
    exit 1
fi
grep -q 'detected memory leaks' <<<"$output" || { echo "failed for another reason: $output"; exit 1; }
echo "the leak was noticed"
