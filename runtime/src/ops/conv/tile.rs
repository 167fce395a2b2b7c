//! The two innermost loops of convolutions, whose sums stay in registers.

use std::cell::RefCell;

#[cfg(target_arch = "x86_64")]
use super::vectors::{avx2, avx512};
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
        $type:ident,
        base: $bm:literal x $bn:literal, $bi:literal x $bj:literal,
        $correlate:ident, $dots:ident
    ) => {
        impl Tiles for $type {
            fn size() -> (usize, usize) {
                match simd::level() {
                    Level::Base => ($bm, $bn),
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx2 => (avx2::ROWS, avx2::VECTORS * simd::avx2::$type::LANES),
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx512 => (avx512::ROWS, avx512::VECTORS * simd::avx512::$type::LANES),
                }
            }

            fn dots_size() -> (usize, usize) {
                match simd::level() {
                    Level::Base => ($bi, $bj),
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx2 => (avx2::LINES, avx2::OFFSETS),
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx512 => (avx512::LINES, avx512::OFFSETS),
                }
            }

            // Not through `simd::dispatch`, as in `gemm`: closures in a function have its instructions.
            fn correlate(work: &Correlate<'_, $type>, out: &mut [$type]) {
                #[cfg(target_arch = "x86_64")]
                #[target_feature(enable = "avx2,fma")]
                fn avx2(work: &Correlate<'_, $type>, out: &mut [$type]) {
                    const N: usize = avx2::VECTORS * simd::avx2::$type::LANES;
                    correlate(work, out, avx2::ROWS, N, |weights, place, out| {
                        // SAFETY: `correlate` gives places that are inside.
                        unsafe { avx2::$correlate(work, weights, place, out) }
                    });
                }

                #[cfg(target_arch = "x86_64")]
                #[target_feature(enable = "avx512f")]
                fn avx512(work: &Correlate<'_, $type>, out: &mut [$type]) {
                    const N: usize = avx512::VECTORS * simd::avx512::$type::LANES;
                    correlate(work, out, avx512::ROWS, N, |weights, place, out| {
                        // SAFETY: as above.
                        unsafe { avx512::$correlate(work, weights, place, out) }
                    });
                }

                match simd::level() {
                    Level::Base => correlate(work, out, $bm, $bn, |weights, place, out| {
                        // SAFETY: as above.
                        unsafe { tile::<_, $bm, $bn>(work, weights, place, out) }
                    }),
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
                    dots(work, out, |lines, offsets| {
                        // SAFETY: `dots` has checked lines and offsets.
                        unsafe { avx2::$dots(lines, work.source, offsets, work.places) }
                    });
                }

                #[cfg(target_arch = "x86_64")]
                #[target_feature(enable = "avx512f")]
                fn avx512(work: &Dots<'_, $type>, out: &mut [$type]) {
                    dots(work, out, |lines, offsets| {
                        // SAFETY: as above.
                        unsafe { avx512::$dots(lines, work.source, offsets, work.places) }
                    });
                }

                match simd::level() {
                    Level::Base => dots(work, out, |lines, offsets| {
                        // SAFETY: as above.
                        unsafe { products::<_, $bi, $bj, 4>(work, lines, offsets) }
                    }),
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

/// Whether every processor of this architecture multiplies and adds in one instruction.
const FUSED: bool = cfg!(target_arch = "aarch64");

tiles!(
    f32,
    base: 4 x 8, 2 x 3,
    correlate_f32, dots_f32
);
tiles!(
    f64,
    base: 4 x 4, 2 x 3,
    correlate_f64, dots_f64
);

/// `x y + z`, rounded once where the processor has an instruction for it.
#[inline(always)]
fn product<T: Factor>(x: T, y: T, z: T) -> T {
    if FUSED { T::fused(x, y, z) } else { x * y + z }
}

/// Does `work` with `tile`, which is `high` by `wide` and gets a panel's weights, a place and the
/// rows of the result from there: for each offset the place plus `wide` is inside of the source.
#[inline(always)]
fn correlate<T: Factor>(
    work: &Correlate<'_, T>,
    out: &mut [T],
    high: usize,
    wide: usize,
    tile: impl Fn(&[T], usize, &mut [T]),
) {
    let &Correlate {
        places,
        depth,
        offsets,
        ..
    } = work;
    let last = offsets.iter().copied().max().unwrap_or(0);
    assert!(last + places <= work.source.len() && places.is_multiple_of(wide));
    for place in (0..places).step_by(wide) {
        let panels = work.panels.chunks_exact(depth * high);
        for (panel, rows) in panels.zip(out.chunks_exact_mut(places * high)) {
            let weights = &panel[work.from * high..(work.from + offsets.len()) * high];
            tile(weights, place, &mut rows[place..]);
        }
    }
}

/// # Safety
///
/// `offset + place + N` is no more than the length of the source for every offset.
#[inline(always)]
unsafe fn tile<T: Factor, const M: usize, const N: usize>(
    work: &Correlate<'_, T>,
    weights: &[T],
    place: usize,
    out: &mut [T],
) {
    let mut sums = [[T::default(); N]; M];
    let (weights, _) = weights.as_chunks::<M>();
    for (w, &offset) in weights.iter().zip(work.offsets) {
        let at = offset + place;
        debug_assert!(at + N <= work.source.len());
        // SAFETY: the caller's promise.
        let x: &[T; N] = unsafe { &*work.source.as_ptr().add(at).cast() };
        for i in 0..M {
            for j in 0..N {
                sums[i][j] = product(w[i], x[j], sums[i][j]);
            }
        }
    }
    for (line, sums) in out.chunks_mut(work.places).zip(&sums) {
        let line = &mut line[..N];
        if work.add {
            line.iter_mut().zip(sums).for_each(|(y, &v)| *y += v);
        } else {
            line.copy_from_slice(sums);
        }
    }
}

/// Does `work` with `products`, which gets `M` lines and `N` offsets: for each offset all places
/// are inside of the source.
#[inline(always)]
fn dots<T: Factor, const M: usize, const N: usize, const L: usize>(
    work: &Dots<'_, T>,
    out: &mut [T],
    products: impl Fn(&[T], &[usize; N]) -> [[[T; L]; N]; M],
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
            for (i, row) in products(lines, group).into_iter().enumerate() {
                for (j, lanes) in row.into_iter().enumerate() {
                    out[i * width + g * N + j] += folded(lanes);
                }
            }
        }
    }
}

/// # Safety
///
/// `lines` has `M * places` elements, `offset + places` is no more than the length of the source
/// for every offset, and `places` is a multiple of `L`.
#[inline(always)]
unsafe fn products<T: Factor, const M: usize, const N: usize, const L: usize>(
    work: &Dots<'_, T>,
    lines: &[T],
    offsets: &[usize; N],
) -> [[[T; L]; N]; M] {
    let &Dots { source, places, .. } = work;
    let mut sums = [[[T::default(); L]; N]; M];
    for place in (0..places).step_by(L) {
        // SAFETY: the caller's promise.
        let x: [[T; L]; N] =
            offsets.map(|offset| unsafe { *source.as_ptr().add(offset + place).cast() });
        for (i, row) in sums.iter_mut().enumerate() {
            // SAFETY: as above.
            let y: [T; L] = unsafe { *lines.as_ptr().add(i * places + place).cast() };
            for j in 0..N {
                for l in 0..L {
                    row[j][l] = product(y[l], x[j][l], row[j][l]);
                }
            }
        }
    }
    sums
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
