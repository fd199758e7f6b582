//! The loss scaler against `torch.amp.GradScaler`, and at the ends of `f32`.

use super::noise;
use ulp::mixed::LossScaler;

const TABLE: &str = include_str!("../data/torch-scaler.csv");

/// The outcomes of `tests/data/torch-optim.py`.
fn outcome(number: u32) -> bool {
    noise(&[number, 7]) > if number % 5000 > 4960 { 0.0 } else { -0.999 }
}

#[test]
fn ten_thousand_outcomes_are_torchs() {
    let mut changes = TABLE.lines().skip(1).map(|line| {
        let (outcome, scale) = line.split_once(',').expect("two cells");
        (
            outcome.parse().expect("a number"),
            scale.parse().expect("a scale"),
        )
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
    let mut growing = LossScaler::with(1.0, 2.0, 0.5, 1).expect("they make sense");
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
    let with = LossScaler::with;
    for scale in [0.0, -1.0, f32::INFINITY, f32::NAN, 1e-40] {
        assert_eq!(
            with(scale, 2.0, 0.5, 1).map_err(|error| error.name()),
            Err("scale")
        );
    }
    for growth in [1.0, 0.5, f64::INFINITY, f64::NAN] {
        assert_eq!(
            with(1.0, growth, 0.5, 1).map_err(|error| error.name()),
            Err("growth_factor")
        );
    }
    for backoff in [0.0, 1.0, -0.5, f64::NAN] {
        assert_eq!(
            with(1.0, 2.0, backoff, 1).map_err(|error| error.name()),
            Err("backoff_factor")
        );
    }
    assert_eq!(
        with(1.0, 2.0, 0.5, 0).map_err(|error| error.name()),
        Err("growth_interval")
    );
}
