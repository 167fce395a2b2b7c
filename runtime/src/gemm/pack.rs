//! Copies of blocks of matrices, in panels as high or as wide as a tile.

use super::Factor;

/// A line of the cache in bytes: a vector of 512 bits that lies in two of them is read twice.
const LINE: usize = 64;

/// Room for `size` elements from the start of a line of the cache on.
pub(super) fn room<T: Factor>(buffer: &mut Vec<T>, size: usize) -> &mut [T] {
    let most = size + LINE / size_of::<T>();
    if buffer.len() < most {
        buffer.resize(most, T::default());
    }
    let start = buffer.as_ptr().align_offset(LINE);
    &mut buffer[start..][..size]
}

/// Copies `lines` lines of `depth` elements into panels of `width` lines, side by side; what is
/// missing in the last panel is 0. `steps` go from line to line and from element to element.
pub(super) fn pack<T: Factor>(
    out: &mut [T],
    width: usize,
    from: &[T],
    steps: (usize, usize),
    lines: usize,
) {
    // A width that the compiler knows makes a copy a few instructions instead of a loop.
    match width {
        4 => panels::<T, 4>(out, from, steps, lines),
        6 => panels::<T, 6>(out, from, steps, lines),
        8 => panels::<T, 8>(out, from, steps, lines),
        12 => panels::<T, 12>(out, from, steps, lines),
        16 => panels::<T, 16>(out, from, steps, lines),
        32 => panels::<T, 32>(out, from, steps, lines),
        64 => panels::<T, 64>(out, from, steps, lines),
        _ => unreachable!("no tile is {width} wide"),
    }
}

fn panels<T: Factor, const W: usize>(
    out: &mut [T],
    from: &[T],
    (line, step): (usize, usize),
    lines: usize,
) {
    let (out, _) = out.as_chunks_mut::<W>();
    let depth = out.len() / lines.div_ceil(W);
    for (p, panel) in out.chunks_exact_mut(depth).enumerate() {
        let first = p * W;
        let count = W.min(lines - first);
        let from = &from[first * line..];
        if count < W {
            panel.fill([T::default(); W]);
        }
        if line == 1 && count == W {
            for (k, target) in panel.iter_mut().enumerate() {
                target.copy_from_slice(&from[k * step..][..W]);
            }
        } else if step == 1 {
            side_by_side(panel, from, line, count);
        } else {
            for (k, target) in panel.iter_mut().enumerate() {
                for (i, y) in target[..count].iter_mut().enumerate() {
                    *y = from[i * line + k * step];
                }
            }
        }
    }
}

/// Puts `count` lines, whose elements are neighbours, side by side.
fn side_by_side<T: Factor, const W: usize>(
    panel: &mut [[T; W]],
    from: &[T],
    line: usize,
    count: usize,
) {
    /// What is read of a line before the next: a line of the cache.
    const RUN: usize = 16;
    for (r, run) in panel.chunks_mut(RUN).enumerate() {
        let length = run.len();
        let source = |i: usize| &from[i * line + r * RUN..][..length];
        let squares = count / 4 * 4;
        for i in (0..squares).step_by(4) {
            let lines: [&[T]; 4] = std::array::from_fn(|l| source(i + l));
            let lines = lines.map(|line| line.as_chunks::<4>());
            let whole = lines[0].0.len();
            for k in 0..whole {
                let square = T::turned(lines.map(|(line, _)| &line[k]));
                for (target, values) in run[4 * k..][..4].iter_mut().zip(square) {
                    target[i..i + 4].copy_from_slice(&values);
                }
            }
            for (k, target) in run[4 * whole..].iter_mut().enumerate() {
                target[i..i + 4].copy_from_slice(&lines.map(|(_, rest)| rest[k]));
            }
        }
        for i in squares..count {
            for (target, &v) in run.iter_mut().zip(source(i)) {
                target[i] = v;
            }
        }
    }
}

/// A square of numbers with rows and columns exchanged.
#[inline(always)]
pub(super) fn turned<T: Copy>(lines: [&[T; 4]; 4]) -> [[T; 4]; 4] {
    std::array::from_fn(|k| lines.map(|line| line[k]))
}

/// As [`turned`], in eight instructions that the compiler does not find by itself.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub(super) fn turned_f32(lines: [&[f32; 4]; 4]) -> [[f32; 4]; 4] {
    use std::arch::x86_64::{_MM_TRANSPOSE4_PS, _mm_loadu_ps, _mm_storeu_ps};

    // SAFETY: each line has the four numbers that are read, and each array those that are written;
    // every x86-64 processor has the instructions.
    unsafe {
        let [mut a, mut b, mut c, mut d] = lines.map(|line| _mm_loadu_ps(line.as_ptr()));
        _MM_TRANSPOSE4_PS(&mut a, &mut b, &mut c, &mut d);
        [a, b, c, d].map(|vector| {
            let mut values = [0.0; 4];
            _mm_storeu_ps(values.as_mut_ptr(), vector);
            values
        })
    }
}

#[cfg(not(target_arch = "x86_64"))]
pub(super) use turned as turned_f32;

#[cfg(test)]
mod tests {
    use super::*;

    /// Element `k` of line `i` is `1000 i + k`.
    #[test]
    fn every_element_lies_where_the_tile_reads_it() {
        for width in [4, 6, 8, 12, 16, 32, 64] {
            for lines in [1, 3, 4, 5, 11, 12, 31, 70] {
                for depth in [1, 3, 4, 15, 16, 17, 37] {
                    for (line, step) in [(depth + 2, 1), (1, lines + 3), (2 * depth, 2)] {
                        let mut from = vec![-1.0; lines * line + depth * step];
                        for i in 0..lines {
                            for k in 0..depth {
                                from[i * line + k * step] = (1000 * i + k) as f32;
                            }
                        }
                        let mut out = vec![7.0; 3];
                        let out = room(&mut out, lines.div_ceil(width) * width * depth);
                        pack(out, width, &from, (line, step), lines);
                        for i in 0..lines.div_ceil(width) * width {
                            for k in 0..depth {
                                let at = i / width * width * depth + k * width + i % width;
                                let value = if i < lines {
                                    (1000 * i + k) as f32
                                } else {
                                    0.0
                                };
                                assert_eq!(out[at], value, "line {i}, {k} of {width} wide panels");
                            }
                        }
                    }
                }
            }
        }
    }
}
