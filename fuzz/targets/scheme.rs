//! `ulp convert` on checkpoints whose tensors have the names, dtypes and shapes of schemes, or nearly. The result is an error
//! that leaves nothing, or a file that the crate `safetensors` reads. The file changes no tensor that was not understood. No
//! input makes the tool panic.
#![no_main]

use std::collections::BTreeMap;
use std::fs;

use libfuzzer_sys::fuzz_target;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use ulp_cli::convert::{Request, convert};
use ulp_fuzz::Unstructured;
use ulp_fuzz::arbitrary::Result;

const SUFFIXES: [&str; 22] = [
    "",
    "_scale",
    "_scale_inv",
    "_packed",
    "_global_scale",
    "_scale_2",
    "_blocks",
    "_scales",
    "_bias",
    ".scale",
    ".weight",
    ".weight_scale",
    ".weight_scale_inv",
    ".weight_packed",
    ".weight_global_scale",
    ".weight_scale_2",
    ".blocks",
    ".scales",
    ".scale_weight",
    ".input_scale",
    ".qweight",
    ".bias",
];
const DTYPES: [Dtype; 9] = [
    Dtype::F8_E4M3,
    Dtype::U8,
    Dtype::F32,
    Dtype::BF16,
    Dtype::F8_E8M0,
    Dtype::I8,
    Dtype::F16,
    Dtype::F8_E5M2,
    Dtype::I32,
];
const SIDES: [usize; 10] = [1, 2, 3, 4, 16, 32, 64, 128, 0, 130];
const TARGETS: [&str; 8] = ["bf16", "f32", "f16", "f8_e4m3", "mxfp4", "nvfp4", "mxfp8", "mxfp6_e2m3"];
const CONFIGS: [&str; 5] = [
    r#"{"quant_method":"fp8","weight_block_size":[128,128]}"#,
    r#"{"quant_method":"mxfp4"}"#,
    r#"{"quant_method":"gptq"}"#,
    r#"{"quant_method":"compressed-tensors","format":"mxfp4-pack-quantized"}"#,
    r#"{"weight_block_size":[0,1]}"#,
];

fuzz_target!(|data: &[u8]| {
    // An error means too few bytes.
    let _ = run(&mut Unstructured::new(data));
});

fn run(u: &mut Unstructured) -> Result<()> {
    let mut tensors = BTreeMap::new();
    for _ in 0..u.int_in_range(1..=6)? {
        let name = format!("{}{}", u.choose(&["l.q_proj", "l.experts.w1", "x"])?, u.choose(&SUFFIXES)?);
        let dtype = *u.choose(&DTYPES)?;
        let mut shape = Vec::new();
        for _ in 0..u.int_in_range(0..=4)? {
            shape.push(*u.choose(&SIDES)?);
        }
        let elements: usize = shape.iter().product();
        if elements < 1 << 16 {
            let byte: u8 = u.arbitrary()?;
            let data = (0..elements * dtype.bitsize() / 8).map(|i| byte.wrapping_mul(i as u8).wrapping_add(byte));
            tensors.insert(name, (dtype, shape, data.collect::<Vec<u8>>()));
        }
    }
    let metadata = u.int_in_range(0..=CONFIGS.len())?;
    let metadata = CONFIGS
        .get(metadata)
        .map(|config| std::collections::HashMap::from([("quantization_config".to_string(), (*config).to_string())]));
    let mut request = Request {
        no_sync: true,
        ..Request::default()
    };
    request.options.to = (*u.choose(&TARGETS)?).into();
    if request.options.to == "f8_e4m3" && u.arbitrary()? {
        request.options.scale = u.choose(&["tensor", "row", "block:128x128", "block:3x5"])?.parse().ok();
    }
    if u.arbitrary()? {
        request.options.only.push(".".into());
    }
    check(&tensors, metadata, request);
    Ok(())
}

type Tensors = BTreeMap<String, (Dtype, Vec<usize>, Vec<u8>)>;

fn check(tensors: &Tensors, metadata: Option<std::collections::HashMap<String, String>>, mut request: Request) {
    let directory = tempfile::tempdir().expect("there is room");
    (request.input, request.output) = (directory.path().join("in"), directory.path().join("out"));
    let views = tensors.iter().map(|(name, (dtype, shape, data))| {
        let view = TensorView::new(*dtype, shape.clone(), data).expect("it is as long as its shape says");
        (name, view)
    });
    let bytes = safetensors::serialize(views, metadata).expect("it is sound");
    fs::write(&request.input, bytes).expect("there is room");
    if let Err(error) = convert(&request, &()) {
        let line = error.line();
        assert!(!line.contains(char::is_control), "{line:?}");
        assert!(!request.output.exists(), "{line}");
        return;
    }
    let written = fs::read(&request.output).expect("it was written");
    let written = SafeTensors::deserialize(&written).expect("others read it");
    for (name, (dtype, shape, data)) in tensors {
        // Integers that are no packed elements stay, except those that belong to activations.
        if *dtype == Dtype::I32 && !name.ends_with("input_scale") {
            let found = written.tensor(name).expect("it is copied");
            assert_eq!(
                (found.dtype(), found.shape(), found.data()),
                (*dtype, &**shape, &**data),
                "{name}"
            );
        }
    }
    // No tensor that is left says that an unscaled tensor is scaled.
    if ["bf16", "f32", "f16"].contains(&request.options.to.as_str()) {
        for name in written.names() {
            let weight = name.strip_suffix("_scale_inv").and_then(|weight| tensors.get(weight));
            let narrow = weight.is_some_and(|(dtype, ..)| *dtype == Dtype::F8_E4M3);
            assert!(!narrow, "{name} is left");
        }
    }
}
