//! Normal numbers from uniform ones, many at once.
//!
//! Logarithm, sine and cosine are series of our own, of products and sums that are not fused: so the
//! numbers have the same bits on every processor and system, and wide vector instructions do most of
//! the work.

use std::f64::consts::{FRAC_1_SQRT_2, LN_2, TAU};

use crate::dtype::Element;
use crate::random::Stream;
use crate::simd;

/// Pairs that are made together.
const TOGETHER: usize = 128;

/// Fills `values` with normal numbers, two for every two uniform ones; of a last pair the second may
/// be left over.
pub(super) fn fill<T: Element>(stream: &mut Stream, values: &mut [T]) {
    let (mut a, mut b) = ([0.0; TOGETHER], [0.0; TOGETHER]);
    for piece in values.chunks_mut(2 * TOGETHER) {
        let pairs = piece.len().div_ceil(2);
        for (a, b) in a.iter_mut().zip(&mut b).take(pairs) {
            (*a, *b) = (stream.unit(), stream.unit());
        }
        simd::widest!({
            for (a, b) in a.iter_mut().zip(&mut b) {
                (*a, *b) = pair(*a, *b);
            }
        });
        for ((value, a), b) in piece.chunks_mut(2).zip(&a).zip(&b) {
            for (value, drawn) in value.iter_mut().zip([a, b]) {
                *value = T::from_f64(*drawn);
            }
        }
    }
}

/// Two independent normal numbers of two uniform ones in [0, 1) (Box and Muller, 1958): the cosine
/// and the sine of a whole turn's part v, times √(-2 ln(1 - u)).
#[inline(always)]
pub(super) fn pair(u: f64, v: f64) -> (f64, f64) {
    // 1 - u lies in (0, 1], where the logarithm is finite.
    let radius = (-2.0 * logarithm(1.0 - u)).sqrt();
    let (sin, cos) = turn(v);
    (radius * cos, radius * sin)
}

/// c₀ + c₁ x + c₂ x² + ..
#[inline(always)]
fn polynomial<const N: usize>(coefficients: [f64; N], x: f64) -> f64 {
    let mut sum = coefficients[N - 1];
    for c in coefficients.iter().rev().skip(1) {
        sum = sum * x + c;
    }
    sum
}

const ONE: u64 = 1.0_f64.to_bits();
/// The bits of a number that say its power of two.
const POWER: u64 = 0xfff << 52;

/// ln x of a number from 2⁻⁵³ to 1.
///
/// x = 2ᵏ m with m from √½ to √2, and ln m = 2 artanh s with s = (m - 1) / (m + 1), whose series is
/// s + s³/3 + s⁵/5 + ..
#[inline(always)]
fn logarithm(x: f64) -> f64 {
    // 2⁵² plus a small whole number has it in its lowest bits.
    const SHIFT: f64 = (1_u64 << 52) as f64;
    let moved = x.to_bits().wrapping_add(ONE - FRAC_1_SQRT_2.to_bits());
    let k = f64::from_bits(SHIFT.to_bits() | (moved >> 52)) - (SHIFT + 1023.0);
    let m = f64::from_bits(x.to_bits().wrapping_sub((moved & POWER).wrapping_sub(ONE)));
    let s = (m - 1.0) / (m + 1.0);
    let square = s * s;
    k * LN_2 + (2.0 * s + s * square * polynomial(LOGARITHM, square))
}

/// 2/3, 2/5, ..
const LOGARITHM: [f64; 10] = {
    let (mut out, mut i) = ([0.0; 10], 0);
    while i < out.len() {
        out[i] = 2.0 / (2 * i + 3) as f64;
        i += 1;
    }
    out
};

/// Sine and cosine of a part of a whole turn, from 0 to 1.
///
/// The nearest quarter is taken off, which is exact; of what is left the series are short.
#[inline(always)]
fn turn(part: f64) -> (f64, f64) {
    // Sums with this have no digits behind the point, and the whole number in their lowest bits.
    const SHIFT: f64 = (3_u64 << 51) as f64;
    let shifted = 4.0 * part + SHIFT;
    let quarter = shifted.to_bits();
    let angle = (part - 0.25 * (shifted - SHIFT)) * TAU;
    let square = angle * angle;
    let sin = angle + angle * square * polynomial(SINE, square);
    let cos = 1.0 + square * polynomial(COSINE, square);
    let (sin, cos) = if quarter & 1 == 0 {
        (sin, cos)
    } else {
        (cos, sin)
    };
    let signed = |x: f64, negative: u64| f64::from_bits(x.to_bits() ^ (negative << 62));
    (signed(sin, quarter & 2), signed(cos, (quarter + 1) & 2))
}

/// -1/3!, 1/5!, ..
const SINE: [f64; 8] = inverse_factorials(3);
/// -1/2!, 1/4!, ..
const COSINE: [f64; 8] = inverse_factorials(2);

/// The inverses of every second factorial from `first` on, with alternating signs, negative first.
const fn inverse_factorials(first: u64) -> [f64; 8] {
    let mut out = [0.0; 8];
    let (mut n, mut factorial, mut sign, mut i) = (1, 1_u64, -1.0, 0);
    while i < out.len() {
        while n < first + 2 * i as u64 {
            n += 1;
            factorial *= n;
        }
        out[i] = sign / factorial as f64;
        sign = -sign;
        i += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_are_as_good_as_the_system_library() {
        let mut stream = Stream::new(3);
        let ends = [0.0, 0.125, 0.25, 0.375, 0.5, 0.875, 1.0 - f64::EPSILON];
        let inner = (0..20_000).map(|_| stream.unit());
        for part in ends.into_iter().chain(inner) {
            let x = (1.0 - part).max(f64::EPSILON / 2.0);
            let (found, expected) = (logarithm(x), x.ln());
            let near = (found - expected).abs() <= 6e-16 * expected.abs();
            assert!(near, "ln {x}: {found}, {expected}");
            let (sin, cos) = turn(part);
            // The angle of the library's is rounded, ours is not.
            let expected = (TAU * part).sin_cos();
            assert!((sin - expected.0).abs() <= 1e-15, "sin {part}: {sin}");
            assert!((cos - expected.1).abs() <= 1e-15, "cos {part}: {cos}");
        }
        assert_eq!((turn(0.25), turn(0.5)), ((1.0, 0.0), (0.0, -1.0)));
    }

    #[test]
    fn numbers_together_are_those_one_by_one() {
        for count in [0, 1, 2, 255, 256, 257, 1001] {
            let (mut first, mut second) = (Stream::new(5), Stream::new(5));
            let mut together = vec![0.0_f64; count];
            fill(&mut first, &mut together);
            for pair in together.chunks(2) {
                let (a, b) = second.normal_pair();
                assert!(pair.iter().zip([a, b]).all(|(found, one)| *found == one));
            }
            assert_eq!(first.bits(), second.bits());
        }
    }
}
