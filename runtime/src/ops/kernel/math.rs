//! Functions of f32 in a form that compilers turn into vector instructions: polynomials, bits and
//! choices, no branches and no calls.
//!
//! Polynomials and constants of `exp`, `tanh` and `ln`: Cephes by S. L. Moshier. Errors are below
//! three units in the last place; the tests go through the whole range.

/// A float with the functions that ops need in loops. `fused` says whether a product and a sum are
/// one instruction, see `simd::Work`.
pub(crate) trait Real: crate::dtype::Number {
    fn exponential(self, fused: bool) -> Self;
    /// eˣ for x <= 0, which takes fewer steps; numbers below the normal range become 0.
    fn exponential_below_0(self, fused: bool) -> Self;
    fn logarithm(self, fused: bool) -> Self;
    /// ln(1 + x), exact also where x is tiny.
    fn logarithm_1_plus(self, fused: bool) -> Self;
    /// eˣ - 1, exact also where x is tiny.
    fn exponential_less_1(self, fused: bool) -> Self;
    fn hyperbolic_tangent(self, fused: bool) -> Self;
    fn error_function(self, fused: bool) -> Self;
    fn logistic(self, fused: bool) -> Self;
}

impl Real for f64 {
    #[inline]
    fn exponential(self, _: bool) -> f64 {
        self.exp()
    }

    #[inline]
    fn exponential_below_0(self, _: bool) -> f64 {
        self.exp()
    }

    #[inline]
    fn logarithm(self, _: bool) -> f64 {
        self.ln()
    }

    #[inline]
    fn logarithm_1_plus(self, _: bool) -> f64 {
        self.ln_1p()
    }

    #[inline]
    fn exponential_less_1(self, _: bool) -> f64 {
        self.exp_m1()
    }

    #[inline]
    fn hyperbolic_tangent(self, _: bool) -> f64 {
        self.tanh()
    }

    #[inline]
    fn error_function(self, _: bool) -> f64 {
        libm::erf(self)
    }

    #[inline]
    fn logistic(self, _: bool) -> f64 {
        1.0 / (1.0 + (-self).exp())
    }
}

// x = n ln 2 + r, with ln 2 in two parts, so that n times the first is exact.
const LN2_HIGH: f32 = 0.693_359_4;
const LN2_LOW: f32 = -2.121_944_4e-4;
// Adding and subtracting 1.5 * 2²³ rounds to a whole number, which then stands in the low bits.
const ROUND: f32 = 12_582_912.0;

/// x y + z.
#[inline(always)]
fn sum_of_product(x: f32, y: f32, z: f32, fused: bool) -> f32 {
    if fused { x.mul_add(y, z) } else { x * y + z }
}

/// x - n ln 2.
#[inline(always)]
fn remainder(x: f32, n: f32, fused: bool) -> f32 {
    let r = sum_of_product(n, -LN2_HIGH, x, fused);
    sum_of_product(n, -LN2_LOW, r, fused)
}

/// eʳ - 1 for |r| <= ln 2 / 2.
#[inline(always)]
fn exponential_near_0(r: f32, fused: bool) -> f32 {
    let mut p = 1.987_569_1e-4;
    p = sum_of_product(p, r, 1.398_2e-3, fused);
    p = sum_of_product(p, r, 8.333_452e-3, fused);
    p = sum_of_product(p, r, 4.166_579_6e-2, fused);
    p = sum_of_product(p, r, 0.166_666_65, fused);
    p = sum_of_product(p, r, 0.5, fused);
    sum_of_product(p * r, r, r, fused)
}

impl Real for f32 {
    /// eˣ = 2ⁿ eʳ with x = n ln 2 + r and |r| <= ln 2 / 2.
    #[inline(always)]
    fn exponential(self, fused: bool) -> f32 {
        // NaN fails both comparisons and stays NaN.
        let x = if self > 89.0 { 89.0 } else { self };
        let x = if x < -104.0 { -104.0 } else { x };
        let shifted = sum_of_product(x, std::f32::consts::LOG2_E, ROUND, fused);
        let n = shifted - ROUND;
        let e = exponential_near_0(remainder(x, n, fused), fused) + 1.0;
        // Two factors, since 2ⁿ alone may overflow or vanish where the result does not.
        let n = (shifted.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
        let half = n >> 1;
        let power = |n: i32| f32::from_bits((n.wrapping_add(127) as u32) << 23);
        e * power(half) * power(n.wrapping_sub(half))
    }

    #[inline(always)]
    fn exponential_below_0(self, fused: bool) -> f32 {
        // The logarithm of the smallest normal number.
        const LEAST: f32 = -87.336_54;
        // NaN fails the comparison and stays NaN.
        let x = if self < LEAST { LEAST } else { self };
        let shifted = sum_of_product(x, std::f32::consts::LOG2_E, ROUND, fused);
        let n = shifted - ROUND;
        let e = exponential_near_0(remainder(x, n, fused), fused) + 1.0;
        let n = shifted.to_bits().wrapping_sub(ROUND.to_bits());
        let y = e * f32::from_bits(n.wrapping_add(127) << 23);
        if self < LEAST { 0.0 } else { y }
    }

    /// ln x = n ln 2 + ln m with x = 2ⁿ m and m between √½ and √2.
    #[inline(always)]
    fn logarithm(self, fused: bool) -> f32 {
        const TINY: f32 = f32::MIN_POSITIVE;
        // Numbers below the normal range are scaled into it.
        let small = self < TINY;
        let x = if small { self * 8_388_608.0 } else { self };
        let bits = x.to_bits();
        // The exponent counted from √½.
        let offset = bits.wrapping_sub(0x3f35_04f3);
        let n = (offset as i32 >> 23) as f32 - if small { 23.0 } else { 0.0 };
        let m = f32::from_bits((offset & 0x007f_ffff).wrapping_add(0x3f35_04f3)) - 1.0;
        let z = m * m;
        let mut p = 7.037_683_6e-2;
        p = sum_of_product(p, m, -0.115_146_1, fused);
        p = sum_of_product(p, m, 0.116_769_984, fused);
        p = sum_of_product(p, m, -0.124_201_41, fused);
        p = sum_of_product(p, m, 0.142_493_23, fused);
        p = sum_of_product(p, m, -0.166_680_57, fused);
        p = sum_of_product(p, m, 0.200_007_14, fused);
        p = sum_of_product(p, m, -0.249_999_94, fused);
        p = sum_of_product(p, m, 0.333_333_3, fused);
        let y = p * m * z + n * -2.121_944_4e-4 - 0.5 * z;
        let y = m + y + n * 0.693_359_4;
        let y = if self == f32::INFINITY { self } else { y };
        let y = if self == 0.0 { f32::NEG_INFINITY } else { y };
        // Negative numbers and NaN have no logarithm.
        if self >= 0.0 { y } else { f32::NAN }
    }

    /// What 1 + x loses is made up for (W. Kahan's method).
    #[inline(always)]
    fn logarithm_1_plus(self, fused: bool) -> f32 {
        let sum = 1.0 + self;
        let log = sum.logarithm(fused) * (self / (sum - 1.0));
        let exact = if sum == f32::INFINITY { sum } else { log };
        if sum == 1.0 { self } else { exact }
    }

    /// eˣ - 1 = 2ⁿ (eʳ - 1) + (2ⁿ - 1), with x = n ln 2 + r.
    #[inline(always)]
    fn exponential_less_1(self, fused: bool) -> f32 {
        // Below this the result is -1; NaN fails both comparisons and stays NaN.
        let x = if self > 89.0 { 89.0 } else { self };
        let x = if x < -20.0 { -20.0 } else { x };
        let shifted = sum_of_product(x, std::f32::consts::LOG2_E, ROUND, fused);
        let n = shifted - ROUND;
        let e = exponential_near_0(remainder(x, n, fused), fused);
        // 2ⁿ in two factors, since n may be 128.
        let n = (shifted.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
        let half = n >> 1;
        let power = |n: i32| f32::from_bits((n.wrapping_add(127) as u32) << 23);
        let (first, second) = (power(half), power(n.wrapping_sub(half)));
        let rest = first - power(half.wrapping_sub(n));
        sum_of_product(e, first, rest, fused) * second
    }

    /// An odd polynomial near 0, and 1 - 2 / (e²ˣ + 1) elsewhere.
    #[inline(always)]
    fn hyperbolic_tangent(self, fused: bool) -> f32 {
        let size = self.abs();
        let z = self * self;
        let mut p = -5.704_988_7e-3;
        p = sum_of_product(p, z, 2.063_908_8e-2, fused);
        p = sum_of_product(p, z, -5.373_971_5e-2, fused);
        p = sum_of_product(p, z, 0.133_314_42, fused);
        p = sum_of_product(p, z, -0.333_332_8, fused);
        let near = sum_of_product(p * z, self, self, fused);
        let far = 1.0 - 2.0 / ((size + size).exponential(fused) + 1.0);
        let far = far.copysign(self);
        if size < 0.625 { near } else { far }
    }

    /// An odd polynomial near 0, and 1 - e⁻ᵍ elsewhere with a polynomial for g = -ln(1 - erf |x|);
    /// both fitted for the least largest relative error of the result (Lawson's weights).
    #[inline(always)]
    fn error_function(self, fused: bool) -> f32 {
        let z = self * self;
        let mut p = 7.853_822e-5;
        p = sum_of_product(p, z, -8.010_183e-4, fused);
        p = sum_of_product(p, z, 5.188_327e-3, fused);
        p = sum_of_product(p, z, -2.685_381_1e-2, fused);
        p = sum_of_product(p, z, 0.112_835_85, fused);
        p = sum_of_product(p, z, -0.376_126_26, fused);
        // 2/√π less 1, so that the sum is rounded once.
        p = sum_of_product(p, z, 0.128_379_17, fused);
        let near = sum_of_product(p, self, self, fused);
        // Above 4 the result is 1. NaN fails the comparison and stays NaN.
        let size = self.abs();
        let a = if size > 4.0 { 4.0 } else { size };
        let mut g = -1.863_804_6e-4;
        g = sum_of_product(g, a, 2.947_671_3e-3, fused);
        g = sum_of_product(g, a, -2.183_811_8e-2, fused);
        g = sum_of_product(g, a, 0.103_106_87, fused);
        g = sum_of_product(g, a, 0.638_144_7, fused);
        g = sum_of_product(g, a, 1.127_089_3, fused);
        g = sum_of_product(g, a, 3.415_007_4e-4, fused);
        let far = (1.0 - (-g).exponential_below_0(fused)).copysign(self);
        if size < 1.0 { near } else { far }
    }

    /// 1 / (1 + e⁻ˣ) for x >= 0, and eˣ / (1 + eˣ) below: e is never large.
    #[inline(always)]
    fn logistic(self, fused: bool) -> f32 {
        let e = (-self.abs()).exponential(fused);
        let top = if self < 0.0 { e } else { 1.0 };
        top / (1.0 + e)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every f32 whose bits are a multiple of a prime, and the edges.
    fn everywhere() -> impl Iterator<Item = f32> {
        let edges = [
            0.0,
            -0.0,
            f32::INFINITY,
            f32::NEG_INFINITY,
            f32::NAN,
            88.7228,
            -87.3,
            -103.9,
        ];
        (0..u32::MAX / 4099)
            .map(|i| f32::from_bits(i * 4099))
            .chain(edges)
    }

    fn check(name: &str, ours: impl Fn(f32) -> f32, exact: fn(f64) -> f64, ulps: f64) {
        let mut worst = (0.0, 0.0);
        for x in everywhere() {
            let (y, wanted) = (ours(x), exact(f64::from(x)));
            let rounded = wanted as f32;
            if y == rounded || (y.is_nan() && rounded.is_nan()) {
                continue;
            }
            // The distance of neighbours at this size; below the normal range it stays the same.
            let ulp = f64::from((rounded.abs().max(f32::MIN_POSITIVE)).next_up())
                - f64::from(rounded.abs().max(f32::MIN_POSITIVE));
            let error = (f64::from(y) - wanted).abs() / ulp;
            assert!(error.is_finite(), "{name}({x}): {y} for {wanted}");
            if error > worst.0 {
                worst = (error, x);
            }
        }
        assert!(worst.0 <= ulps, "{name}({}): {} ulps", worst.1, worst.0);
    }

    #[test]
    fn the_whole_range_is_precise() {
        let logistic = |x: f64| 1.0 / (1.0 + (-x).exp());
        for fused in [false, true] {
            check("exp", |x| x.exponential(fused), f64::exp, 2.0);
            check("log", |x| x.logarithm(fused), f64::ln, 2.0);
            check("tanh", |x| x.hyperbolic_tangent(fused), f64::tanh, 2.0);
            check("log1p", |x| x.logarithm_1_plus(fused), f64::ln_1p, 3.0);
            check("expm1", |x| x.exponential_less_1(fused), f64::exp_m1, 3.0);
            check("erf", |x| x.error_function(fused), libm::erf, 3.0);
            check("sigmoid", |x| x.logistic(fused), logistic, 3.0);
            let below = |x: f32| x.min(0.0).exponential_below_0(fused);
            // NaN is not less than 0.
            let nan = f32::NAN.exponential_below_0(fused);
            assert!(nan.is_nan());
            for x in everywhere().filter(|x| *x <= 0.0) {
                let (y, exact) = (below(x), f64::from(x).exp());
                let error = (f64::from(y) - exact).abs();
                assert!(
                    error <= 2.0 * f64::from(f32::EPSILON) * exact + f64::from(f32::MIN_POSITIVE),
                    "exp({x}): {y} for {exact}"
                );
            }
        }
    }
}
