#!/usr/bin/env bash
# Runs the tests on other, emulated CPUs and with other compilers, builds without std, and checks all pairs of features. README.md
# says what runs where. Installs missing packages, which needs root. Arguments are names of ports. Without arguments, all ports run.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! [ "$(uname -m)" = x86_64 ] || ! [ "$(dpkg --print-architecture 2>/dev/null)" = amd64 ]; then
    echo 'no port is tested: this needs Debian on x86-64'
    exit 0
fi

# Debian's newest compiler, and the source of its standard library. Cargo builds this library for each target.
needed=(ca-certificates rustc-web cargo-web rust-web-src binutils gcc lld qemu-user python3
    gcc-aarch64-linux-gnu libc6-dev-arm64-cross gcc-i686-linux-gnu libc6-dev-i386-cross gcc-s390x-linux-gnu libc6-dev-s390x-cross)
if ! dpkg -s "${needed[@]}" >/dev/null 2>&1; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${needed[@]}" >/dev/null
fi

command -v node >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends nodejs >/dev/null; }

export PYTHONDONTWRITEBYTECODE=1
exec python3 verify/ports/main.py "$@"
