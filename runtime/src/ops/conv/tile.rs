//! The two innermost loops of convolutions, whose sums stay in registers.

use std::cell::RefCell;

use crate::gemm::Factor;
use crate::simd::{self, Level};

/// Buffers of one thread, used again from call to call.
#[derive(Default)]
pub(crate) struct Scratch<T> {
    /// The source with its zeros, see [`Plan`](super::plan::Plan).
    pub(super) source: Vec<T>,
    /// Sums, or the gradient of the output with zeros.
    pub(super) sums: Vec<T>,
    /// Where each factor of a sum begins in `source`.
    pub(super) offsets: Vec<usize>,
}

/// Sums over `offsets.len()` rows of the source, for some rows of weights and places next to each
/// other.
pub(crate) struct Correlate<'a, T> {
    /// Panels of as many rows as a tile is high; `depth` steps each, of which `from` are skipped.
    pub(super) panels: &'a [T],
    pub(super) depth: usize,
    pub(super) from: usize,
    pub(super) source: &'a [T],
    pub(super) offsets: &'a [usize],
    /// Places, a multiple of the tile's width, and the distance of rows in the result.
    pub(super) places: usize,
    /// Whether to add to the result.
    pub(super) add: bool,
}

/// Products of rows of a gradient with rows of the source, each summed over all places.
pub(crate) struct Dots<'a, T> {
    /// Rows, as many as a tile is high or more of them, `places` long.
    pub(super) rows: &'a [T],
    pub(super) source: &'a [T],
    /// A multiple of the tile's width.
    pub(super) offsets: &'a [usize],
    /// A multiple of [`LANES`].
    pub(super) places: usize,
}

/// What is summed side by side in [`Dots`].
pub(super) const LANES: usize = 16;

/// A float with tiles that suit the processor.
pub(crate) trait Tiles: Factor {
    /// The rows of a tile, and the places of a tile of [`Correlate`].
    fn size() -> (usize, usize);
    /// The height and width of a tile of [`Dots`].
    fn dots_size() -> (usize, usize);
    /// Fills or adds to `out`, rows of `places` sums.
    fn correlate(work: &Correlate<'_, Self>, out: &mut [Self]);
    /// Adds to `out`, rows of `offsets.len()` sums.
    fn dots(work: &Dots<'_, Self>, out: &mut [Self]);
    /// The buffers of this thread.
    fn with_scratch<R>(f: impl FnOnce(&mut Scratch<Self>) -> R) -> R;
}

macro_rules! tiles {
    (
        $type:ty,
        base: $bm:literal x $bn:literal, $bi:literal x $bj:literal,
        avx2: $am:literal x $an:literal, $ai:literal x $aj:literal of $al:literal,
        avx512: $wm:literal x $wn:literal, $wi:literal x $wj:literal of $wl:literal
    ) => {
        impl Tiles for $type {
            fn size() -> (usize, usize) {
                match simd::level() {
                    Level::Base => ($bm, $bn),
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx2 => ($am, $an),
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx512 => ($wm, $wn),
                }
            }

            fn dots_size() -> (usize, usize) {
                match simd::level() {
                    Level::Base => ($bi, $bj),
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx2 => ($ai, $aj),
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx512 => ($wi, $wj),
                }
            }

            // Not through `simd::widest`, as in `gemm`.
            fn correlate(work: &Correlate<'_, $type>, out: &mut [$type]) {
                #[cfg(target_arch = "x86_64")]
                #[target_feature(enable = "avx2,fma")]
                fn avx2(work: &Correlate<'_, $type>, out: &mut [$type]) {
                    correlate::<$type, true, $am, $an>(work, out);
                }

                #[cfg(target_arch = "x86_64")]
                #[target_feature(enable = "avx512f,avx2,fma")]
                fn avx512(work: &Correlate<'_, $type>, out: &mut [$type]) {
                    correlate::<$type, true, $wm, $wn>(work, out);
                }

                match simd::level() {
                    Level::Base => {
                        correlate::<$type, { cfg!(target_arch = "aarch64") }, $bm, $bn>(work, out)
                    }
                    // SAFETY: `level` has found the instructions.
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx2 => unsafe { avx2(work, out) },
                    // SAFETY: as above.
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx512 => unsafe { avx512(work, out) },
                }
            }

            fn dots(work: &Dots<'_, $type>, out: &mut [$type]) {
                #[cfg(target_arch = "x86_64")]
                #[target_feature(enable = "avx2,fma")]
                fn avx2(work: &Dots<'_, $type>, out: &mut [$type]) {
                    dots::<$type, true, $ai, $aj, $al>(work, out);
                }

                #[cfg(target_arch = "x86_64")]
                #[target_feature(enable = "avx512f,avx2,fma")]
                fn avx512(work: &Dots<'_, $type>, out: &mut [$type]) {
                    dots::<$type, true, $wi, $wj, $wl>(work, out);
                }

                match simd::level() {
                    Level::Base => {
                        dots::<$type, { cfg!(target_arch = "aarch64") }, $bi, $bj, 4>(work, out)
                    }
                    // SAFETY: `level` has found the instructions.
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx2 => unsafe { avx2(work, out) },
                    // SAFETY: as above.
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx512 => unsafe { avx512(work, out) },
                }
            }

            fn with_scratch<R>(f: impl FnOnce(&mut Scratch<$type>) -> R) -> R {
                thread_local! {
                    static SCRATCH: RefCell<Scratch<$type>> = RefCell::default();
                }
                SCRATCH.with_borrow_mut(f)
            }
        }
    };
}

tiles!(f32, base: 4 x 8, 2 x 3, avx2: 4 x 24, 4 x 3 of 8, avx512: 8 x 48, 4 x 6 of 16);
tiles!(f64, base: 4 x 4, 2 x 3, avx2: 4 x 12, 4 x 3 of 4, avx512: 8 x 24, 4 x 6 of 8);

/// `x y + z`, rounded once where the processor has an instruction for it.
#[inline(always)]
fn product<T: Factor, const FUSED: bool>(x: T, y: T, z: T) -> T {
    if FUSED { T::fused(x, y, z) } else { x * y + z }
}

#[inline(always)]
fn correlate<T: Factor, const FUSED: bool, const M: usize, const N: usize>(
    work: &Correlate<'_, T>,
    out: &mut [T],
) {
    let Correlate {
        places,
        depth,
        offsets,
        ..
    } = *work;
    let last = offsets.iter().copied().max().unwrap_or(0);
    assert!(last + places <= work.source.len() && places.is_multiple_of(N));
    for place in (0..places).step_by(N) {
        let panels = work.panels.chunks_exact(depth * M);
        for (panel, rows) in panels.zip(out.chunks_exact_mut(places * M)) {
            let weights = &panel[work.from * M..(work.from + offsets.len()) * M];
            // SAFETY: checked above for every place.
            let sums = unsafe { tile::<T, FUSED, M, N>(weights, work.source, offsets, place) };
            for (line, sums) in rows.chunks_exact_mut(places).zip(&sums) {
                let line = &mut line[place..place + N];
                if work.add {
                    line.iter_mut().zip(sums).for_each(|(y, &v)| *y += v);
                } else {
                    line.copy_from_slice(sums);
                }
            }
        }
    }
}

/// # Safety
///
/// `offset + place + N` is no more than the length of `source` for every offset.
#[inline(always)]
unsafe fn tile<T: Factor, const FUSED: bool, const M: usize, const N: usize>(
    weights: &[T],
    source: &[T],
    offsets: &[usize],
    place: usize,
) -> [[T; N]; M] {
    let mut sums = [[T::default(); N]; M];
    let (weights, _) = weights.as_chunks::<M>();
    for (w, &offset) in weights.iter().zip(offsets) {
        let at = offset + place;
        debug_assert!(at + N <= source.len());
        // SAFETY: the caller's promise.
        let x: &[T; N] = unsafe { &*source.as_ptr().add(at).cast() };
        for i in 0..M {
            for j in 0..N {
                sums[i][j] = product::<T, FUSED>(w[i], x[j], sums[i][j]);
            }
        }
    }
    sums
}

#[inline(always)]
fn dots<T: Factor, const FUSED: bool, const M: usize, const N: usize, const L: usize>(
    work: &Dots<'_, T>,
    out: &mut [T],
) {
    let &Dots {
        rows,
        source,
        offsets,
        places,
    } = work;
    let last = offsets.iter().copied().max().unwrap_or(0);
    assert!(last + places <= source.len() && places.is_multiple_of(L));
    let width = offsets.len();
    let (groups, _) = offsets.as_chunks::<N>();
    for (lines, out) in rows
        .chunks_exact(M * places)
        .zip(out.chunks_exact_mut(M * width))
    {
        for (g, group) in groups.iter().enumerate() {
            let mut sums = [[[T::default(); L]; N]; M];
            for place in (0..places).step_by(L) {
                let mut x = [[T::default(); L]; N];
                for j in 0..N {
                    // SAFETY: checked above.
                    x[j] = unsafe { *source.as_ptr().add(group[j] + place).cast() };
                }
                for (i, row) in sums.iter_mut().enumerate() {
                    // SAFETY: a line has `places` elements, a multiple of `L`.
                    let y: [T; L] = unsafe { *lines.as_ptr().add(i * places + place).cast() };
                    for j in 0..N {
                        for l in 0..L {
                            row[j][l] = product::<T, FUSED>(y[l], x[j][l], row[j][l]);
                        }
                    }
                }
            }
            for (i, row) in sums.iter().enumerate() {
                for (j, &lanes) in row.iter().enumerate() {
                    out[i * width + g * N + j] += folded(lanes);
                }
            }
        }
    }
}

/// The sum of all lanes, by halves.
#[inline(always)]
fn folded<T: Factor, const L: usize>(mut lanes: [T; L]) -> T {
    let mut width = L / 2;
    while width > 0 {
        for l in 0..width {
            lanes[l] += lanes[l + width];
        }
        width /= 2;
    }
    lanes[0]
}
