//! Copies of views into row-major order.

use crate::dtype::Element;
use crate::memory;
use crate::shape::{self, Dims};
use crate::tensor::Layout;
use crate::threads::{self, GRAIN};

/// The elements of a view in row-major order.
pub(super) fn gather<T: Element>(source: &[T], layout: &Layout) -> Vec<T> {
    let count = shape::numel(&layout.shape);
    let mut out = memory::buffer::<T>(count);
    if count == 0 {
        return out;
    }
    let view = merged(layout);
    let Some(&columns) = view.shape.last() else {
        out[0] = source[view.offset];
        return out;
    };
    // Where another dim than the last has neighbours in memory, squares are turned, so that whole
    // cache lines are read and written.
    let last = view.shape.len() - 1;
    let turned = (0..last).find(|&d| view.strides[d] == 1 && view.shape[d] >= SIDE / 2);
    match turned.filter(|_| view.strides[last] > 1 && columns >= SIDE / 2) {
        Some(dim) => turn(source, &view, dim, &mut out),
        None => rows(source, &view, columns, &mut out),
    }
    out
}

/// A copy of elements that lie in order already.
pub(super) fn copied<T: Element>(source: &[T]) -> Vec<T> {
    let mut out = memory::buffer::<T>(source.len());
    threads::pieces(&mut out, 1, GRAIN, |start, piece| {
        piece.copy_from_slice(&source[start..start + piece.len()]);
    });
    out
}

/// The same view with as few dims as it can be described with.
fn merged(layout: &Layout) -> Layout {
    let (mut shape, mut strides) = (Dims::new(), Dims::new());
    for (&size, &stride) in layout.shape.iter().zip(&layout.strides) {
        match (shape.last_mut(), strides.last_mut()) {
            _ if size == 1 => {}
            (Some(before), Some(step)) if *step == stride * size => {
                *before *= size;
                *step = stride;
            }
            _ => {
                shape.push(size);
                strides.push(stride);
            }
        }
    }
    Layout {
        shape,
        strides,
        offset: layout.offset,
    }
}

/// Where line `i` of the dims before `dims` starts.
fn start(view: &Layout, dims: usize, mut i: usize) -> usize {
    let mut at = view.offset;
    for d in (0..dims).rev() {
        at += i % view.shape[d] * view.strides[d];
        i /= view.shape[d];
    }
    at
}

fn rows<T: Element>(source: &[T], view: &Layout, columns: usize, out: &mut [T]) {
    let last = view.shape.len() - 1;
    let step = view.strides[last];
    threads::pieces(out, columns, GRAIN, |first, piece| {
        for (i, row) in piece.chunks_exact_mut(columns).enumerate() {
            let at = start(view, last, first / columns + i);
            match step {
                0 => row.fill(source[at]),
                1 => row.copy_from_slice(&source[at..at + columns]),
                _ => {
                    let values = source[at..].iter().step_by(step);
                    row.iter_mut().zip(values).for_each(|(y, &x)| *y = x);
                }
            }
        }
    });
}

/// The side of the squares in which `turn` works: a cache line of f32.
const SIDE: usize = 16;

/// Copies a view whose dim `dim` has neighbours in memory, while rows of the copy run over the last.
fn turn<T: Element>(source: &[T], view: &Layout, dim: usize, out: &mut [T]) {
    let last = view.shape.len() - 1;
    let (lines, columns, step) = (view.shape[dim], view.shape[last], view.strides[last]);
    // One entry of `dim` in the copy: all dims behind it.
    let width = shape::numel(&view.shape[dim + 1..]);
    let inner = width / columns;
    // The dims between `dim` and the last.
    let between = Layout {
        shape: Dims::from_slice(&view.shape[dim + 1..last]),
        strides: Dims::from_slice(&view.strides[dim + 1..last]),
        offset: 0,
    };
    threads::pieces(out, SIDE * width, GRAIN, |first, piece| {
        let mut line = first / width;
        let mut rest = piece;
        while !rest.is_empty() {
            let (block, from) = (line / lines, line % lines);
            let count = (lines - from).min(rest.len() / width).min(SIDE);
            let (target, later) = rest.split_at_mut(count * width);
            let at = start(view, dim, block) + from;
            for j in 0..inner {
                let at = at + start(&between, between.shape.len(), j);
                squares(
                    &source[at..],
                    step,
                    count,
                    columns,
                    &mut target[j * columns..],
                    width,
                );
            }
            rest = later;
            line += count;
        }
    });
}

/// `target[i * width + j] = source[i + j * step]` for `count` lines of `columns`.
fn squares<T: Element>(
    source: &[T],
    step: usize,
    count: usize,
    columns: usize,
    target: &mut [T],
    width: usize,
) {
    let mut square = [[T::default(); SIDE]; SIDE];
    for first in (0..columns).step_by(SIDE) {
        let wide = SIDE.min(columns - first);
        for (j, line) in square[..wide].iter_mut().enumerate() {
            let at = (first + j) * step;
            line[..count].copy_from_slice(&source[at..at + count]);
        }
        for i in 0..count {
            let row = &mut target[i * width + first..i * width + first + wide];
            row.iter_mut()
                .zip(&square)
                .for_each(|(y, line)| *y = line[i]);
        }
    }
}
