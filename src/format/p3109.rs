//! The names of IEEE P3109's formats: `Binary8p3se`.

use core::error::Error;
use core::fmt;
use core::str::FromStr;

use super::Layout;

/// The widest format that P3109 names and tabulates, in bits.
const WIDEST: u32 = 16;
/// The narrowest format that P3109 names, in bits.
const NARROWEST: u32 = 3;

/// The name of a format in IEEE P3109: see [`Layout::p3109_name`].
///
/// `Display` prints a name such as `Binary8p3se`: `Binary`, the width in bits, `p` and the precision, `s` for signed or `u` for
/// unsigned, and `e` for extended (with infinities) or `f` for finite.
///
/// ```
/// use ulp::Layout;
///
/// let name = Layout::p3109(6, 3, true, false).p3109_name();
/// assert_eq!(name.unwrap().to_string(), "Binary6p3sf");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct P3109Name {
    bits: u32,
    precision: u32,
    signed: bool,
    extended: bool,
}

impl P3109Name {
    const fn layout(self) -> Layout {
        Layout::p3109(self.bits, self.precision, self.signed, self.extended)
    }

    /// Returns whether P3109 has a format of this name.
    const fn is_valid(self) -> bool {
        let most = self.bits - self.signed as u32;
        NARROWEST <= self.bits && self.bits <= WIDEST && 1 <= self.precision && self.precision <= most
    }
}

impl Layout {
    /// Returns the name of this format in IEEE P3109. Returns `None` if the format is not one of the 504 formats of P3109, which
    /// have 3 to 16 bits.
    ///
    /// ```
    /// use ulp::Layout;
    ///
    /// let layout: Layout = "binary8p3se".parse().unwrap();
    /// assert_eq!(layout, Layout::p3109(8, 3, true, true));
    /// assert_eq!(layout.p3109_name().unwrap().to_string(), "Binary8p3se");
    /// assert!(Layout::E4M3FN.p3109_name().is_none());
    /// ```
    #[must_use]
    pub const fn p3109_name(self) -> Option<P3109Name> {
        let name = P3109Name {
            bits: self.bits(),
            precision: self.precision(),
            signed: self.is_signed(),
            extended: self.has_infinities(),
        };
        if name.is_valid() && name.layout().const_eq(self) {
            Some(name)
        } else {
            None
        }
    }
}

impl fmt::Display for P3109Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.signed { 's' } else { 'u' };
        let domain = if self.extended { 'e' } else { 'f' };
        write!(f, "Binary{}p{}{sign}{domain}", self.bits, self.precision)
    }
}

/// Parses the name of a format in IEEE P3109, in any case. [`P3109Name`] describes the names.
impl FromStr for Layout {
    type Err = UnknownLayout;

    fn from_str(text: &str) -> Result<Self, UnknownLayout> {
        let name = parse(text).filter(|name| name.is_valid());
        name.map(P3109Name::layout).ok_or(UnknownLayout(()))
    }
}

#[inline]
fn parse(text: &str) -> Option<P3109Name> {
    let (prefix, rest) = text.split_at_checked("binary".len())?;
    let (numbers, kind) = rest.split_at_checked(rest.len().checked_sub(2)?)?;
    let (bits, precision) = numbers.split_once(['p', 'P'])?;
    let mut kind = kind.chars().map(|c| c.to_ascii_lowercase());
    prefix.eq_ignore_ascii_case("binary").then_some(())?;
    Some(P3109Name {
        bits: integer(bits)?,
        precision: integer(precision)?,
        signed: is_first(kind.next()?, 's', 'u')?,
        extended: is_first(kind.next()?, 'e', 'f')?,
    })
}

/// Parses an integer without a sign and without leading zeros.
#[inline]
fn integer(text: &str) -> Option<u32> {
    let begins = text.starts_with(|c: char| ('1'..='9').contains(&c));
    text.parse().ok().filter(|_| begins)
}

/// Returns whether a letter is the first one of two letters, or `None` if it is neither.
fn is_first(letter: char, first: char, second: char) -> Option<bool> {
    (letter == first || letter == second).then_some(letter == first)
}

/// The error of parsing a [`Layout`] from a name that IEEE P3109 doesn't have.
///
/// ```
/// // A format of 8 bits has no precision of 9.
/// assert!("Binary8p9se".parse::<ulp::Layout>().is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnknownLayout(());

impl fmt::Display for UnknownLayout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the name of a P3109 format, such as Binary8p3se: 3 to 16 bits, the precision, s or u, e or f")
    }
}

impl Error for UnknownLayout {}
