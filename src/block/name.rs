//! The names of schemes.

use core::error::Error;
use core::fmt;
use core::str::FromStr;

use super::{Blocks, ScaleRule, Scheme};
use crate::float::Dtype;

/// The schemes with their names. The last rows are second names of schemes above.
const NAMES: [(&str, Scheme); 10] = [
    ("mxfp8", Scheme::MXFP8),
    ("mxfp8_e5m2", Scheme::MXFP8_E5M2),
    ("mxfp6_e2m3", Scheme::MXFP6_E2M3),
    ("mxfp6_e3m2", Scheme::MXFP6_E3M2),
    ("mxfp4", Scheme::MXFP4),
    ("nvfp4", Scheme::NVFP4),
    ("fp8_tensor", Scheme::FP8_TENSOR),
    ("fp8_row", Scheme::FP8_ROW),
    ("fp8_block", Scheme::FP8_BLOCK),
    ("mxfp8_e4m3", Scheme::MXFP8),
];

impl Scheme {
    /// The schemes that have names.
    pub const ALL: [Self; 9] = [
        Self::MXFP8,
        Self::MXFP8_E5M2,
        Self::MXFP6_E2M3,
        Self::MXFP6_E3M2,
        Self::MXFP4,
        Self::NVFP4,
        Self::FP8_TENSOR,
        Self::FP8_ROW,
        Self::FP8_BLOCK,
    ];

    /// Returns this scheme with another rule, and with a tensor scale that multiplies.
    fn plain(self, rule: ScaleRule) -> Self {
        self.rule(rule).divides(false)
    }
}

/// Prints the name, such as `mxfp4`. Parts that differ from a named scheme follow the name, as in `mxfp4/floor` or
/// `nvfp4/divides`. A scheme without a name prints its parts: `float8_e5m2/bfloat16/1x64`, then the rule if the rule isn't the
/// default, and `tensor_scale`.
impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = Self::new(self.element, self.scale, self.blocks);
        let named = NAMES.iter().find(|(_, scheme)| *scheme == self.plain(scheme.rule));
        if let (Some((name, _)), true, false) = (named, self.rule == plain.rule, self.divides) {
            return f.pad(name);
        }
        match named {
            Some((name, _)) => f.write_str(name)?,
            None => write!(f, "{}/{}/{}", self.element, self.scale, self.blocks)?,
        }
        if self.rule != plain.rule {
            write!(f, "/{}", self.rule)?;
        }
        if named.is_none() && self.tensor_scale {
            f.write_str("/tensor_scale")?;
        }
        if self.divides {
            f.write_str("/divides")?;
        }
        Ok(())
    }
}

/// Parses the text that `Display` writes, in any case: `mxfp8`, `mxfp8_e5m2`, `mxfp6_e2m3`, `mxfp6_e3m2`, `mxfp4`, `nvfp4`,
/// `fp8_tensor`, `fp8_row`, `fp8_block`, or a list of parts. A format in the list can have any name that [`Dtype`] parses.
///
/// ```
/// use ulp::block::{Blocks, ScaleRule, Scheme};
///
/// assert_eq!("MXFP4/floor".parse(), Ok(Scheme::MXFP4.rule(ScaleRule::Floor)));
/// assert_eq!("e4m3fn/f32/1xall".parse(), Ok(Scheme::FP8_ROW));
/// assert_eq!(Scheme::FP8_ROW.blocks(Blocks::new(1, 64)).to_string(), "float8_e4m3fn/float32/1x64");
/// ```
impl FromStr for Scheme {
    type Err = UnknownScheme;

    #[inline]
    fn from_str(text: &str) -> Result<Self, UnknownScheme> {
        let mut parts = text.split('/');
        let first = parts.next().unwrap_or_default();
        let named = NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(first));
        let mut scheme = match named {
            Some((_, scheme)) => *scheme,
            None => of_parts(first, &mut parts).ok_or(UnknownScheme(()))?,
        };
        for part in parts {
            let same = |known: &str| known.eq_ignore_ascii_case(part);
            if same("tensor_scale") {
                scheme = scheme.tensor_scale(true);
            } else if same("divides") {
                scheme = scheme.divides(true);
            } else {
                let rule = ScaleRule::ALL.into_iter().find(|rule| same(rule.name()));
                scheme = scheme.rule(rule.ok_or(UnknownScheme(()))?);
            }
        }
        Ok(scheme)
    }
}

/// Returns a scheme with this element format and with the scale and blocks that the next two parts name.
fn of_parts<'a>(element: &str, parts: &mut impl Iterator<Item = &'a str>) -> Option<Scheme> {
    let element: Dtype = element.parse().ok()?;
    let scale: Dtype = parts.next()?.parse().ok()?;
    let blocks = Blocks::parse(parts.next()?)?;
    Some(Scheme::new(element, scale, blocks))
}

/// The error of parsing a [`Scheme`] from an unknown name. The text of the error lists the known names.
///
/// ```
/// use ulp::block::Scheme;
///
/// let error = "mxfp5".parse::<Scheme>().unwrap_err();
/// assert!(error.to_string().contains("mxfp4"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnknownScheme(());

impl fmt::Display for UnknownScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown scheme; known are ")?;
        for (name, _) in NAMES {
            write!(f, "{name}, ")?;
        }
        f.write_str("and parts such as float8_e5m2/bfloat16/1x64")
    }
}

impl Error for UnknownScheme {}
