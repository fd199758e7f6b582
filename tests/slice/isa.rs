//! [`Isa`]: the available instruction sets, their order, and their names.

use std::collections::BTreeSet;
use std::env;

use ulp::Isa;

/// A machine without an instruction set that it should have must not pass for a tested one. `ULP_REQUIRE_ISA` lists the required
/// names, separated by commas.
const REQUIRED: &str = "ULP_REQUIRE_ISA";

/// Returns the names of a list that aren't available or aren't known.
fn missing(list: &str) -> Vec<&str> {
    let available: Vec<String> = Isa::available().map(|isa| isa.to_string()).collect();
    let names = list.split(',').map(str::trim);
    names
        .filter(|name| !name.is_empty() && !available.iter().any(|isa| isa == name))
        .collect()
}

#[test]
fn a_required_isa_is_available() {
    let list = env::var(REQUIRED).unwrap_or_default();
    let missing = missing(&list);
    let available: Vec<String> = Isa::available().map(|isa| isa.to_string()).collect();
    assert!(
        missing.is_empty(),
        "{REQUIRED} lists {missing:?}, but this machine has {available:?}"
    );
}

#[test]
fn an_unavailable_isa_is_missing() {
    let here = Isa::detect().to_string();
    assert!(missing("").is_empty());
    assert!(missing(&here).is_empty());
    assert!(missing(&format!(" {here}, {here} ,")).is_empty());
    assert_eq!(missing(&format!("{here},avx1024")), ["avx1024"]);
    assert_eq!(missing("AVX2"), ["AVX2"]);
}

#[test]
fn the_best_is_detected() {
    let best = Isa::available().next();
    assert_eq!(best, Some(Isa::detect()));
    assert_eq!(Isa::detect(), Isa::detect());
}

#[test]
fn no_isa_is_listed_twice() {
    let names: Vec<String> = Isa::available().map(|isa| isa.to_string()).collect();
    let unique: BTreeSet<&String> = names.iter().collect();
    assert_eq!(unique.len(), names.len(), "{names:?}");
}

#[test]
fn an_isa_parses_from_its_name() {
    for isa in Isa::available() {
        assert_eq!(isa.to_string().parse(), Ok(isa));
    }
}

#[test]
fn portable_is_the_last() {
    let last = Isa::available().last().expect("there is one everywhere");
    assert_eq!("portable".parse(), Ok(last));
}

#[test]
fn every_isa_of_the_cpu_is_offered() {
    let names: Vec<String> = Isa::available().map(|isa| isa.to_string()).collect();
    let portable = if cfg!(target_arch = "x86_64") {
        "sse2"
    } else if cfg!(target_arch = "aarch64") {
        "neon"
    } else {
        return;
    };
    assert_eq!(names.last().map(String::as_str), Some(portable));
    #[cfg(target_arch = "x86_64")]
    {
        let has = |name: &str| names.iter().any(|isa| isa == name);
        let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("f16c");
        assert_eq!(has("avx2"), avx2);
        let avx512 = avx2
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512dq");
        assert_eq!(has("avx512"), avx512);
        let vbmi = avx512 && is_x86_feature_detected!("avx512vbmi");
        assert_eq!(has("avx512vbmi"), vbmi);
        let bf16 = vbmi && is_x86_feature_detected!("avx512bf16");
        assert_eq!(has("avx512bf16"), bf16);
    }
}

#[test]
fn an_unknown_isa_is_refused_with_a_list() {
    for name in ["", "avx1024", "AVX2", " sse2", "sse2 "] {
        let message = name.parse::<Isa>().expect_err(name).to_string();
        for isa in Isa::available() {
            assert!(message.contains(&isa.to_string()), "{message}");
        }
    }
}

#[test]
fn display_pads() {
    let isa = Isa::detect();
    assert_eq!(format!("{isa:>12}"), format!("{:>12}", isa.to_string()));
}
