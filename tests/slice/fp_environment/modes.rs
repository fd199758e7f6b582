//! Runs work in each of the thread's floating-point modes.
//!
//! A thread runs Rust's own floating-point code in the default modes only. Between a change of the mode and its end, only
//! functions of `ulp` run, and they promise not to depend on the mode.

use std::hint::black_box;

use super::register;

/// Runs `work`, which must not panic, in each mode. Checks the result in the default mode.
pub(crate) fn in_each_mode<T>(made: &mut T, work: impl Fn(&mut T), check: impl Fn(&T, &str)) {
    let default = register::get();
    for mode in register::modes() {
        // SAFETY: `work` only calls functions that don't depend on the mode. The test checks this.
        unsafe { register::set(mode) };
        work(black_box(made));
        let left = register::get();
        // SAFETY: this restores the mode that the thread was in.
        unsafe { register::set(default) };
        assert_eq!(left, mode, "control bits are left as they were");
        check(made, &format!("mode {mode:#x}"));
    }
}

/// Checks that `work` makes the same result in each mode as in the default one.
#[track_caller]
pub(crate) fn assert_unchanged(what: &str, work: impl Fn(&mut Vec<u64>)) {
    let mut right = Vec::new();
    work(&mut right);
    assert!(!right.is_empty(), "{what}");
    in_each_mode(
        &mut right.clone(),
        |made| {
            made.clear();
            work(made);
        },
        |made, mode| {
            let differs = made.iter().zip(&right).position(|(is, right)| is != right);
            assert_eq!(differs, None, "{what}, {mode}: this result differs");
            assert_eq!(made.len(), right.len(), "{what}, {mode}");
        },
    );
}

/// The modes are really set, because a division depends on them.
#[test]
fn the_modes_are_set() {
    let default = register::get();
    let mut thirds = std::collections::BTreeSet::new();
    for mode in register::modes() {
        let (mut one, three) = ([1f32; 4], [3f32; 4]);
        // SAFETY: only the loop below runs. It is floating-point code whose result only shows that the mode was set.
        unsafe { register::set(mode) };
        for (one, three) in black_box(&mut one).iter_mut().zip(black_box(&three)) {
            *one /= three;
        }
        black_box(&mut one);
        // SAFETY: this restores the mode that the thread was in.
        unsafe { register::set(default) };
        thirds.insert(one[0].to_bits());
    }
    assert_eq!(thirds.len(), 2, "rounded down and up: {thirds:x?}");
}
