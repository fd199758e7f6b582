#!/usr/bin/env bash
# Runs the checks that take too long for every change: the tests at full optimization, sanitizers, fuzzing, half's own tests, other
# CPUs, exhaustive runs, and mutations. Stops at the first check that fails. Takes about two hours on two cores. Arguments are names
# of checks. Without arguments, all checks run.
set -euo pipefail
cd "$(dirname "$0")/.."

(($#)) || set -- optimized asan half fuzz exhaustive ports mutations
for check; do
    printf '\n== %s, after %d s\n' "$check" "$SECONDS"
    case $check in
        optimized) cargo test --workspace --release ;;
        asan) .ci/asan ;;
        half) verify/half.py ;;
        fuzz) fuzz/run.sh 20 ;;
        exhaustive) cargo run --release -p ulp-verify --features mpfr -- all ;;
        ports) verify/ports.sh ;;
        mutations) verify/mutations.sh ;;
        *) echo "no check is called $check" >&2; exit 2 ;;
    esac
done
