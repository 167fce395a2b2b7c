//! The gradient of the weights: products of the output's gradient with shifted rows of the input.

use super::plan::{Part, Plan, parts};
use super::source::{offsets, prepare};
use super::sums::Channels;
use super::tile::{Dots, LANES, Scratch, Tiles};
use crate::memory;
use crate::threads;

/// Up to so many weights each thread adds up its own gradient of all.
const SMALL: usize = 1 << 17;
/// Into so many parts a batch is cut then; not the number of threads, on which no result depends.
const SHARES: usize = 8;

/// The gradient of the weights, row-major; `plan` is that of the outputs.
pub(crate) fn gradient<T: Tiles>(
    plan: &Plan,
    channels: &Channels,
    source: &[T],
    grad: &[T],
) -> Vec<T> {
    let row = channels.inputs * plan.kernel;
    let rows = channels.groups * channels.outputs;
    let mut out = memory::buffer::<T>(rows * row);
    let places = plan.results[0] * plan.results[1];
    if out.is_empty() {
        return out;
    }
    let work = channels.images * places * row * rows;
    let all = Gradient {
        plan,
        channels,
        source,
        grad,
    };
    if work == 0 {
        out.fill(T::default());
    } else if rows * row <= SMALL && channels.images >= SHARES {
        let each = channels.images.div_ceil(SHARES);
        let shares = channels.images.div_ceil(each);
        let sums = threads::collect(shares, work > 1 << 20, |i| {
            let images = i * each..channels.images.min((i + 1) * each);
            let mut sum = vec![T::default(); rows * row];
            all.rows(images, 0..rows, &mut sum);
            sum
        });
        out.copy_from_slice(&sums[0]);
        for sum in &sums[1..] {
            out.iter_mut().zip(sum).for_each(|(y, &v)| *y += v);
        }
    } else {
        let (high, _) = T::dots_size();
        let unit = if channels.groups > 1 {
            channels.outputs
        } else {
            high
        };
        let grain = (out.len() / threads::num_threads()).max((1 << 20) / (work / out.len()));
        threads::pieces(&mut out, unit * row, grain, |start, piece| {
            let first = start / row;
            let count = piece.len() / row;
            piece.fill(T::default());
            all.rows(0..channels.images, first..first + count, piece);
        });
    }
    out
}

struct Gradient<'a, T> {
    plan: &'a Plan,
    channels: &'a Channels,
    source: &'a [T],
    grad: &'a [T],
}

impl<T: Tiles> Gradient<'_, T> {
    /// Adds to `out` the gradient of some rows (channels of the output) from some images.
    fn rows(&self, images: std::ops::Range<usize>, rows: std::ops::Range<usize>, out: &mut [T]) {
        let Gradient { plan, channels, .. } = *self;
        let per_group = channels.outputs;
        let row = channels.inputs * plan.kernel;
        let (high, wide) = T::dots_size();
        let size = channels.inputs * plan.planes();
        let places = ((1 << 16) / size.max(1)).clamp(512, 1024);
        let width = row.next_multiple_of(wide);
        let per = rows.len().min(per_group);
        let mut sums = vec![T::default(); per.next_multiple_of(high) * width];
        let parts = parts(plan, images, places);
        for group in rows.start / per_group..rows.end.div_ceil(per_group) {
            let start = rows.start.max(group * per_group);
            let end = rows.end.min((group + 1) * per_group);
            sums.fill(T::default());
            T::with_scratch(|scratch| {
                for part in &parts {
                    self.part(scratch, part, group, start..end, &mut sums);
                }
            });
            let lines = sums.chunks_exact(width).take(end - start);
            let targets = out[(start - rows.start) * row..].chunks_exact_mut(row);
            for (line, target) in lines.zip(targets) {
                // Columns are in the order of the phase's taps, which is that of the window.
                target.iter_mut().zip(line).for_each(|(y, &v)| *y += v);
            }
        }
    }

    fn part(
        &self,
        scratch: &mut Scratch<T>,
        part: &Part,
        group: usize,
        rows: std::ops::Range<usize>,
        sums: &mut [T],
    ) {
        let Gradient { plan, channels, .. } = *self;
        let (high, wide) = T::dots_size();
        let places = part.places(plan).next_multiple_of(LANES);
        let count = rows.len().next_multiple_of(high);
        let from = group * channels.inputs * plan.source();
        let stride = channels.groups * channels.inputs * plan.source();
        prepare(
            &mut scratch.source,
            &self.source[from..],
            stride,
            channels.inputs,
            plan,
            part,
            places,
        );
        offsets(
            &mut scratch.offsets,
            channels.inputs,
            plan,
            &plan.phases[0],
            part,
        );
        // What is missing in the last tile is computed and dropped.
        while !scratch.offsets.len().is_multiple_of(wide) {
            scratch.offsets.push(0);
        }
        if scratch.sums.len() < count * places {
            scratch.sums.resize(count * places, T::default());
        }
        let target = &mut scratch.sums[..count * places];
        self.spread(target, part, rows, places);
        let work = Dots {
            rows: target,
            source: &scratch.source,
            offsets: &scratch.offsets,
            places,
        };
        T::dots(&work, sums);
    }

    /// Copies rows of the gradient to where their places are, with zeros between.
    fn spread(&self, out: &mut [T], part: &Part, rows: std::ops::Range<usize>, places: usize) {
        let [height, width] = self.plan.results;
        let all = self.channels.groups * self.channels.outputs;
        let pitch = self.plan.lines[1].pitch;
        let count = rows.len();
        for (row, line) in rows.zip(out.chunks_exact_mut(places)) {
            let mut done = 0;
            for image in 0..part.images {
                let at = ((part.image + image) * all + row) * height * width;
                let values = &self.grad[at..at + height * width];
                for y in 0..part.rows {
                    let from = &values[(part.row + y) * width..][..width];
                    let place = (image * part.height + y) * pitch;
                    line[done..place].fill(T::default());
                    line[place..place + width].copy_from_slice(from);
                    done = place + width;
                }
            }
            line[done..].fill(T::default());
        }
        out[count * places..].fill(T::default());
    }
}
