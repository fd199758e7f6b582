//! Work done in each of the thread's floating-point modes.
//!
//! A thread runs Rust's own floating-point code in the default modes only. Between setting others and restoring them nothing
//! happens here but calls of `ulp`, which promise to do without.

use std::hint::black_box;

use crate::register;

/// Does `work`, which must not panic, in each mode, and in the default looks at what it made.
pub(crate) fn in_each_mode<T>(made: &mut T, work: impl Fn(&mut T), check: impl Fn(&T, &str)) {
    let default = register::get();
    for mode in register::modes() {
        // SAFETY: `work` only calls what doesn't depend on the mode: that is what is tested.
        unsafe { register::set(mode) };
        work(black_box(made));
        let left = register::get();
        // SAFETY: the mode that the thread was in.
        unsafe { register::set(default) };
        assert_eq!(left, mode, "control bits are left as they were");
        check(made, &format!("mode {mode:#x}"));
    }
}

/// What `work` makes is the same in each mode as in the default one.
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

/// The modes are set at all: a division sees them.
#[test]
fn the_modes_are_set() {
    let default = register::get();
    let mut thirds = std::collections::BTreeSet::new();
    for mode in register::modes() {
        let (mut one, three) = ([1f32; 4], [3f32; 4]);
        // SAFETY: the loop below is all that runs; it is floating-point code whose result is looked at only to see that the mode
        // was set.
        unsafe { register::set(mode) };
        for (one, three) in black_box(&mut one).iter_mut().zip(black_box(&three)) {
            *one /= three;
        }
        black_box(&mut one);
        // SAFETY: the mode that the thread was in.
        unsafe { register::set(default) };
        thirds.insert(one[0].to_bits());
    }
    assert_eq!(thirds.len(), 2, "rounded down and up: {thirds:x?}");
}
