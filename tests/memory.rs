//! Compares bytes of model states with figures of papers, and checks that the parts add up.

use proptest::prelude::*;
use ulp::Dtype;
use ulp::memory::{Bytes, Optimizer, States, ZeroStage};

const GB: u128 = 1_000_000_000;

/// A parameter takes 2 + 2 + 4 + 4 + 4 bytes (Rajbhandari et al., "ZeRO", 2020, section 3.1).
#[test]
fn adam_in_mixed_precision_takes_16_bytes_a_parameter() {
    let states = States::new(7_000_000_000, Dtype::F16, Optimizer::Adam);
    assert_eq!(states.training().bytes(), 112 * GB);
    assert_eq!(states.inference().bytes(), 14 * GB);
    assert_eq!(States::new(1, Dtype::Bf16, Optimizer::Adam).training().bytes(), 16);
    // Without master weights, a parameter takes 4 + 4 and the moments.
    for (optimizer, bytes) in [(Optimizer::Sgd, 8), (Optimizer::Momentum, 12), (Optimizer::Adam, 16)] {
        assert_eq!(States::new(1, Dtype::F32, optimizer).training().bytes(), bytes);
    }
}

/// The figures are those of that paper's table 1: GB for each device, for 7.5 billion, 128 billion and 10^12 parameters, in
/// stages 1 to 3, as the paper prints them.
#[test]
fn bytes_are_those_of_table_1_of_zero() {
    const PARAMETERS: [u64; 3] = [7_500_000_000, 128_000_000_000, 1_000_000_000_000];
    const TABLE: [(u64, [[&str; 3]; 3]); 6] = [
        (
            1,
            [["120", "120", "120"], ["2048", "2048", "2048"], ["16000", "16000", "16000"]],
        ),
        (4, [["52.5", "41.3", "30"], ["896", "704", "512"], ["7000", "5500", "4000"]]),
        (16, [["35.6", "21.6", "7.5"], ["608", "368", "128"], ["4750", "2875", "1000"]]),
        (64, [["31.4", "16.6", "1.88"], ["536", "284", "32"], ["4187", "2218", "250"]]),
        (256, [["30.4", "15.4", "0.47"], ["518", "263", "8"], ["4046", "2054", "62.5"]]),
        (
            1024,
            [["30.1", "15.1", "0.12"], ["513", "257", "2"], ["4011", "2013", "15.6"]],
        ),
    ];
    for (devices, models) in TABLE {
        for (parameters, stages) in PARAMETERS.into_iter().zip(models) {
            for (zero, printed) in ZeroStage::ALL[1..].iter().zip(stages) {
                let states = States::new(parameters, Dtype::F16, Optimizer::Adam);
                let bytes = states.on_device(*zero, devices, 0).training().bytes();
                // The figure is rounded or cut to the digits that the paper prints.
                let decimals = printed.split_once('.').map_or(0, |(_, fraction)| fraction.len() as u32);
                let unit = GB / 10u128.pow(decimals);
                let digits: u128 = printed.replace('.', "").parse().expect("digits");
                let (cut, rounded) = (bytes / unit, (bytes + unit / 2) / unit);
                assert!(
                    digits == cut || digits == rounded,
                    "{parameters} on {devices}, {zero:?}: {bytes}, not {printed} GB"
                );
            }
        }
    }
}

#[test]
fn prints_units_by_name() {
    let print = |bytes| Bytes::new(bytes).to_string();
    assert_eq!(print(0), "0.00 GB (0.00 GiB, 0 bytes)");
    assert_eq!(print(1_875_000_000), "1.88 GB (1.75 GiB, 1875000000 bytes)");
    assert_eq!(print(31_406_250_000), "31.4 GB (29.2 GiB, 31406250000 bytes)");
    assert_eq!(print(9_999_999_999), "10.00 GB (9.31 GiB, 9999999999 bytes)");
    assert_eq!(print(1 << 30), "1.07 GB (1.00 GiB, 1073741824 bytes)");
    assert_eq!(format!("{:.0}", Bytes::new(1_500_000_000)), "2 GB (1 GiB, 1500000000 bytes)");
    assert_eq!(format!("{:.9}", Bytes::new(1)), "0.000000001 GB (0.000000001 GiB, 1 byte)");
    // No multiplication overflows.
    let most = u128::MAX.to_string();
    assert!(format!("{:.40}", Bytes::new(u128::MAX)).ends_with(&format!("{most} bytes)")));
}

#[test]
fn packed_formats_end_within_a_byte() {
    assert_eq!(Bytes::of(3, Dtype::F4E2M1FnX2).bytes(), 2);
    assert_eq!(Bytes::of(3, Dtype::F6E2M3FnX4).bytes(), 3);
    assert_eq!(Bytes::of(u64::MAX, Dtype::F64).bytes(), u128::from(u64::MAX) * 8);
}

#[test]
#[should_panic(expected = "devices are numbered from 0")]
fn a_device_past_the_last_panics() {
    let _ = States::new(1, Dtype::F16, Optimizer::Adam).on_device(ZeroStage::Weights, 4, 4);
}

fn optimizers() -> impl Strategy<Value = Optimizer> {
    prop_oneof![Just(Optimizer::Sgd), Just(Optimizer::Momentum), Just(Optimizer::Adam)]
}

proptest! {
    /// The divided parts add up to the whole, for any number of devices. The first device has the most.
    #[test]
    fn parts_add_up(parameters: u64, optimizer in optimizers(), devices in 1..200_u64, format in 0..Dtype::ALL.len()) {
        let whole = States::new(parameters, Dtype::ALL[format], optimizer);
        let parts = |zero| (0..devices).map(move |device| whole.on_device(zero, devices, device));
        prop_assert_eq!(parts(ZeroStage::Weights).map(States::training).sum::<Bytes>(), whole.training());
        prop_assert_eq!(parts(ZeroStage::Gradients).map(|part| part.gradients).sum::<Bytes>(), whole.gradients);
        prop_assert_eq!(parts(ZeroStage::Optimizer).map(|part| part.moments).sum::<Bytes>(), whole.moments);
        for zero in ZeroStage::ALL {
            let first = whole.on_device(zero, devices, 0).training();
            prop_assert!(parts(zero).all(|part| part.training() <= first));
            prop_assert!(zero != ZeroStage::Nothing || first == whole.training());
        }
    }

    /// The bytes of stage 3 over N devices, times N, are the whole, if the whole can be divided.
    #[test]
    fn devices_of_stage_3_add_up(parameters in 0..u64::MAX >> 20, optimizer in optimizers(), devices in 1..1_u64 << 20) {
        let whole = States::new(parameters * devices, Dtype::Bf16, optimizer);
        let device = whole.on_device(ZeroStage::Weights, devices, 0).training().bytes();
        prop_assert_eq!(device * u128::from(devices), whole.training().bytes());
    }
}
