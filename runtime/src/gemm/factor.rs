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
    /// The width of that tile.
    fn width() -> usize;
    /// Its height, of those there are the one that suits so many rows.
    fn height(rows: usize) -> usize;
    /// A square of numbers with rows and columns exchanged.
    fn turned(lines: [&[Self; 4]; 4]) -> [[Self; 4]; 4];
}

/// Copies of blocks, in panels.
pub(crate) struct Panels<T> {
    pub(super) left: Vec<T>,
    pub(super) right: Vec<T>,
}

/// Of two heights the one whose tiles take less time for so many rows: a tile takes about as long as
/// one row more than it has.
#[cfg(target_arch = "x86_64")]
fn better(tall: usize, low: usize, rows: usize) -> usize {
    let time = |height: usize| rows.div_ceil(height) * (height + 1);
    if time(low) < time(tall) { low } else { tall }
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
                        RefCell::new(Panels { left: Vec::new(), right: Vec::new() })
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

            fn width() -> usize {
                match simd::level() {
                    Level::Base => $bn,
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx2 => avx2::VECTORS * simd::avx2::$type::LANES,
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx512 => avx512::VECTORS * simd::avx512::$type::LANES,
                }
            }

            fn height(_rows: usize) -> usize {
                match simd::level() {
                    Level::Base => $bm,
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx2 => better(avx2::TALL, avx2::LOW, _rows),
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx512 => better(avx512::TALL, avx512::LOW, _rows),
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
                // Not through `simd::dispatch`: closures in a function have its instructions.
                macro_rules! compiled {
                    ($level:ident, $features:literal) => {
                        #[cfg(target_arch = "x86_64")]
                        #[target_feature(enable = $features)]
                        fn $level(block: Block<'_, $type>, c: &mut [$type]) {
                            if block.height == $level::TALL {
                                tiles(block, c, |left, right, target| {
                                    $level::$tile::<{ $level::TALL }>(left, right, target)
                                });
                            } else {
                                tiles(block, c, |left, right, target| {
                                    $level::$tile::<{ $level::LOW }>(left, right, target)
                                });
                            }
                        }
                    };
                }
                compiled!(avx2, "avx2,fma");
                compiled!(avx512, "avx512f");

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
