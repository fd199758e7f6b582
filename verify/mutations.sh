#!/usr/bin/env bash
# Breaks a copy of the crate on purpose, with one fault at a time, and runs the test that must see the fault. Fails if a fault is
# not seen.
#
#     verify/mutations.sh            makes all faults
#     verify/mutations.sh sticky     makes the faults whose names contain this word
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
only=${1:-}
copy=${CARGO_TARGET_DIR:-$root/target}/mutations
# The copy has its own target folder. In a shared folder, cargo would take a build of the broken copy for a build of the crate.
export CARGO_TARGET_DIR=$copy-built
rm -rf "$copy"
mkdir -p "$copy"
git -C "$root" ls-files -z | (cd "$root" && tar --null --files-from - --create --ignore-failed-read) | tar --extract -C "$copy"
git -C "$copy" init -q
git -C "$copy" add -A
git -C "$copy" -c user.name=mutations -c user.email=mutations@invalid commit -qm 'as it is'
log=$copy.log

unseen=()
# Makes the fault named $1: edits the file $2 with the sed script $3. The other arguments choose the test for `cargo test`.
fault() {
    local name=$1 file=$2 edit=$3
    shift 3
    [[ $name == *$only* ]] || return 0
    git -C "$copy" checkout -q .
    sed -i -E "$edit" "$copy/$file"
    if git -C "$copy" diff --quiet; then
        echo "$name: the line to break is not in $file"
        exit 1
    fi
    if ! (cd "$copy" && cargo test -q -p ulp "$@" --no-run) >"$log" 2>&1; then
        # An assertion in a constant is a test too.
        if grep -q 'evaluation panicked\|evaluation of constant' "$log"; then
            echo "$name: seen by the compiler"
            return
        fi
        cat "$log"
        echo "$name: does not compile"
        exit 1
    fi
    if (cd "$copy" && cargo test -q -p ulp "$@") >"$log" 2>&1; then
        echo "$name: NOT SEEN by $*"
        unseen+=("$name")
    else
        echo "$name: seen by $*: $(grep -m 3 -oP '^test \K.*(?= \.\.\. FAILED)|^---- \K\S+' "$log" | sort -u | head -3 | tr '\n' ' ')"
    fi
}

fault 'a wrong constant: the bias of binary16' src/format/layout.rs \
    's/(BINARY16: Self = Self::ieee\(5, 10\))/\1.with_bias(14)/' --test half
fault 'a dropped sticky bit, of integers and text' src/round/unpacked.rs 's/kept \| \(kept << .*\) as u64/kept/' --test text
fault 'a decimal on the wrong side of half-way' src/text/parse.rs 's/Ordering::Less => break,/Ordering::Less => position = 2 * halves + 1,/' --test text
fault 'whole numbers shortened' src/text/shortest.rs 's/const END: u64 = 1 << .*;/const END: u64 = 1 << 8;/' --test text
fault 'numbers of 8 bits shortened' src/text/print.rs 's/layout\.bits\(\) <= u8::BITS \&\&/false \&\&/' --test text
fault 'a cut power of ten taken for the whole' src/text/parse.rs 's/\(next.0 == rounded.0\).then_some\(rounded\)/Some(rounded)/' --test text
fault 'NaN parsed where there is none' src/text/parse.rs 's/flags\.contains\(Flags::INVALID\)/false/' --test text
fault 'packed codes in the other order' src/slice/pack.rs 's/<< \(nth \* F::LAYOUT/<< ((CODES - 1 - nth) * F::LAYOUT/' --test pack
fault 'bytes swapped that are in order' src/slice/unaligned.rs 's/target_endian = "little"/target_endian = "big"/' --test slice bytes
fault 'draws of the next element' src/slice/stochastic.rs 's/wrapping_add\(elements as u64\)/wrapping_add(elements as u64 + 1)/' --test stochastic
fault 'control bits not looked at' src/bulk/arch/x86_64/select.rs 's/mxcsr & !STICKY_FLAGS == DEFAULT/mxcsr != 0/' --test slice fp_environment
fault 'the tail of a slice forgotten' src/bulk/driver.rs 's/if first == last \{/if first + N > last {/' --test slice
fault 'subnormals of AVX512-BF16 not done again' src/bulk/arch/x86_64/float16.rs 's/== 2 \|\| zero == 0/== 2 || zero < u32::MAX/' --test slice
fault 'an override for the wrong rounding' src/bulk/arch/x86_64/select.rs \
    's/F32ToF16::<ZERO, S, D>/F32ToF16::<UP, S, D>/' --test slice
fault 'a NaN that amax does not see: that of FNUZ' src/bulk/reduction/amax.rs 's/layout\.sign_mask\(\)$/u64::MAX/' --test slice
fault 'what saturates in a finer format comes back as it was' src/slice/round_trip.rs \
    's/to\.fraction_bits\(\) > from\.fraction_bits\(\)/false/' --test slice
fault 'the sign of a subnormal moment lost' src/bulk/subnormal.rs 's/subnormal \| sign/subnormal/' --test mixed
fault 'a subnormal rounded up at a tie' src/round/short.rs 's/\(1 << \(down - 1\)\) - 1\)/1 << (down - 1))/' --test numbers
fault 'an angle by a factor of five digits' src/arithmetic/by_floats.rs 's/f64::from\(x\) \* constant\)/f64::from(x) * constant * (1.0 - 1e-5))/' --test numbers
fault 'a tile of a stream twice' src/bulk/arch/x86_64/nontemporal.rs 's/place % PAGES \* in_page/place % PAGES/' --test slice large
fault 'a NaN of bfloat16 not made quiet' src/bulk/arch/x86_64/float16.rs 's/0xff00_u16/0xffff_u16/' --test slice
fault 'an exponential in too few terms' src/float/elementary/bfloat16.rs 's/\(C\[4\] \+ C\[5\] \* t\)/C[4]/' --features libm --test functions
fault 'a product that starts from 0' src/bulk/reduction/sums.rs 's/Partial::new\(1\.0, multiply\)\.iterator/Partial::new(0.0, multiply).iterator/' --test numbers

fault 'a tie of a block snapped away' src/block/encode.rs 's/const SNAP: u32 = 5/const SNAP: u32 = 0/' --test block
fault 'a scale for the largest element alone' src/block/quantizer.rs 's/ScaleRule::Up => ONE - 1 - fraction\(max\)/ScaleRule::Up => ONE - fraction(max)/' --test block
fault 'a block of infinities on the lanes' src/block/quantizer.rs 's/code >= 254 \|\| amax >= INFINITY/code >= 254/' --test block
fault 'fp4 in the other order' src/block/pack.rs 's/\(pair \| pair >> 4\)/(pair << 4 | pair >> 8)/' --test block
fault 'a NaN of E4M3 taken for a number' src/block/lane_decoder.rs 's/fold\(0, u8::max\) > max;/fold(0, u8::max) > 0x7f;/' --test block
fault 'code 0 of E8M0 taken for zero' src/block/lane_decoder.rs 's/0 => 1 << 22,/0 => 0,/' --test block
fault 'draws of the element before' src/block/draws.rs 's/wrapping_add\(index as u64\)/wrapping_add(index as u64 - 1)/' --test block
fault 'tiles of scales by columns' src/block/tiled.rs 's/row % GROUP \* \(ROWS \/ GROUP \* COLS\)/row % GROUP * COLS/' --test block
fault 'a finite number that becomes an infinity' src/round/cast.rs 's/matches!\(self.overflow, Overflow::Ieee\)$/true/' --test slice overflow

# No fault removes an `sfence`. Another thread could then see stale memory at times, but no test is sure to see this.
if ((${#unseen[@]})); then
    printf 'not seen: %s\n' "${unseen[@]}"
    exit 1
fi
