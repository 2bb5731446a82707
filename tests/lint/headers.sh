#!/usr/bin/env bash
# Rule: each header compiles alone, begins with one SPDX line and has an include guard.
# usage: headers.sh BUILD_FOLDER (for the generated header)
set -euo pipefail
cd "$(dirname "$0")/../.."
failed=0
flags=(-std=c17 -D_POSIX_C_SOURCE=200809L -fsyntax-only -Wall -Wextra -Iclient -Icontroller)
read -r -a packages <<<"$(pkg-config --cflags libcurl jansson yaml-0.1 libuv libwebsockets)"
flags+=("-I${1:?usage: headers.sh BUILD_FOLDER}/crds")
while read -r header; do
    if [ "$(sed -n 1p "$header")" != '/* SPDX-License-Identifier: Apache-2.0 */' ]; then
        echo "$header: the first line must be /* SPDX-License-Identifier: Apache-2.0 */"
        failed=1
    fi
    grep -q '^#ifndef [A-Z0-9_]*_H$' "$header" || { echo "$header: no include guard"; failed=1; }
    gcc "${flags[@]}" "${packages[@]}" -x c "$header" || { echo "$header does not compile alone"; failed=1; }
done < <(git ls-files 'client/*.h' 'controller/*.h')
while read -r source; do
    [ "$(sed -n 1p "$source")" = '/* SPDX-License-Identifier: Apache-2.0 */' ] || {
        echo "$source: the first line must be /* SPDX-License-Identifier: Apache-2.0 */"
        failed=1
    }
done < <(git ls-files 'client/*.c' 'controller/*.c' 'tests/*.c' 'crds/*.c')
exit $failed
