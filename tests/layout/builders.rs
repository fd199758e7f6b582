//! Builders that return errors. They make the layouts of the builders that panic. Where those panic, the error has the arguments.

use std::fmt::Debug;
use std::panic::{UnwindSafe, catch_unwind};

use ulp::{InvalidLayout, Layout};

/// Compares a builder that returns an error with the one that panics.
fn check(tried: impl Debug, built: Result<Layout, InvalidLayout>, panics: impl FnOnce() -> Layout + UnwindSafe) -> bool {
    match (catch_unwind(panics), &built) {
        (Ok(layout), Ok(built)) => assert_eq!(layout, *built, "{tried:?}"),
        (Err(panic), Err(error)) => {
            let message = panic.downcast_ref::<String>().expect("a message");
            assert_eq!(message, &error.to_string(), "{tried:?}");
        }
        (panics, built) => panic!("{tried:?}: {panics:?}, but {built:?}"),
    }
    built.is_ok()
}

/// Runs a check without printing its hundreds of expected panics.
fn quietly(check: impl Fn() -> (usize, usize) + Send + 'static) {
    let result = std::thread::Builder::new()
        .name("expected to panic".into())
        .spawn(check)
        .expect("a thread starts")
        .join();
    let (good, bad) = result.expect("the check holds");
    assert!(good > 5 && bad > 5, "{good} layouts and {bad} errors");
}

#[test]
fn builders_return_what_others_panic_for() {
    quietly(|| {
        let mut counts = (0, 0);
        let mut count = |ok: bool| if ok { counts.0 += 1 } else { counts.1 += 1 };
        let edges = [0, 1, 2, 5, 20, 21, 58, 59, 64, u32::MAX];
        for a in edges {
            for b in edges {
                let tried = ("ieee, finite, fnuz", a, b);
                count(check(tried, Layout::try_ieee(a, b), move || Layout::ieee(a, b)));
                count(check(tried, Layout::try_finite(a, b), move || Layout::finite(a, b)));
                count(check(tried, Layout::try_fnuz(a, b), move || Layout::fnuz(a, b)));
                for signed in [false, true] {
                    let tried = ("p3109", a, b, signed);
                    let built = Layout::try_p3109(a, b, signed, true);
                    count(check(tried, built, move || Layout::p3109(a, b, signed, true)));
                }
            }
        }
        let layouts = [Layout::BINARY16, Layout::E4M3FNUZ, Layout::E8M0FNU, Layout::E2M1FN];
        for layout in layouts {
            for bias in [i32::MIN, -(1 << 20) - 1, -(1 << 20), 0, 1 << 20, (1 << 20) + 1] {
                let built = layout.try_with_bias(bias);
                count(check((layout, bias), built, move || layout.with_bias(bias)));
            }
            for nans in [0, 1, 6, 7, 1023, 1024, u64::MAX] {
                let built = layout.try_with_high_nans(nans);
                count(check((layout, nans), built, move || layout.with_high_nans(nans)));
            }
            for yes in [false, true] {
                let tried = (layout, yes);
                count(check(tried, layout.try_with_sign(yes), move || layout.with_sign(yes)));
                count(check(tried, layout.try_with_zero(yes), move || layout.with_zero(yes)));
                let built = layout.try_with_negative_zero(yes);
                count(check(tried, built, move || layout.with_negative_zero(yes)));
                let built = layout.try_with_infinities(yes);
                count(check(tried, built, move || layout.with_infinities(yes)));
            }
        }
        counts
    });
}

#[test]
fn errors_say_what_was_tried() {
    let text = |built: Result<Layout, InvalidLayout>| built.expect_err("it makes no sense").to_string();
    assert_eq!(
        text(Layout::try_finite(0, u32::MAX)),
        "Layout::finite(0, 4294967295): a layout has 1 to 20 exponent bits"
    );
    assert_eq!(
        text(Layout::BINARY16.try_with_bias(i32::MIN)),
        "Layout::with_bias(-2147483648): the exponent bias of a layout lies within -2^20 and 2^20"
    );
    assert_eq!(
        text(Layout::E8M0FNU.try_with_negative_zero(true)),
        "Layout::with_negative_zero(true): only a layout with a sign and a zero has a code of -0"
    );
    assert_eq!(
        text(Layout::E2M1FN.try_with_high_nans(u64::MAX)),
        "Layout::with_high_nans(18446744073709551615): the layout has no room for its special codes"
    );
    assert_eq!(
        text(Layout::try_p3109(u32::MAX, 0, false, true)),
        "Layout::p3109(4294967295, 0, false, true): a P3109 layout has at least one bit of precision and one of exponent"
    );
}
