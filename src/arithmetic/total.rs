//! [`Total`]: numbers in a total order.

use core::cmp::Ordering;
use core::hash::{Hash, Hasher};

use super::order::total_order;
use crate::round::{Format, to_code};

/// A number with `Ord`, `Eq` and `Hash`, ordered by IEEE 754's totalOrder (2019, 5.10). −0 comes before +0. NaNs lie outside of
/// the numbers, on the side of their signs. Two numbers are equal if all their bits are equal.
///
/// ```
/// use std::collections::{BTreeSet, HashMap};
/// use ulp::{F16, Total};
///
/// let mut numbers = [2.0, -0.0, 0.0, -3.0].map(F16::from_f32);
/// numbers.sort_by_key(|&x| Total(x));
/// assert_eq!(numbers[0].to_f32(), -3.0);
///
/// let largest = numbers.into_iter().map(Total).max();
/// assert_eq!(largest, Some(Total(F16::from_f32(2.0))));
/// let mut counts = HashMap::new();
/// *counts.entry(Total(F16::NAN)).or_insert(0) += 1;
/// assert_eq!(counts[&Total(F16::NAN)], 1);
/// assert!(!BTreeSet::from([Total(0.0f64)]).contains(&Total(-0.0)));
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[repr(transparent)]
pub struct Total<F>(pub F);

impl<F: Format> PartialEq for Total<F> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        to_code(self.0) == to_code(other.0)
    }
}

impl<F: Format> Eq for Total<F> {}

impl<F: Format> PartialOrd for Total<F> {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<F: Format> Ord for Total<F> {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        total_order(self.0, other.0)
    }
}

impl<F: Format> Hash for Total<F> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        to_code(self.0).hash(state);
    }
}

impl<F> From<F> for Total<F> {
    #[inline]
    fn from(number: F) -> Self {
        Self(number)
    }
}
