//! The floats that matrices are made of, and the tiles for each on this processor.

use std::cell::RefCell;

use super::upright::{self, Upright};
#[cfg(target_arch = "x86_64")]
use super::vectors::{avx2, avx512};
use super::{Block, pack, tile, tiles};
use crate::dtype::Number;
use crate::simd::{self, Level};

/// A float that matrices are made of.
pub(crate) trait Factor: Number {
    /// x y + z, rounded once.
    fn fused(x: Self, y: Self, z: Self) -> Self;
    /// Where panels are kept from product to product.
    fn with_panels<R>(f: impl FnOnce(&mut Panels<Self>) -> R) -> R;
    /// Multiplies panels with the tile that suits the processor.
    fn block(block: Block<'_, Self>, c: &mut [Self]);
    /// As [`Factor::block`] for few rows and a turned matrix.
    fn upright(block: Upright<'_, Self>, c: &mut [Self]);
    /// The lanes of a vector, where the tiles are written in vectors.
    fn lanes() -> Option<usize>;
    /// The tile for a result of so many rows and columns.
    fn tile(rows: usize, columns: usize) -> Tile;
    /// A square of numbers with rows and columns exchanged.
    fn turned(lines: [&[Self; 4]; 4]) -> [[Self; 4]; 4];
}

/// Copies of blocks, in panels.
pub(crate) struct Panels<T> {
    pub(super) left: Vec<T>,
    pub(super) right: Vec<T>,
    /// The product whose panels are in `right`, by its number, and the block of its right side.
    pub(super) holds: Option<(u64, usize)>,
}

/// The size of what the registers hold of a result.
#[derive(Clone, Copy)]
pub(crate) struct Tile {
    pub(super) height: usize,
    pub(super) width: usize,
}

/// Of two heights the one whose tiles take less time for so many rows: a tile takes about as long as
/// one row more than it has. The taller one reads the right panel less often, the lower one wastes
/// less where the rows are 8, 16 or 32 (a batch often has so many).
#[cfg(target_arch = "x86_64")]
fn better(tall: usize, low: usize, rows: usize) -> usize {
    let time = |height: usize| rows.div_ceil(height) * (height + 1);
    if time(low) < time(tall) { low } else { tall }
}

/// Whether tiles `width` wide suit a result: they do with fewer instructions, which counts most while
/// another thread has the other half of a core, and leave much empty where the result is small.
#[cfg(target_arch = "x86_64")]
fn is_large(rows: usize, columns: usize, width: usize) -> bool {
    rows >= 64 && (columns.is_multiple_of(width) || columns >= 8 * width)
}

/// [`Factor::block`] in the instructions of a level, whose tiles have so many rows and vectors.
// Not through `simd::dispatch`: closures in a function have its instructions.
macro_rules! blocks {
    (
        $level:ident, $features:literal, $type:ident, $tile:ident,
        $($rows:literal x $vectors:literal),*
    ) => {
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = $features)]
        fn $level(block: Block<'_, $type>, c: &mut [$type]) {
            const LANES: usize = simd::$level::$type::LANES;
            match (block.size.height, block.size.width / LANES) {
                $(($rows, $vectors) => tiles(block, c, |left, right, target| {
                    $level::$tile::<$rows, $vectors>(left, right, target)
                }),)*
                size => unreachable!("`tile` gives no {size:?}"),
            }
        }
    };
}

macro_rules! factor {
    (
        $type:ident, base: $bm:literal x $bn:literal, $tile:ident, $upright:ident, $turned:path
    ) => {
        impl Factor for $type {
            #[inline(always)]
            fn fused(x: $type, y: $type, z: $type) -> $type {
                x.mul_add(y, z)
            }

            #[inline(always)]
            fn turned(lines: [&[$type; 4]; 4]) -> [[$type; 4]; 4] {
                $turned(lines)
            }

            fn with_panels<R>(f: impl FnOnce(&mut Panels<$type>) -> R) -> R {
                thread_local! {
                    static PANELS: RefCell<Panels<$type>> = const {
                        RefCell::new(Panels { left: Vec::new(), right: Vec::new(), holds: None })
                    };
                }
                PANELS.with_borrow_mut(f)
            }

            fn lanes() -> Option<usize> {
                match simd::level() {
                    Level::Base => None,
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx2 => Some(simd::avx2::$type::LANES),
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx512 => Some(simd::avx512::$type::LANES),
                }
            }

            fn tile(_rows: usize, _columns: usize) -> Tile {
                match simd::level() {
                    Level::Base => Tile {
                        height: $bm,
                        width: $bn,
                    },
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx2 => Tile {
                        height: better(6, 4, _rows),
                        width: 2 * simd::avx2::$type::LANES,
                    },
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx512 => {
                        let lanes = simd::avx512::$type::LANES;
                        if is_large(_rows, _columns, 4 * lanes) {
                            Tile {
                                height: better(6, 4, _rows),
                                width: 4 * lanes,
                            }
                        } else {
                            Tile {
                                height: better(12, 8, _rows),
                                width: 2 * lanes,
                            }
                        }
                    }
                }
            }

            fn upright(block: Upright<'_, $type>, c: &mut [$type]) {
                macro_rules! compiled {
                    ($level:ident, $features:literal) => {
                        #[cfg(target_arch = "x86_64")]
                        #[target_feature(enable = $features)]
                        fn $level(block: Upright<'_, $type>, c: &mut [$type]) {
                            const LANES: usize = simd::$level::$type::LANES;
                            const LOW: usize = $level::LOW;
                            if block.vectors == 1 {
                                upright::tiles(
                                    block,
                                    c,
                                    LOW,
                                    LANES,
                                    |left, step, right, target| {
                                        $level::$upright::<1>(left, step, right, target)
                                    },
                                );
                            } else {
                                upright::tiles(
                                    block,
                                    c,
                                    LOW,
                                    2 * LANES,
                                    |left, step, right, target| {
                                        $level::$upright::<2>(left, step, right, target)
                                    },
                                );
                            }
                        }
                    };
                }
                compiled!(avx2, "avx2,fma");
                compiled!(avx512, "avx512f");

                match simd::level() {
                    Level::Base => unreachable!("`lanes` gives none"),
                    // SAFETY: `level` has found the instructions.
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx2 => unsafe { avx2(block, c) },
                    // SAFETY: as above.
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx512 => unsafe { avx512(block, c) },
                }
            }

            fn block(block: Block<'_, $type>, c: &mut [$type]) {
                blocks!(avx2, "avx2,fma", $type, $tile, 6 x 2, 4 x 2);
                blocks!(avx512, "avx512f", $type, $tile, 12 x 2, 8 x 2, 6 x 4, 4 x 4);

                match simd::level() {
                    Level::Base => tiles(block, c, tile::<$type, $bm, $bn>),
                    // SAFETY: `level` has found the instructions.
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx2 => unsafe { avx2(block, c) },
                    // SAFETY: as above.
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx512 => unsafe { avx512(block, c) },
                }
            }
        }
    };
}

factor!(f32, base: 4 x 8, tile_f32, upright_f32, pack::turned_f32);
factor!(f64, base: 4 x 4, tile_f64, upright_f64, pack::turned);
