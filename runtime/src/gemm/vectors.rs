//! The tile of matrix products in vectors, instruction by instruction.
//!
//! Its sums fill the registers but for a few. Left to the compiler, the same loop over arrays keeps
//! some of the sums in memory, and takes up to twice as long.

use super::Target;

/// The product of a panel of `ROWS` rows and one of `VECTORS` vectors, whose rows are `step` apart.
macro_rules! tile {
    (
        $features:literal, $type:ty, $lanes:literal, $tile:ident,
        $zero:ident, $load:ident, $all:ident, $fused:ident, $add:ident, $store:ident
    ) => {
        #[target_feature(enable = $features)]
        #[inline]
        pub(in super::super) fn $tile(
            left: &[$type],
            right: &[$type],
            step: usize,
            target: Target<'_, $type>,
        ) {
            const WIDE: usize = VECTORS * $lanes;
            let mut sums = [[$zero(); VECTORS]; ROWS];
            let (left, _) = left.as_chunks::<ROWS>();
            assert!(left.is_empty() || right.len() >= (left.len() - 1) * step + WIDE);
            for (k, x) in left.iter().enumerate() {
                let mut vectors = [$zero(); VECTORS];
                for j in 0..VECTORS {
                    // SAFETY: the vector lies inside, as asserted above.
                    vectors[j] = unsafe { $load(right.as_ptr().add(k * step + j * $lanes)) };
                }
                for i in 0..ROWS {
                    let x = $all(x[i]);
                    for j in 0..VECTORS {
                        sums[i][j] = $fused(x, vectors[j], sums[i][j]);
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
                                let at = target.c.as_mut_ptr().add(i * stride + j * $lanes);
                                let sum = sums[i][j];
                                $store(
                                    at,
                                    if target.add {
                                        $add($load(at), sum)
                                    } else {
                                        sum
                                    },
                                );
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
                    unsafe { $store(out[i].as_mut_ptr().add(j * $lanes), sums[i][j]) };
                }
            }
            target.store(&out);
        }
    };
}

/// Sixteen registers of 256 bits.
pub(super) mod avx2 {
    use std::arch::x86_64::*;

    use super::Target;

    pub(in super::super) const ROWS: usize = 6;
    pub(in super::super) const VECTORS: usize = 2;

    tile!(
        "avx2,fma",
        f32,
        8,
        tile_f32,
        _mm256_setzero_ps,
        _mm256_loadu_ps,
        _mm256_set1_ps,
        _mm256_fmadd_ps,
        _mm256_add_ps,
        _mm256_storeu_ps
    );
    tile!(
        "avx2,fma",
        f64,
        4,
        tile_f64,
        _mm256_setzero_pd,
        _mm256_loadu_pd,
        _mm256_set1_pd,
        _mm256_fmadd_pd,
        _mm256_add_pd,
        _mm256_storeu_pd
    );
}

/// Thirty-two registers of 512 bits.
pub(super) mod avx512 {
    use std::arch::x86_64::*;

    use super::Target;

    pub(in super::super) const ROWS: usize = 12;
    pub(in super::super) const VECTORS: usize = 2;

    tile!(
        "avx512f",
        f32,
        16,
        tile_f32,
        _mm512_setzero_ps,
        _mm512_loadu_ps,
        _mm512_set1_ps,
        _mm512_fmadd_ps,
        _mm512_add_ps,
        _mm512_storeu_ps
    );
    tile!(
        "avx512f",
        f64,
        8,
        tile_f64,
        _mm512_setzero_pd,
        _mm512_loadu_pd,
        _mm512_set1_pd,
        _mm512_fmadd_pd,
        _mm512_add_pd,
        _mm512_storeu_pd
    );
}
