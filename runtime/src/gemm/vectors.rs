//! The tile of matrix products in vectors, instruction by instruction.
//!
//! Its sums fill the registers but for a few. Left to the compiler, the same loop over arrays keeps
//! some of the sums in memory, and takes up to twice as long.

use super::Target;

/// The product of a panel of `ROWS` rows and one of `VECTORS` vectors, whose rows are `step` apart.
macro_rules! tile {
    (
        $features:literal, $level:ident, $type:ident, $tile:ident
    ) => {
        #[target_feature(enable = $features)]
        #[inline]
        pub(in super::super) fn $tile(
            left: &[$type],
            right: &[$type],
            step: usize,
            target: Target<'_, $type>,
        ) {
            use crate::simd::$level::$type::*;

            const WIDE: usize = VECTORS * LANES;
            let mut sums = [[zero(); VECTORS]; ROWS];
            let (left, _) = left.as_chunks::<ROWS>();
            assert!(left.is_empty() || right.len() >= (left.len() - 1) * step + WIDE);
            for (k, x) in left.iter().enumerate() {
                let mut vectors = [zero(); VECTORS];
                for j in 0..VECTORS {
                    // SAFETY: the vector lies inside, as asserted above.
                    vectors[j] = unsafe { load(right.as_ptr().add(k * step + j * LANES)) };
                }
                for i in 0..ROWS {
                    let x = all(x[i]);
                    for j in 0..VECTORS {
                        sums[i][j] = fused(x, vectors[j], sums[i][j]);
                    }
                }
            }
            let Target { stride, rows, .. } = target;
            if target.columns == WIDE && target.c.len() >= (rows - 1) * stride + WIDE {
                for i in 0..ROWS {
                    for j in 0..VECTORS {
                        if i < rows {
                            // SAFETY: the vector lies inside, as compared above.
                            unsafe {
                                let at = target.c.as_mut_ptr().add(i * stride + j * LANES);
                                let sum = sums[i][j];
                                store(at, if target.add { plus(load(at), sum) } else { sum });
                            }
                        }
                    }
                }
                return;
            }
            let mut out = [[0.0; WIDE]; ROWS];
            for i in 0..ROWS {
                for j in 0..VECTORS {
                    // SAFETY: a line has as many elements as `VECTORS` vectors.
                    unsafe { store(out[i].as_mut_ptr().add(j * LANES), sums[i][j]) };
                }
            }
            target.store(&out);
        }
    };
}

/// Sixteen registers of 256 bits.
pub(super) mod avx2 {
    use super::Target;

    pub(in super::super) const ROWS: usize = 6;
    pub(in super::super) const VECTORS: usize = 2;

    tile!("avx2,fma", avx2, f32, tile_f32);
    tile!("avx2,fma", avx2, f64, tile_f64);
}

/// Thirty-two registers of 512 bits.
pub(super) mod avx512 {
    use super::Target;

    pub(in super::super) const ROWS: usize = 12;
    pub(in super::super) const VECTORS: usize = 2;

    tile!("avx512f", avx512, f32, tile_f32);
    tile!("avx512f", avx512, f64, tile_f64);
}
