//! The casts between any two shipped formats, and the conversions of each type, as functions on codes.

#[allow(clippy::wildcard_imports, reason = "the formats of the catalogue")]
use ulp::*;
use ulp_verify::adapter::{Casts, check_layouts, describe};
use ulp_verify::operations::{code, number};
use ulp_verify::oracle::{self, FormatSpec, Rounding, RoundingQuery};
use ulp_verify::tally::Tally;

/// A shipped format: the oracle's description, and the crate's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shipped {
    /// The name in `numpy`.
    pub(crate) name: &'static str,
    /// The oracle's description.
    pub(crate) shape: FormatSpec,
    /// The crate's layout.
    pub(crate) layout: Layout,
}

impl Shipped {
    fn of<F: Format>() -> Self {
        Self {
            name: F::DTYPE,
            shape: oracle::shipped(F::DTYPE),
            layout: F::LAYOUT,
        }
    }
}

/// A cast between two types that are known at compile time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    /// The source format.
    pub(crate) from: Shipped,
    /// The target format.
    pub(crate) to: Shipped,
    plain: fn(u64) -> u64,
    with: fn(u64, Cast) -> (u64, u8),
}

impl Pair {
    /// Compares the typed casts with the oracle on one code of the source: every rounding, both policies, and the default.
    pub(crate) fn check(&self, bits: u64, casts: &Casts, tally: &mut Tally) {
        let query = RoundingQuery::new(&self.to.shape, oracle::decode(&self.from.shape, bits));
        let what = || format!("{} {bits:#x} -> {}", self.from.name, self.to.name);
        tally.input();
        let right = query.resolve(Rounding::TiesToEven, false).0;
        let is = self.plain(bits);
        tally.check(is == right, || format!("{}, cast(): {is:#x}, right: {right:#x}", what()));
        for &(rounding, saturate, cast) in &casts.0 {
            let right = query.resolve(rounding, saturate);
            let is = self.with(bits, cast);
            tally.check(is == right, || describe(&what(), rounding, saturate, is, right));
        }
    }

    /// Compares `Cast::convert`, with layouts that the compiler doesn't know, with the oracle on one code of the source.
    pub(crate) fn check_layouts(&self, bits: u64, casts: &Casts, tally: &mut Tally) {
        let (from, to) = (&self.from, &self.to);
        check_layouts((&from.shape, from.layout), (&to.shape, to.layout), bits, casts, tally);
    }

    /// Returns the result of the default cast.
    pub(crate) fn plain(&self, bits: u64) -> u64 {
        (self.plain)(bits)
    }

    /// Returns the result of the typed cast.
    pub(crate) fn with(&self, bits: u64, cast: Cast) -> (u64, u8) {
        (self.with)(bits, cast)
    }
}

fn pair<S: Format, D: Format>() -> Pair {
    Pair {
        from: Shipped::of::<S>(),
        to: Shipped::of::<D>(),
        plain: |bits| code(number::<S>(bits).cast::<D>()),
        with: |bits, cast| {
            let (result, flags) = number::<S>(bits).cast_with::<D>(cast);
            (code(result), flags.bits())
        },
    }
}

/// The inherent conversions of a type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inherent {
    /// The format.
    pub(crate) of: Shipped,
    /// `from_f32`.
    pub(crate) from_f32: fn(f32) -> u64,
    /// `from_f64`.
    pub(crate) from_f64: fn(f64) -> u64,
    /// `to_f32`.
    pub(crate) to_f32: fn(u64) -> f32,
    /// `to_f64`.
    pub(crate) to_f64: fn(u64) -> f64,
}

macro_rules! formats {
    ($($name:ident)*) => {
        /// Returns every pair of shipped formats.
        pub(crate) fn pairs() -> Vec<Pair> {
            let mut pairs = to_each::<f64>();
            pairs.extend(to_each::<f32>());
            $(pairs.extend(to_each::<$name>());)*
            pairs
        }

        fn to_each<S: Format>() -> Vec<Pair> {
            vec![pair::<S, f64>(), pair::<S, f32>(), $(pair::<S, $name>()),*]
        }

        /// Returns the inherent conversions of every type that the crate declares.
            pub(crate) fn inherent() -> Vec<Inherent> {
            vec![$(Inherent {
                of: Shipped::of::<$name>(),
                from_f32: |x| code($name::from_f32(x)),
                from_f64: |x| code($name::from_f64(x)),
                to_f32: |code| number::<$name>(code).to_f32(),
                to_f64: |code| number::<$name>(code).to_f64(),
            }),*]
        }
    };
}
for_each_format!(formats);
