#!/usr/bin/env bash
# Rule: every shell script passes shellcheck.
set -euo pipefail
cd "$(dirname "$0")/../.."
git ls-files | while read -r file; do
    [ -f "$file" ] && head -c 60 "$file" 2>/dev/null | head -1 | grep -qaE '^#!.*(bash|/sh)' && echo "$file"
done | xargs -r shellcheck -x -S warning
