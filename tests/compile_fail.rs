//! Layouts that make no sense fail to compile, and so do declarations that don't match their layouts. The message names the
//! cause.
//!
//! Each case is a binary of one temporary package that depends on this crate.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A name, the source, and a part of the error that tells the cause. The first case has no error and compiles.
const CASES: &[(&str, &str, Option<&str>)] = &[
    (
        "sound",
        "#![forbid(unsafe_code)]
         #![deny(warnings, missing_docs)]
         //! A declaration in a crate with lints of its own.
         use ulp::Layout;
         ulp::float_type! {
             /// Twelve bits in sixteen.
             pub type F12 = F12Spec(u16): Layout::ieee(5, 6), \"float12\", [sign, zero, infinities, nan];
         }
         ulp::float_type!(type Scale = ScaleSpec(u8): Layout::E8M0FNU, \"scale\", [nan]);
         const TENTH: F12 = F12::from_f32_const(0.1);
         fn main() {
             println!(\"{} {}\", TENTH.to_f32(), Scale::from_f32(1.0).to_f32());
         }",
        None,
    ),
    (
        "wider_than_its_storage",
        "ulp::float_type!(type Wide = WideSpec(u8): ulp::Layout::ieee(5, 6), \"wide\", [sign, zero, infinities, nan]);
         fn main() {}",
        Some("the layout has more bits than the type that stores it"),
    ),
    (
        "wider_than_64_bits",
        "const LAYOUT: ulp::Layout = ulp::Layout::ieee(15, 49);
         fn main() { println!(\"{LAYOUT:?}\"); }",
        Some("Layout::ieee(15, 49): a layout has at most 64 bits"),
    ),
    (
        "no_room_for_special_codes",
        "const LAYOUT: ulp::Layout = ulp::Layout::finite(2, 1).with_high_nans(7);
         fn main() { println!(\"{LAYOUT:?}\"); }",
        Some("Layout::with_high_nans(7): the layout has no room for its special codes"),
    ),
    (
        "no_room_for_infinity",
        "const LAYOUT: ulp::Layout = ulp::Layout::finite(2, 1).with_high_nans(6).with_infinities(true);
         fn main() { println!(\"{LAYOUT:?}\"); }",
        Some("Layout::with_infinities(true): the layout has no room for its special codes"),
    ),
    (
        "bias_too_large",
        "const LAYOUT: ulp::Layout = ulp::Layout::ieee(5, 10).with_bias(i32::MAX);
         fn main() { println!(\"{LAYOUT:?}\"); }",
        Some("Layout::with_bias(2147483647): the exponent bias of a layout lies within"),
    ),
    (
        "bias_too_small",
        "const LAYOUT: ulp::Layout = ulp::Layout::ieee(5, 10).with_bias(i32::MIN);
         fn main() { println!(\"{LAYOUT:?}\"); }",
        Some("the exponent bias of a layout lies within"),
    ),
    (
        "no_exponent_bits",
        "const LAYOUT: ulp::Layout = ulp::Layout::finite(0, 7);
         fn main() { println!(\"{LAYOUT:?}\"); }",
        Some("a layout has 1 to 20 exponent bits"),
    ),
    (
        "ieee_without_fraction_bits",
        "const LAYOUT: ulp::Layout = ulp::Layout::ieee(8, 0);
         fn main() { println!(\"{LAYOUT:?}\"); }",
        Some("an IEEE layout needs a fraction bit"),
    ),
    (
        "negative_zero_without_sign",
        "const LAYOUT: ulp::Layout = ulp::Layout::finite(4, 4).with_sign(false).with_negative_zero(true);
         fn main() { println!(\"{LAYOUT:?}\"); }",
        Some("only a layout with a sign and a zero has a code of -0"),
    ),
    (
        "lists_a_nan_it_lacks",
        "ulp::float_type!(type Fp4 = Fp4Spec(u8): ulp::Layout::E2M1FN, \"fp4\", [sign, zero, nan]);
         fn main() {}",
        Some("the list of the type has a nan, which the layout lacks"),
    ),
    (
        "does_not_list_its_nan",
        "ulp::float_type!(type Fp8 = Fp8Spec(u8): ulp::Layout::E4M3FN, \"fp8\", [sign, zero]);
         fn main() {}",
        Some("the layout has a NaN, which the list of the type lacks"),
    ),
    (
        "lists_infinities_it_lacks",
        "ulp::float_type!(type Fp8 = Fp8Spec(u8): ulp::Layout::E4M3FN, \"fp8\", [sign, zero, infinities, nan]);
         fn main() {}",
        Some("a type lists infinities if, and only if, its layout has them"),
    ),
    (
        "does_not_list_its_infinities",
        "ulp::float_type!(type Fp8 = Fp8Spec(u8): ulp::Layout::E5M2, \"fp8\", [sign, zero, nan]);
         fn main() {}",
        Some("a type lists infinities if, and only if, its layout has them"),
    ),
    (
        "lists_a_sign_it_lacks",
        "ulp::float_type!(type Scale = ScaleSpec(u8): ulp::Layout::E8M0FNU, \"scale\", [sign, nan]);
         fn main() {}",
        Some("the list of the type has a sign, which the layout lacks"),
    ),
    (
        "does_not_list_its_sign",
        "ulp::float_type!(type Fp4 = Fp4Spec(u8): ulp::Layout::E2M1FN, \"fp4\", [zero]);
         fn main() {}",
        Some("the layout has a sign, which the list of the type lacks"),
    ),
    (
        "lists_a_zero_it_lacks",
        "ulp::float_type!(type Scale = ScaleSpec(u8): ulp::Layout::E8M0FNU, \"scale\", [zero, nan]);
         fn main() {}",
        Some("the list of the type has a zero, which the layout lacks"),
    ),
    (
        "lists_what_is_unknown",
        "ulp::float_type!(type Fp4 = Fp4Spec(u8): ulp::Layout::E2M1FN, \"fp4\", [sign, zero, nans]);
         fn main() {}",
        Some("a format lists which of sign, zero"),
    ),
    (
        "stored_in_no_code_type",
        "ulp::float_type!(type Signed = SignedSpec(i8): ulp::Layout::E2M1FN, \"signed\", [sign, zero]);
         fn main() {}",
        Some("the trait bound `i8: "),
    ),
];

/// Errors that the compiler finds when it builds a function for its formats. A case is the name, the source, a part of the error,
/// and the line of the call, which the error names.
const BUILT: &[(&str, &str, &str, u32)] = &[
    (
        "scales_f64",
        "use ulp::{Cast, F16, slice};
         fn main() {
             let mut to = [F16::default(); 1];
             slice::cast_scaled(&[1f64], 2.0, &mut to, Cast::new());
         }",
        "this function takes formats that f32 has all numbers of",
        4,
    ),
    (
        "scale_for_f64",
        "fn main() {
             let _ = ulp::slice::scale_for::<f64>(&[1f32]);
         }",
        "this function takes formats that f32 has all numbers of",
        2,
    ),
    (
        "trains_by_f64",
        "use ulp::mixed::{Sgd, SgdOptions, SgdTensor};
         fn main() {
             let mut sgd = Sgd::new(SgdOptions::default()).unwrap();
             let tensor = SgdTensor { weights: &mut [1f32], master: None, momentum: &mut [] };
             sgd.next_step().update(&[1f64], tensor);
         }",
        "this function takes formats that f32 has all numbers of",
        5,
    ),
    (
        "unscales_f64",
        "fn main() {
             let _ = ulp::mixed::unscale(&[1f64], 1.0, &mut [0.0]);
         }",
        "this function takes formats that f32 has all numbers of",
        2,
    ),
    (
        "packs_f16",
        "fn main() {
             ulp::slice::pack(&[ulp::F16::MAX], &mut [0; 2]);
         }",
        "only formats of 4 and 6 bits are packed",
        2,
    ),
];

/// Writes the package, with a binary for each case.
fn write_package(folder: &Path) {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut manifest = format!(
        "[package]\nname = \"refused\"\nedition = \"2024\"\n\n\
         [dependencies]\nulp = {{ path = {root:?} }}\n\n[workspace]\n"
    );
    fs::create_dir_all(folder.join("src")).unwrap();
    let cases = CASES.iter().map(|&(name, source, _)| (name, source));
    let built = BUILT.iter().map(|&(name, source, ..)| (name, source));
    for (name, source) in cases.chain(built) {
        let path = format!("src/{name}.rs");
        manifest.extend(["\n[[bin]]\nname = \"", name, "\"\npath = \"", &path, "\"\n"]);
        fs::write(folder.join(path), source).unwrap();
    }
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
}

fn cargo(command: &str, folder: &Path, name: &str) -> Output {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    Command::new(cargo)
        .args([command, "--quiet", "--offline", "--bin", name])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .output()
        .unwrap()
}

#[test]
fn nonsense_does_not_compile() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("refused");
    write_package(&folder);
    let mut wrong = Vec::new();
    for &(name, _, reason) in CASES {
        let output = cargo("check", &folder, name);
        let stderr = String::from_utf8_lossy(&output.stderr);
        let right = match reason {
            Some(reason) => !output.status.success() && stderr.contains(reason),
            None => output.status.success(),
        };
        if !right {
            wrong.push(format!("{name}, {reason:?}:\n{stderr}"));
        }
    }
    for &(name, _, reason, line) in BUILT {
        let output = cargo("build", &folder, name);
        let stderr = String::from_utf8_lossy(&output.stderr);
        let caller = format!("src/{name}.rs:{line}:");
        if output.status.success() || !stderr.contains(reason) || !stderr.contains(&caller) {
            wrong.push(format!("{name}, {reason:?} at {caller}\n{stderr}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
