#!/usr/bin/env bash
# Rule: clang-tidy (.clang-tidy) finds nothing. usage: tidy.sh BUILD_FOLDER (for its compile commands)
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${1:?usage: tidy.sh BUILD_FOLDER}
git ls-files 'client/*.c' 'controller/*.c' |
    xargs -P "$(nproc)" -n 4 clang-tidy --quiet -p "$build" 2>/dev/null
