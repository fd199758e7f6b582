#!/usr/bin/env bash
# Builds all fuzz targets, or the named targets, and runs each for SECONDS, two at a time: run.sh SECONDS [TARGET…]
# Prints how often each target ran. Fails if a target finds something. Installs cargo-fuzz if it is missing. Needs a nightly
# compiler.
set -euo pipefail
cd "$(dirname "$0")"

seconds=${1:?usage: run.sh SECONDS [TARGET…]}
shift
(($#)) || set -- $(sed -n 's/^name = "\(.*\)"$/\1/p' Cargo.toml | grep -v ulp-fuzz)

cargo +nightly --version >/dev/null 2>&1 || { echo 'fuzzing needs the toolchain nightly, which is not installed' >&2; exit 1; }
command -v cargo-fuzz >/dev/null || cargo install -q --locked cargo-fuzz
triple=$(rustc +nightly -vV | sed -n 's/^host: //p')

for target; do cargo +nightly fuzz build --target "$triple" "$target" 2>&1 | tail -n 40; done

# Runs the target $2 for $1 seconds, and prints the result. The run starts from the corpus of earlier runs and from the seeds.
run() {
    local log corpus=corpus/$2 artifacts=artifacts/$2
    log=$(mktemp)
    mkdir -p "$corpus" "$artifacts"
    if "target/$triple/release/$2" -max_total_time="$1" -timeout=25 -print_final_stats=1 \
        -artifact_prefix="$artifacts/" "$corpus" "seeds/$2" >"$log" 2>&1; then
        printf '%-14s %12d runs, nothing found\n' "$2" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
        rm "$log"
    else
        printf '%-14s found something; its log:\n' "$2"
        tail -n 60 "$log"
        return 1
    fi
}
export -f run
export triple

printf '%s\n' "$@" | xargs -P 2 -I {} bash -c 'run "$@"' run "$seconds" {}
