#!/usr/bin/env bash
# Rule: every shell script passes shellcheck.
set -euo pipefail
cd "$(dirname "$0")/../.."
git ls-files | while read -r file; do
    if [ -f "$file" ] && head -c 60 "$file" | head -1 | grep -qaE '^#!.*(bash|/sh)'; then
        echo "$file"
    fi
done | xargs -r shellcheck -x -S warning
