#!/usr/bin/env bash
# The checks that take too long for every change: sanitizers, fuzzing, half's own tests, other CPUs, exhaustive runs. Fails at the
# first that fails. Takes about two hours on two cores. Arguments are names of checks; without any, all run.
set -euo pipefail
cd "$(dirname "$0")/.."

(($#)) || set -- asan half fuzz exhaustive ports mutations
for check; do
    printf '\n== %s, after %d s\n' "$check" "$SECONDS"
    case $check in
        asan) .ci/asan ;;
        half) verify/half.py ;;
        fuzz) fuzz/run.sh 20 ;;
        exhaustive) cargo run --release -p ulp-verify --features mpfr -- all ;;
        ports) verify/ports.sh ;;
        mutations) verify/mutations.sh ;;
        *) echo "no check is called $check" >&2; exit 2 ;;
    esac
done
