#!/usr/bin/env bash
# Rule: every source is formatted by .clang-format. Remedy: make format
set -euo pipefail
cd "$(dirname "$0")/../.."
if ! git ls-files '*.c' '*.h' | xargs clang-format --dry-run -Werror 2>/tmp/sluice-format.$$; then
    grep -c 'error:' /tmp/sluice-format.$$ | xargs -I{} echo "{} places differ from .clang-format, first:"
    head -3 /tmp/sluice-format.$$
    rm -f /tmp/sluice-format.$$
    echo "remedy: make format"
    exit 1
fi
rm -f /tmp/sluice-format.$$
