//! Compares the loss scaler with `torch.amp.GradScaler`, and tries it at the ends of `f32`.

use super::noise;
use ulp::mixed::{LossScaler, LossScalerOptions, LossScalerState};

const TABLE: &str = include_str!("../data/torch-scaler.csv");

/// Returns the outcomes of `tests/data/torch-optim.py`.
fn outcome(number: u32) -> bool {
    noise(&[number, 7]) > if number % 5000 > 4960 { 0.0 } else { -0.999 }
}

#[test]
fn ten_thousand_outcomes_are_torchs() {
    let mut changes = TABLE.lines().skip(1).map(|line| {
        let (outcome, scale) = line.split_once(',').expect("two cells");
        (outcome.parse().expect("a number"), scale.parse().expect("a scale"))
    });
    let mut scaler = LossScaler::new();
    assert_eq!(scaler.scale(), 65536.0);
    let mut skipped = 0;
    for number in 1..=10_000_u32 {
        let before = scaler.scale();
        scaler.update(outcome(number));
        skipped += u64::from(!outcome(number));
        if scaler.scale() != before {
            assert_eq!(changes.next(), Some((number, scaler.scale())));
        }
    }
    assert_eq!(changes.next(), None);
    assert_eq!(scaler.skipped(), skipped);
}

#[test]
fn the_scale_never_reaches_infinity_or_zero() {
    let options = LossScalerOptions {
        init_scale: 1.0,
        growth_interval: 1,
        ..LossScalerOptions::default()
    };
    let mut growing = LossScaler::with(options).expect("they make sense");
    for _ in 0..1000 {
        growing.update(true);
        assert!(growing.scale().is_finite());
    }
    assert_eq!(growing.scale(), 2f32.powi(127));
    let mut falling = growing;
    for _ in 0..1000 {
        falling.update(false);
        assert!(falling.scale() > 0.0 && falling.inverse().is_finite());
    }
    assert_eq!(falling.scale() * falling.inverse(), 1.0);
}

#[test]
fn nonsense_is_refused() {
    let defaults = LossScalerOptions::default();
    let refused = |options| {
        let mut scaler = LossScaler::new();
        assert!(scaler.set_options(options).is_err());
        assert_eq!(scaler, LossScaler::new());
        LossScaler::with(options).expect_err("it makes no sense").name()
    };
    for init_scale in [0.0, -1.0, f32::INFINITY, f32::NAN, 1e-40] {
        let options = LossScalerOptions { init_scale, ..defaults };
        assert_eq!(refused(options), "init_scale");
        let state = LossScalerState {
            scale: init_scale,
            ..LossScaler::new().state()
        };
        let error = LossScaler::resume(defaults, state).expect_err("it makes no sense");
        assert_eq!(error.name(), "scale");
    }
    for growth_factor in [1.0, 0.5, f64::INFINITY, f64::NAN] {
        let options = LossScalerOptions {
            growth_factor,
            ..defaults
        };
        assert_eq!(refused(options), "growth_factor");
    }
    for backoff_factor in [0.0, 1.0, -0.5, f64::NAN] {
        let options = LossScalerOptions {
            backoff_factor,
            ..defaults
        };
        assert_eq!(refused(options), "backoff_factor");
    }
    let options = LossScalerOptions {
        growth_interval: 0,
        ..defaults
    };
    assert_eq!(refused(options), "growth_interval");
}

/// A scaler that is saved and restored between two outcomes makes the scales of one that is not.
#[test]
fn a_resumed_scaler_goes_on() {
    let mut whole = LossScaler::with(LossScalerOptions {
        growth_interval: 7,
        ..LossScalerOptions::default()
    })
    .expect("they make sense");
    let mut resumed = whole;
    for number in 0..500 {
        whole.update(outcome(number));
        resumed = LossScaler::resume(resumed.options(), resumed.state()).expect("it was valid");
        resumed.update(outcome(number));
        assert_eq!(resumed, whole);
    }
    assert_ne!(whole.scale(), 65536.0);
}

/// If an interval becomes shorter than the number of good steps so far, it ends with the next step.
#[test]
fn a_shorter_interval_does_not_stop_the_growth() {
    let mut scaler = LossScaler::new();
    for _ in 0..100 {
        scaler.update(true);
    }
    let shorter = LossScalerOptions {
        growth_interval: 10,
        ..scaler.options()
    };
    scaler.set_options(shorter).expect("it makes sense");
    scaler.update(true);
    assert_eq!(scaler.scale(), 131_072.0);
}
