//! The tiles of convolutions in vectors, instruction by instruction.
//!
//! A tile's sums fill the registers but for a few. Left to the compiler, the same loops over arrays
//! keep some of the sums in memory, and take nearly three times as long (measured on Zen 3).

use super::tile::Correlate;

/// Both tiles of a type: `ROWS * VECTORS` vectors of sums of [`Correlate`],
/// and `LINES * OFFSETS` of [`Dots`](super::tile::Dots).
macro_rules! tiles {
    (
        $features:literal, $level:ident, $type:ident, $correlate:ident, $dots:ident
    ) => {
        /// The sums of `weights` times the source at `place` and each offset, put into rows of
        /// `places` elements.
        ///
        /// # Safety
        ///
        /// `offset + place + VECTORS * lanes` is no more than the length of `source` for every
        /// offset, and `out` has `(ROWS - 1) * places + VECTORS * lanes` elements.
        #[target_feature(enable = $features)]
        #[inline]
        pub(in super::super) unsafe fn $correlate(
            work: &Correlate<'_, $type>,
            weights: &[$type],
            place: usize,
            out: &mut [$type],
        ) {
            use crate::simd::$level::$type::*;

            let &Correlate {
                source,
                offsets,
                places,
                add,
                ..
            } = work;
            let mut sums = [[zero(); VECTORS]; ROWS];
            let (weights, _) = weights.as_chunks::<ROWS>();
            for (w, &offset) in weights.iter().zip(offsets) {
                let at = offset + place;
                debug_assert!(at + VECTORS * LANES <= source.len());
                let mut x = [zero(); VECTORS];
                for j in 0..VECTORS {
                    // SAFETY: the caller's promise.
                    x[j] = unsafe { load(source.as_ptr().add(at + j * LANES)) };
                }
                for i in 0..ROWS {
                    let w = all(w[i]);
                    for j in 0..VECTORS {
                        sums[i][j] = fused(w, x[j], sums[i][j]);
                    }
                }
            }
            debug_assert!((ROWS - 1) * places + VECTORS * LANES <= out.len());
            for i in 0..ROWS {
                for j in 0..VECTORS {
                    // SAFETY: the caller's promise.
                    unsafe {
                        let at = out.as_mut_ptr().add(i * places + j * LANES);
                        let sum = sums[i][j];
                        store(at, if add { plus(load(at), sum) } else { sum });
                    }
                }
            }
        }

        /// Products of `LINES` lines of `places` elements with the source at `OFFSETS` offsets,
        /// summed in each lane.
        ///
        /// # Safety
        ///
        /// `lines` has `LINES * places` elements, `offset + places` is no more than the length of
        /// `source` for every offset, and `places` is a multiple of the lanes.
        #[target_feature(enable = $features)]
        #[inline]
        pub(in super::super) unsafe fn $dots(
            lines: &[$type],
            source: &[$type],
            offsets: &[usize; OFFSETS],
            places: usize,
        ) -> [[[$type; crate::simd::$level::$type::LANES]; OFFSETS]; LINES] {
            use crate::simd::$level::$type::*;

            let mut sums = [[zero(); OFFSETS]; LINES];
            for place in (0..places).step_by(LANES) {
                let mut x = [zero(); OFFSETS];
                for j in 0..OFFSETS {
                    // SAFETY: the caller's promise.
                    x[j] = unsafe { load(source.as_ptr().add(offsets[j] + place)) };
                }
                for (i, sums) in sums.iter_mut().enumerate() {
                    // SAFETY: as above.
                    let y = unsafe { load(lines.as_ptr().add(i * places + place)) };
                    for j in 0..OFFSETS {
                        sums[j] = fused(y, x[j], sums[j]);
                    }
                }
            }
            let mut out = [[[0.0; LANES]; OFFSETS]; LINES];
            for i in 0..LINES {
                for j in 0..OFFSETS {
                    // SAFETY: the array has as many elements as the vector.
                    unsafe { store(out[i][j].as_mut_ptr(), sums[i][j]) };
                }
            }
            out
        }
    };
}

/// Sixteen registers of 256 bits.
pub(super) mod avx2 {
    use super::Correlate;

    pub(in super::super) const ROWS: usize = 4;
    pub(in super::super) const VECTORS: usize = 3;
    pub(in super::super) const LINES: usize = 4;
    pub(in super::super) const OFFSETS: usize = 3;

    tiles!("avx2,fma", avx2, f32, correlate_f32, dots_f32);
    tiles!("avx2,fma", avx2, f64, correlate_f64, dots_f64);
}

/// Thirty-two registers of 512 bits.
pub(super) mod avx512 {
    use super::Correlate;

    pub(in super::super) const ROWS: usize = 8;
    pub(in super::super) const VECTORS: usize = 3;
    pub(in super::super) const LINES: usize = 4;
    pub(in super::super) const OFFSETS: usize = 6;

    tiles!("avx512f", avx512, f32, correlate_f32, dots_f32);
    tiles!("avx512f", avx512, f64, correlate_f64, dots_f64);
}
