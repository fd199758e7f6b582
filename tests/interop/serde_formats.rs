//! Numbers in each of serde's attributes, through formats that people read and formats that they don't.

use std::collections::BTreeMap;
use std::fmt::Debug;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use ulp::*;

/// Writes and reads a value in a format.
trait Wire {
    const NAME: &'static str;
    fn trip<T: Serialize + DeserializeOwned>(x: &T) -> T;
}

macro_rules! wires {
    ($($name:ident: $to:expr, $from:expr;)*) => { $(
        struct $name;

        impl Wire for $name {
            const NAME: &'static str = stringify!($name);

            fn trip<T: Serialize + DeserializeOwned>(x: &T) -> T {
                $from($to(x).unwrap()).unwrap()
            }
        }
    )* };
}
wires! {
    Json: serde_json::to_string, |text: String| serde_json::from_str(&text);
    Value: serde_json::to_value, serde_json::from_value;
    Cbor: cbor, |bytes: Vec<u8>| ciborium::from_reader(bytes.as_slice());
    CborValue: |x| ciborium::Value::serialized(x), |value: ciborium::Value| value.deserialized();
    MessagePack: rmp_serde::to_vec, |bytes: Vec<u8>| rmp_serde::from_slice(&bytes);
    MessagePackNamed: rmp_serde::to_vec_named, |bytes: Vec<u8>| rmp_serde::from_slice(&bytes);
    Postcard: postcard::to_allocvec, |bytes: Vec<u8>| postcard::from_bytes(&bytes);
    Bincode: bincode::serialize, |bytes: Vec<u8>| bincode::deserialize(&bytes);
}

fn cbor<T: Serialize>(x: &T) -> Result<Vec<u8>, ciborium::ser::Error<std::io::Error>> {
    let mut bytes = Vec::new();
    ciborium::into_writer(x, &mut bytes)?;
    Ok(bytes)
}

/// Calls a function for all formats, or only for those whose data name their content.
macro_rules! each_wire {
    (all: $check:ident) => {
        $check::<Postcard>();
        $check::<Bincode>();
        $check::<MessagePack>();
        each_wire!(named: $check);
    };
    (named: $check:ident) => {
        $check::<Json>();
        $check::<Value>();
        $check::<Cbor>();
        $check::<CborValue>();
        $check::<MessagePackNamed>();
    };
}

fn same<W: Wire>(x: &(impl Serialize + DeserializeOwned + PartialEq + Debug)) {
    assert_eq!(W::trip(x), *x, "{}", W::NAME);
}

#[derive(Serialize, Deserialize, PartialEq, Debug, Clone, Copy)]
struct Pair {
    half: F16,
    byte: F8E4M3Fn,
}

const PAIR: Pair = Pair {
    half: F16::from_f32_const(1.0),
    byte: F8E4M3Fn::from_f32_const(-0.1),
};

#[derive(Serialize, Deserialize, PartialEq, Debug)]
#[serde(transparent)]
struct Transparent {
    number: Bf16,
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Newtype(F8E8M0Fnu);

#[derive(Serialize, Deserialize, PartialEq, Debug)]
#[serde(rename_all = "UPPERCASE", deny_unknown_fields)]
struct Plain {
    #[serde(rename = "other", alias = "another")]
    renamed: F16,
    #[serde(default)]
    defaulted: Bf16,
    #[serde(with = "ulp::serde_bits")]
    bits: F8E5M2,
    #[serde(skip)]
    skipped: F16,
    option: Option<F6E2M3Fn>,
    list: Vec<F4E2M1Fn>,
    tuple: (F16, Tf32, f32),
    array: [Bf16; 2],
    boxed: Box<F16>,
    newtype: Newtype,
    transparent: Transparent,
}

fn plain() -> Plain {
    Plain {
        renamed: F16::from_f32(0.1),
        defaulted: Bf16::from_f32(1.0),
        bits: F8E5M2::from_f32(1.0),
        skipped: F16::default(),
        option: Some(F6E2M3Fn::MAX),
        list: vec![F4E2M1Fn::MIN, F4E2M1Fn::from_f32(0.5)],
        tuple: (F16::MIN_POSITIVE, Tf32::MAX, 0.1),
        array: [Bf16::INFINITY, Bf16::NEG_INFINITY],
        boxed: Box::new(F16::from_f32(-0.0)),
        newtype: Newtype(F8E8M0Fnu::MIN),
        transparent: Transparent { number: Bf16::EPSILON },
    }
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
enum External {
    Unit,
    One(F16),
    Two(F16, Bf16),
    Named { x: F16, pair: Pair },
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
#[serde(tag = "kind")]
enum Internal {
    Pair(Pair),
    Named { x: F16, list: Vec<Bf16> },
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
#[serde(tag = "kind", content = "content")]
enum Adjacent {
    One(F16),
    Named { x: F16, y: Bf16 },
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
#[serde(untagged)]
enum Untagged {
    Pair(Pair),
    Named { other: F8E5M2 },
    Number(F16),
    Numbers(Vec<Bf16>),
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Flat {
    id: u32,
    #[serde(flatten)]
    pair: Pair,
    #[serde(flatten)]
    more: BTreeMap<String, Bf16>,
    #[serde(with = "ulp::serde_bits")]
    bits: F16,
}

/// Every format can do this.
fn structs<W: Wire>() {
    same::<W>(&PAIR);
    same::<W>(&plain());
    same::<W>(&External::Unit);
    same::<W>(&External::One(F16::from_f32(1.0)));
    same::<W>(&External::Two(F16::MAX, Bf16::MAX));
    same::<W>(&External::Named {
        x: F16::from_f32(1.0),
        pair: PAIR,
    });
    same::<W>(&BTreeMap::from([(1, F16::INFINITY), (2, F16::from_f32(0.1))]));
    assert!(W::trip(&F16::NAN).is_nan());
    assert!(W::trip(&F8E4M3Fnuz::NAN).is_nan());
}

#[test]
fn numbers_in_structs_survive() {
    each_wire!(all: structs);
}

/// This needs names or types in the data. serde keeps values there, and has forgotten which format they come from.
fn kept<W: Wire>() {
    let one = F16::from_f32(1.0);
    same::<W>(&Internal::Pair(PAIR));
    same::<W>(&Internal::Named {
        x: one,
        list: vec![Bf16::from_f32(1.0), Bf16::INFINITY],
    });
    same::<W>(&Adjacent::One(one));
    same::<W>(&Adjacent::Named {
        x: one,
        y: Bf16::from_f32(1.0),
    });
    same::<W>(&Untagged::Pair(PAIR));
    same::<W>(&Untagged::Named { other: F8E5M2::MIN });
    same::<W>(&Untagged::Number(one));
    same::<W>(&Untagged::Numbers(vec![Bf16::MAX]));
    same::<W>(&Flat {
        id: 3,
        pair: PAIR,
        more: BTreeMap::from([("a".into(), Bf16::from_f32(2.0)), ("b".into(), Bf16::INFINITY)]),
        bits: one,
    });
}

#[test]
fn numbers_survive_where_serde_buffers_values() {
    each_wire!(named: kept);
}

/// Any number can be read. Strings can be read if the data name their types.
#[test]
fn numbers_that_others_write_are_read() {
    fn is_kept_as<T: Serialize>(x: T, right: F16) {
        let untagged: Untagged = ciborium::from_reader(cbor(&x).unwrap().as_slice()).unwrap();
        assert_eq!(untagged, Untagged::Number(right));
    }
    fn reads<T: Serialize + Copy>(x: T, right: F16) {
        let read: F16 = rmp_serde::from_slice(&rmp_serde::to_vec(&x).unwrap()).unwrap();
        assert_eq!(read, right);
        is_kept_as(x, right);
    }
    reads(2u8, F16::from_f32(2.0));
    reads(-2i64, F16::from_f32(-2.0));
    reads(65519.999, F16::MAX);
    reads(1e30f32, F16::INFINITY);
    is_kept_as("inf", F16::INFINITY);
    is_kept_as("65519.9999999999999999999", F16::MAX);
    let float: F16 = ciborium::from_reader(cbor(&65519.999).unwrap().as_slice()).unwrap();
    assert_eq!(float, F16::MAX);
}

/// The bytes are those of an `f32`, if the format has no shorter float.
#[test]
fn numbers_are_written_as_f32() {
    let x = F16::from_f32(0.1);
    assert_eq!(
        postcard::to_allocvec(&x).unwrap(),
        postcard::to_allocvec(&x.to_f32()).unwrap()
    );
    assert_eq!(bincode::serialize(&x).unwrap(), x.to_f32().to_le_bytes());
    // CBOR has shorter floats.
    assert_eq!(cbor(&F16::from_f32(1.0)).unwrap(), [0xf9, 0x3c, 0x00]);
}

/// Wider formats are written as an `f64`, or as text.
#[test]
fn wider_formats_survive() {
    use crate::declared::{Double, Wide};

    fn trip<W: Wire>() {
        same::<W>(&Double::from_f64(0.1));
        same::<W>(&[Wide::MAX, Wide::MIN_POSITIVE, Wide::INFINITY, Wide::from_f64(-1.5)]);
        assert!(W::trip(&Wide::NAN).is_nan());
    }

    let double = Double::from_f64(0.1);
    assert_eq!(bincode::serialize(&double).unwrap(), 0.1f64.to_le_bytes());
    each_wire!(all: trip);
}

#[test]
fn bits_survive() {
    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    struct Stored<F: Format>(#[serde(with = "ulp::serde_bits")] F);

    fn trip<W: Wire>() {
        same::<W>(&Stored(F16::from_f32(1.0)));
        same::<W>(&Stored(F4E2M1Fn::MIN));
        same::<W>(&Stored(Tf32::MAX));
        same::<W>(&Stored(0.1f64));
        let nan = W::trip(&Stored(F16::from_bits(0xfe01)));
        assert_eq!(nan.0.to_bits(), 0xfe01);
    }
    each_wire!(all: trip);
    let one = Stored(F16::from_f32(1.0));
    assert_eq!(bincode::serialize(&one).unwrap(), [0x00, 0x3c]);
    assert_eq!(serde_json::to_string(&one).unwrap(), "15360");
    assert_eq!(serde_json::to_string(&half::f16::ONE.to_bits()).unwrap(), "15360");
    assert!(serde_json::from_str::<Stored<F8E5M2>>("256").is_err());
}
