#!/usr/bin/env bash
# Names what is missing to build or test, with the command that installs it; `install` installs it.
set -euo pipefail
cd "$(dirname "$0")/../.."

build_packages=(gcc make cmake pkg-config libc6-dev libcurl4-openssl-dev libjansson-dev libyaml-dev
    libuv1-dev libwebsockets-dev tzdata ca-certificates)
test_packages=(clang libclang-rt-14-dev clang-format clang-tidy libcriterion-dev git shellcheck curl
    python3 python3-yaml python3-pytest python3-pytest-xdist iproute2 ccache)

wanted() {
    printf '%s\n' "${build_packages[@]}"
    if [ "$1" != build ]; then
        printf '%s\n' "${test_packages[@]}"
        tests/cluster/missing
    fi
}

missing() {
    local package
    wanted "$1" | sort -u | while read -r package; do
        [ -n "$package" ] || continue
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"
    done
}

case "${1:-}" in
build)
    command -v dpkg-query >/dev/null || exit 0 # another system: CMake names what it does not find
    list=$(missing build | xargs)
    if [ -n "$list" ]; then
        echo "Missing packages: $list" >&2
        echo "Install them with: make deps   (or: apt-get install -y $list)" >&2
        exit 1
    fi
    ;;
install)
    list=$(missing all | xargs)
    [ -n "$list" ] || exit 0
    if ! command -v apt-get >/dev/null; then
        echo "This is not Debian: install the equivalents of: $list" >&2
        exit 1
    fi
    if [ "$(id -u)" != 0 ]; then
        echo "Not root, so nothing is installed. As root: apt-get install -y $list" >&2
        exit 1
    fi
    echo "Installing: $list"
    apt-get update -qq
    # shellcheck disable=SC2086 # a list of package names
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $list >/dev/null
    ;;
*)
    echo "usage: $0 build|install" >&2
    exit 2
    ;;
esac
