//! The tile of matrix products in vectors, instruction by instruction.
//!
//! Its sums fill the registers but for a few. Left to the compiler, the same loop over arrays keeps
//! some of the sums in memory, and takes up to twice as long.

use super::upright::Turned;
use super::{Panel, Target};

/// The product of a panel of `ROWS` rows and one of `V` vectors.
macro_rules! tile {
    (
        $features:literal, $level:ident, $type:ident, $tile:ident, $upright:ident
    ) => {
        #[target_feature(enable = $features)]
        #[inline]
        pub(in super::super) fn $tile<const ROWS: usize, const V: usize>(
            left: &[$type],
            right: Panel<'_, $type>,
            target: Target<'_, $type>,
        ) {
            use crate::simd::$level::$type::*;

            let wide = V * LANES;
            let mut sums = [[zero(); V]; ROWS];
            let (left, _) = left.as_chunks::<ROWS>();
            let Panel { values, step, copy } = right;
            assert!(left.is_empty() || values.len() >= (left.len() - 1) * step + wide);
            let mut add = |k: usize, x: &[$type; ROWS], copy: Option<&mut [$type]>| {
                let mut vectors = [zero(); V];
                for j in 0..V {
                    // SAFETY: the vector lies inside, as asserted above.
                    vectors[j] = unsafe { load(values.as_ptr().add(k * step + j * LANES)) };
                }
                if let Some(copy) = copy {
                    for j in 0..V {
                        // SAFETY: a line has as many elements as `V` vectors.
                        unsafe { store(copy.as_mut_ptr().add(j * LANES), vectors[j]) };
                    }
                }
                for i in 0..ROWS {
                    let x = all(x[i]);
                    for j in 0..V {
                        sums[i][j] = fused(x, vectors[j], sums[i][j]);
                    }
                }
            };
            if let Some(copy) = copy {
                let copy = copy.chunks_exact_mut(wide);
                for (k, (x, line)) in left.iter().zip(copy).enumerate() {
                    add(k, x, Some(line));
                }
            } else {
                for (k, x) in left.iter().enumerate() {
                    add(k, x, None);
                }
            }
            let Target { stride, rows, .. } = target;
            if target.columns == wide && target.c.len() >= (rows - 1) * stride + wide {
                for i in 0..ROWS {
                    for j in 0..V {
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
            let mut out = [[[0.0; LANES]; V]; ROWS];
            for i in 0..ROWS {
                for j in 0..V {
                    // SAFETY: an array has as many elements as the vector.
                    unsafe { store(out[i][j].as_mut_ptr(), sums[i][j]) };
                }
            }
            target.store(out.each_ref().map(|line| line.as_flattened()));
        }

        /// The product of rows of the left, `step` apart, and a panel of `V` vectors.
        #[target_feature(enable = $features)]
        #[inline]
        pub(in super::super) fn $upright<const V: usize>(
            left: &[$type],
            step: usize,
            right: &[$type],
            target: Turned<'_, $type>,
        ) {
            use crate::simd::$level::$type::*;

            let depth = right.len() / (V * LANES);
            // Behind the last row it is read again.
            let starts: [usize; LOW] = std::array::from_fn(|i| i.min(target.columns - 1) * step);
            assert!(left.len() >= starts[LOW - 1] + depth);
            let mut sums = [[zero(); V]; LOW];
            for k in 0..depth {
                let mut vectors = [zero(); V];
                for j in 0..V {
                    // SAFETY: there are `depth` times `V` vectors.
                    vectors[j] = unsafe { load(right.as_ptr().add((k * V + j) * LANES)) };
                }
                for i in 0..LOW {
                    // SAFETY: the last start is the largest, asserted above.
                    let x = all(unsafe { *left.get_unchecked(starts[i] + k) });
                    for j in 0..V {
                        sums[i][j] = fused(x, vectors[j], sums[i][j]);
                    }
                }
            }
            let mut out = [[0.0; VECTORS * LANES]; LOW];
            for i in 0..LOW {
                for j in 0..V {
                    // SAFETY: `V` is at most `VECTORS`.
                    unsafe { store(out[i].as_mut_ptr().add(j * LANES), sums[i][j]) };
                }
            }
            target.store(&out);
        }
    };
}

/// Sixteen registers of 256 bits.
pub(super) mod avx2 {
    use super::{Panel, Target, Turned};

    pub(in super::super) const LOW: usize = 4;
    pub(in super::super) const VECTORS: usize = 2;

    tile!("avx2,fma", avx2, f32, tile_f32, upright_f32);
    tile!("avx2,fma", avx2, f64, tile_f64, upright_f64);
}

/// Thirty-two registers of 512 bits.
pub(super) mod avx512 {
    use super::{Panel, Target, Turned};

    pub(in super::super) const LOW: usize = 8;
    pub(in super::super) const VECTORS: usize = 2;

    tile!("avx512f", avx512, f32, tile_f32, upright_f32);
    tile!("avx512f", avx512, f64, tile_f64, upright_f64);
}
