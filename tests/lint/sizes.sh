#!/usr/bin/env bash
# Rule: a function fits a screen (at most 80 lines), a source file 600, a header 250 (tables excepted
# by being data). Longer ones want a wall.
set -euo pipefail
cd "$(dirname "$0")/../.."
failed=0
while read -r file; do
    lines=$(wc -l <"$file")
    limit=600
    [[ "$file" == *.h ]] && limit=250
    if [ "$lines" -gt "$limit" ]; then
        echo "$file has $lines lines, at most $limit"
        failed=1
    fi
    awk -v file="$file" '
        /^\{/ { start = NR }
        /^\}/ && start { if (NR - start > 80) { printf "%s:%d: a function of %d lines, at most 80\n", file, start, NR - start; bad = 1 } start = 0 }
        END { exit bad }' "$file" || failed=1
done < <(git ls-files 'client/*.[ch]' 'controller/*.[ch]' 'crds/*.c' 'tests/*.[ch]')
exit $failed
