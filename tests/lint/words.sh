#!/usr/bin/env bash
# Rule: the tree speaks of the project alone: no leftovers (TODO without a reason, merge marks,
# trailing blanks) and no absolute home or work folders of somebody's machine.
set -euo pipefail
cd "$(dirname "$0")/../.."
failed=0
hits=$(git grep -nE '(^|[^A-Za-z])(TODO|FIXME|XXX)([^(]|$)' -- ':!tests/lint' ':!LICENSE' || true)
[ -z "$hits" ] || { echo "$hits"; echo '  rule: TODO(#issue): question, or nothing'; failed=1; }
hits=$(git grep -nE '(/work/|/root/|/home/[a-z])' -- ':!tests/lint' || true)
[ -z "$hits" ] || { echo "$hits"; echo '  rule: no folder of one machine'; failed=1; }
hits=$(git grep -nE '^(<<<<<<<|>>>>>>>) ' || true)
[ -z "$hits" ] || { echo "$hits"; echo '  rule: no merge marks'; failed=1; }
hits=$(git grep -nIE '[ 	]+$' -- '*.c' '*.h' '*.sh' '*.py' '*.yaml' '*.md' 'Makefile' '*CMakeLists.txt' || true)
[ -z "$hits" ] || { echo "$hits" | head -5; echo '  rule: no trailing blanks'; failed=1; }
exit $failed
