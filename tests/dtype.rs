//! `Dtype` in use: by the names of every framework, by type, and from one to the other.

#![allow(clippy::float_cmp, reason = "the values compared are exact")]

use ulp::{Bf16, Dtype, F4E2M1Fn, F8E4M3Fn, F8E8M0Fnu, F16, Format, Layout, finfo, with_dtype};

/// A format, and its names in other libraries: numpy with ml_dtypes, `str(torch.…)`, safetensors headers, `str(jnp.…)`, ONNX's
/// `TensorProto`, MLIR's types, Triton's types, candle's `DType::as_str`.
/// `TensorProto`, MLIR's types, Triton's types, candle's `DType::as_str`.
const NAMES: &[(Dtype, &[&str])] = &[
    (Dtype::F64, &["float64", "torch.float64", "F64", "DOUBLE", "f64", "fp64"]),
    (
        Dtype::F32,
        &["float32", "torch.float32", "torch.float", "F32", "f32", "fp32", "single"],
    ),
    (
        Dtype::F16,
        &[
            "float16",
            "torch.float16",
            "np.float16",
            "F16",
            "FLOAT16",
            "f16",
            "fp16",
            "half",
            "torch.half",
        ],
    ),
    (
        Dtype::Bf16,
        &[
            "bfloat16",
            "torch.bfloat16",
            "ml_dtypes.bfloat16",
            "jax.numpy.bfloat16",
            "BF16",
            "BFLOAT16",
            "bf16",
        ],
    ),
    (
        Dtype::F8E4M3Fn,
        &[
            "float8_e4m3fn",
            "torch.float8_e4m3fn",
            "F8_E4M3",
            "FLOAT8E4M3FN",
            "f8E4M3FN",
            "fp8e4nv",
            "fp8_e4m3",
            "e4m3fn",
        ],
    ),
    (
        Dtype::F8E5M2,
        &[
            "float8_e5m2",
            "torch.float8_e5m2",
            "F8_E5M2",
            "FLOAT8E5M2",
            "f8E5M2",
            "fp8e5",
            "fp8_e5m2",
            "e5m2",
        ],
    ),
    (Dtype::F8E4M3, &["float8_e4m3", "ml_dtypes.float8_e4m3"]),
    (Dtype::F8E3M4, &["float8_e3m4", "f8E3M4"]),
    (
        Dtype::F8E4M3Fnuz,
        &[
            "float8_e4m3fnuz",
            "torch.float8_e4m3fnuz",
            "F8_E4M3FNUZ",
            "FLOAT8E4M3FNUZ",
            "f8E4M3FNUZ",
            "fp8e4b8",
        ],
    ),
    (
        Dtype::F8E5M2Fnuz,
        &[
            "float8_e5m2fnuz",
            "torch.float8_e5m2fnuz",
            "F8_E5M2FNUZ",
            "FLOAT8E5M2FNUZ",
            "f8E5M2FNUZ",
            "fp8e5b16",
        ],
    ),
    (Dtype::F8E4M3B11Fnuz, &["float8_e4m3b11fnuz", "f8E4M3B11FNUZ"]),
    (
        Dtype::F8E8M0Fnu,
        &[
            "float8_e8m0fnu",
            "torch.float8_e8m0fnu",
            "F8_E8M0",
            "FLOAT8E8M0",
            "f8E8M0FNU",
            "f8e8m0",
            "e8m0",
        ],
    ),
    (Dtype::F6E2M3Fn, &["float6_e2m3fn", "f6E2M3FN"]),
    (Dtype::F6E3M2Fn, &["float6_e3m2fn", "f6E3M2FN"]),
    (Dtype::F4E2M1Fn, &["float4_e2m1fn", "f4E2M1FN"]),
    (Dtype::F6E2M3FnX4, &["F6_E2M3"]),
    (Dtype::F6E3M2FnX4, &["F6_E3M2"]),
    (Dtype::F4E2M1FnX2, &["torch.float4_e2m1fn_x2", "F4", "f4"]),
];

#[test]
fn names_of_every_framework_parse() {
    for &(dtype, names) in NAMES {
        for name in names {
            assert_eq!(name.parse(), Ok(dtype), "{name}");
        }
    }
}

/// No name of the table means two formats, and no ambiguous name is in the table.
#[test]
fn every_name_means_one_format() {
    for &dtype in Dtype::ALL {
        let aliases = dtype.aliases().iter().copied();
        for name in aliases.chain(dtype.safetensors()).chain([dtype.name()]) {
            assert_eq!(name.parse(), Ok(dtype), "{name}");
            assert_eq!(name.to_uppercase().parse(), Ok(dtype), "{name}");
        }
        for alias in dtype.aliases() {
            assert_eq!(*alias, alias.to_lowercase());
        }
    }
}

#[test]
fn ambiguous_names_are_refused_with_both_meanings() {
    for (name, meanings) in [
        ("fp8", [Dtype::F8E4M3Fn, Dtype::F8E5M2]),
        ("FLOAT8", [Dtype::F8E4M3Fn, Dtype::F8E5M2]),
        ("e4m3", [Dtype::F8E4M3Fn, Dtype::F8E4M3]),
        ("F8E4M3", [Dtype::F8E4M3Fn, Dtype::F8E4M3]),
        ("fp6", [Dtype::F6E2M3Fn, Dtype::F6E3M2Fn]),
        ("fp4", [Dtype::F4E2M1Fn, Dtype::F4E2M1FnX2]),
        ("FLOAT4E2M1", [Dtype::F4E2M1Fn, Dtype::F4E2M1FnX2]),
        ("float", [Dtype::F32, Dtype::F64]),
    ] {
        let error = name.parse::<Dtype>().expect_err(name);
        assert_eq!((error.text(), error.meanings()), (name, &meanings[..]));
        let [first, second] = meanings;
        let text = format!("{name:?} may mean {first} or {second}");
        assert_eq!((error.to_string(), error.nearest()), (text, None));
    }
}

#[test]
fn an_unknown_name_is_kept_and_the_nearest_suggested() {
    for (name, nearest) in [
        ("bflaot16", "bfloat16"),
        ("torch.bfloat61", "bfloat16"),
        ("F8_E4M3FNUX", "F8_E4M3FNUZ"),
        ("float8_e5m22", "float8_e5m2"),
    ] {
        let error = name.parse::<Dtype>().expect_err(name);
        let text = format!("unknown format {name:?}; did you mean {nearest:?}?");
        assert_eq!(error.to_string(), text);
        assert_eq!((error.text(), error.nearest()), (name, Some(nearest)));
        assert!(error.meanings().is_empty());
    }
    let far = "int4".parse::<Dtype>().expect_err("it is no float");
    assert!(
        far.to_string()
            .starts_with("unknown format \"int4\"; known are float64, float32, ")
    );
    assert_eq!(far.nearest(), None);
}

#[test]
fn any_text_is_refused_and_a_long_one_cut() {
    for text in ["", ".", "torch.", "é", "\"", &"x".repeat(1000)] {
        assert!(text.parse::<Dtype>().is_err(), "{text:?}");
    }
    // The first 48 bytes end within a character.
    let long = format!("{}é{}", "x".repeat(47), "y".repeat(10));
    let error = long.parse::<Dtype>().expect_err("it is none");
    assert_eq!(error.text(), "x".repeat(47));
    let text = error.to_string();
    assert!(
        text.starts_with(&format!("unknown format \"{}\"…; known", "x".repeat(47))),
        "{text}"
    );
}

fn same_type<F: Format>(dtype: Dtype) -> bool {
    Dtype::of::<F>() == Some(dtype) && finfo::<F>().dtype == dtype.name()
}

#[test]
fn a_type_and_its_dtype_lead_to_each_other() {
    const OF_BF16: Option<Dtype> = Dtype::of::<Bf16>();
    assert_eq!(OF_BF16, Some(Dtype::Bf16));
    for &dtype in Dtype::ALL {
        let expected = (!dtype.is_packed()).then_some(true);
        assert_eq!(with_dtype!(dtype, F => same_type::<F>(dtype)), expected, "{dtype}");
        assert_eq!(with_dtype!(dtype.unpacked(), F => F::LAYOUT), Some(dtype.layout()));
    }
    assert_eq!(Dtype::F4E2M1FnX2.unpacked(), Dtype::F4E2M1Fn);
    #[cfg(feature = "half")]
    assert_eq!(Dtype::of::<half::f16>(), Some(Dtype::F16));
}

/// A layout in wider storage has another dtype, which is not a known one.
#[test]
fn a_declared_format_has_the_dtype_of_its_layout_and_width() {
    ulp::float_type!(type Same = SameSpec(u8): Layout::E4M3FN, "same", [sign, zero, nan]);
    ulp::float_type!(type Wide = WideSpec(u16): Layout::E4M3FN, "wide", [sign, zero, nan]);
    ulp::float_type!(type Other = OtherSpec(u16): Layout::ieee(6, 9), "other", [sign, zero, infinities, nan]);
    assert_eq!(Dtype::of::<Same>(), Some(Dtype::F8E4M3Fn));
    assert_eq!((Dtype::of::<Wide>(), Dtype::of::<Other>()), (None, None));
}

fn as_f64<F: Format>(dtype: Dtype) {
    let (typed, wide) = (finfo::<F>(), dtype.finfo());
    let pairs = [
        (typed.eps, wide.eps),
        (typed.epsneg, wide.epsneg),
        (typed.max, wide.max),
        (typed.min, wide.min),
        (typed.smallest_normal, wide.smallest_normal),
        (typed.smallest_subnormal, wide.smallest_subnormal),
        (typed.tiny(), wide.tiny()),
    ];
    for (typed, wide) in pairs {
        assert_eq!(typed.cast::<f64>().to_bits(), wide.to_bits(), "{dtype}");
    }
    assert_eq!(typed.to_string(), wide.to_string());
    assert_eq!(
        (typed.bits, typed.precision, typed.machep, typed.negep, typed.nexp),
        (wide.bits, wide.precision, wide.machep, wide.negep, wide.nexp)
    );
    assert_eq!(
        (typed.iexp, typed.nmant, typed.minexp, typed.maxexp),
        (wide.iexp, wide.nmant, wide.minexp, wide.maxexp)
    );
}

#[test]
fn limits_at_run_time_are_those_of_the_type() {
    for &dtype in Dtype::ALL {
        with_dtype!(dtype, F => as_f64::<F>(dtype));
    }
    let packed = Dtype::F4E2M1FnX2.finfo();
    assert_eq!((packed.max, packed.bits, packed.dtype), (6.0, 4, "float4_e2m1fn_x2"));
    assert_eq!(F4E2M1Fn::MAX.to_f64(), packed.max);
    assert_eq!(Dtype::F8E8M0Fnu.finfo().min, F8E8M0Fnu::MIN.to_f64());
    assert_eq!(Dtype::F64.finfo().max, f64::MAX);
    assert_eq!((F16::MAX.to_f64(), F8E4M3Fn::MAX.to_f64()), (Dtype::F16.finfo().max, 448.0));
}

#[cfg(feature = "serde")]
#[test]
fn a_dtype_is_saved_by_name() {
    for &dtype in Dtype::ALL {
        let text = serde_json::to_string(&dtype).expect("it is written");
        assert_eq!(text, format!("\"{}\"", dtype.name()));
        assert_eq!(serde_json::from_str::<Dtype>(&text).expect("it is read"), dtype);
        let bytes = postcard::to_allocvec(&dtype).expect("it is written");
        assert_eq!(postcard::from_bytes::<Dtype>(&bytes).expect("it is read"), dtype);
    }
    assert_eq!(serde_json::from_str::<Dtype>("\"BF16\"").expect("it is read"), Dtype::Bf16);
    let error = serde_json::from_str::<Dtype>("\"fp8\"").expect_err("it is ambiguous");
    assert!(
        error.to_string().starts_with("\"fp8\" may mean float8_e4m3fn or float8_e5m2"),
        "{error}"
    );
}
