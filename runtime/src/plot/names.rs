//! Lists of names.

use std::ops::Range;

/// What a list of names is made of: arrays, slices and `Vec`s of `&str` or `String`, or a range of
/// whole numbers.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let words = Figure::new().bar(["cat", "dog"], [3, 5]);
/// let digits = Figure::new().bar(0..10, &ones(&[10]));
/// assert!(words.to_svg().contains("dog") && digits.to_svg().contains(">9<"));
/// ```
pub trait Names {
    /// The names in order.
    fn names(&self) -> Vec<String>;
}

impl<T: AsRef<str>> Names for [T] {
    fn names(&self) -> Vec<String> {
        self.iter().map(|name| name.as_ref().to_owned()).collect()
    }
}

impl<T: AsRef<str>, const N: usize> Names for [T; N] {
    fn names(&self) -> Vec<String> {
        self.as_slice().names()
    }
}

impl<T: AsRef<str>> Names for Vec<T> {
    fn names(&self) -> Vec<String> {
        self.as_slice().names()
    }
}

impl Names for Range<i32> {
    fn names(&self) -> Vec<String> {
        self.clone().map(|number| number.to_string()).collect()
    }
}

impl<T: Names + ?Sized> Names for &T {
    fn names(&self) -> Vec<String> {
        (**self).names()
    }
}
