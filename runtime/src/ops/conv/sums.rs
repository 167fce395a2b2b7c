//! The convolution itself: for every place, sums over channels and the window.

use super::plan::{Part, Phase, Plan, parts};
use super::source::{offsets, prepare};
use super::tile::{Correlate, Scratch, Tiles};
use crate::memory;
use crate::threads;

/// Channels, and where the weights of each lie.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Channels {
    pub(crate) images: usize,
    pub(crate) groups: usize,
    /// Channels of the source and of the result in each group.
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    /// From the weights of one input, output and group to the next.
    pub(crate) strides: (usize, usize, usize),
}

/// Weights in panels, as tiles read them.
struct Packed<T> {
    values: Vec<T>,
    /// Where each phase begins.
    starts: Vec<usize>,
    /// Rows of a panel.
    high: usize,
}

/// How much of a sum is done before the next rows: its weights stay in the second cache.
const DEPTH: usize = 256;
const ROWS: usize = 96;

/// Elements of a prepared source, and sums of a part: together they fit the second cache.
const SOURCE: usize = 1 << 16;
const SUMS: usize = 1 << 16;

impl Channels {
    fn panels(&self, high: usize) -> usize {
        self.outputs.div_ceil(high)
    }
}

fn pack<T: Tiles>(plan: &Plan, channels: &Channels, weights: &[T]) -> Packed<T> {
    let (high, _) = T::size();
    let panels = channels.panels(high) * channels.groups;
    let mut starts = vec![0];
    for phase in &plan.phases {
        let size = panels * high * channels.inputs * phase.taps.len();
        starts.push(starts[starts.len() - 1] + size);
    }
    let mut values = memory::buffer::<T>(starts[starts.len() - 1]);
    let (input, output, group) = channels.strides;
    for (phase, start) in plan.phases.iter().zip(starts.windows(2)) {
        let panel = high * channels.inputs * phase.taps.len();
        let target = &mut values[start[0]..start[1]];
        threads::pieces(target, panel, threads::GRAIN, |start, piece| {
            for (i, piece) in piece.chunks_exact_mut(panel).enumerate() {
                let number = start / panel + i;
                let per_group = channels.panels(high);
                let row = number % per_group * high;
                let at = number / per_group * group;
                let count = high.min(channels.outputs - row);
                if count < high {
                    piece.fill(T::default());
                }
                for r in 0..count {
                    let mut targets = piece[r..].iter_mut().step_by(high);
                    for channel in 0..channels.inputs {
                        let at = at + (row + r) * output + channel * input;
                        let line = &weights[at..at + plan.kernel];
                        for (tap, y) in phase.taps.iter().zip(&mut targets) {
                            *y = line[tap.kernel];
                        }
                    }
                }
            }
        });
    }
    Packed {
        values,
        starts,
        high,
    }
}

/// The result of every image and channel, row-major.
pub(crate) fn sums<T: Tiles>(
    plan: &Plan,
    channels: &Channels,
    source: &[T],
    weights: &[T],
    bias: Option<&[T]>,
) -> Vec<T> {
    let result = plan.results[0] * plan.results[1];
    let rows = channels.groups * channels.outputs;
    let mut out = memory::buffer::<T>(channels.images * rows * result);
    if out.is_empty() {
        return out;
    }
    if channels.inputs == 0 {
        // Sums of nothing.
        for (row, target) in out.chunks_exact_mut(result).enumerate() {
            target.fill(bias.map_or_else(T::default, |bias| bias[row % rows]));
        }
        return out;
    }
    let packed = pack(plan, channels, weights);
    let taps: usize = plan.phases.iter().map(|phase| phase.taps.len()).sum();
    // What one channel of one image costs; waking a thread costs about a million products.
    let cost = (channels.inputs * taps * result).max(1);
    let grain = (1 << 20) / cost + 1;
    let convolution = Convolution {
        plan,
        channels,
        source,
        packed: &packed,
        bias,
    };
    if channels.images >= 2 * threads::num_threads() || channels.images * rows <= grain {
        threads::pieces(&mut out, rows * result, grain * result, |start, piece| {
            let first = start / (rows * result);
            let count = piece.len() / (rows * result);
            convolution.images(first..first + count, 0..rows, piece);
        });
    } else {
        // Few images: threads share the channels of each.
        let unit = if channels.groups > 1 {
            channels.outputs
        } else {
            packed.high
        };
        for (image, out) in out.chunks_exact_mut(rows * result).enumerate() {
            threads::pieces(out, unit * result, grain * result, |start, piece| {
                let first = start / result;
                let count = piece.len() / result;
                convolution.images(image..image + 1, first..first + count, piece);
            });
        }
    }
    memory::recycle(packed.values);
    out
}

struct Convolution<'a, T> {
    plan: &'a Plan,
    channels: &'a Channels,
    source: &'a [T],
    packed: &'a Packed<T>,
    bias: Option<&'a [T]>,
}

impl<T: Tiles> Convolution<'_, T> {
    /// Some rows (channels of the result) of some images. The rows begin with a panel, and end
    /// with the last of a group.
    fn images(&self, images: std::ops::Range<usize>, rows: std::ops::Range<usize>, out: &mut [T]) {
        let Convolution { plan, channels, .. } = *self;
        if plan.gaps {
            let lines = out.chunks_exact_mut(plan.results[0] * plan.results[1]);
            for (line, row) in lines.zip(rows.clone().cycle()) {
                line.fill(self.bias.map_or_else(T::default, |bias| bias[row]));
            }
        }
        let (_, width) = T::size();
        let size = channels.inputs * plan.planes();
        let places = (SOURCE / size).min(SUMS / channels.outputs);
        let places = places.clamp(4 * width, 2048);
        let first_image = images.start;
        let per_group = channels.outputs;
        T::with_scratch(|scratch| {
            for part in parts(plan, images, places) {
                for group in rows.start / per_group..rows.end.div_ceil(per_group) {
                    let places = part.places(plan).next_multiple_of(width);
                    let from = group * channels.inputs * plan.source();
                    let stride = channels.groups * channels.inputs * plan.source();
                    prepare(
                        &mut scratch.source,
                        &self.source[from..],
                        stride,
                        channels.inputs,
                        plan,
                        &part,
                        places,
                    );
                    let start = rows.start.max(group * per_group);
                    let end = rows.end.min((group + 1) * per_group);
                    for (number, phase) in plan.phases.iter().enumerate() {
                        self.phase(scratch, &part, number, start..end, places);
                        let target = Output {
                            plan,
                            phase,
                            part: &part,
                            places,
                            // Where the rows of the part's first image begin in `out`.
                            start: (part.image - first_image) * rows.len() + start - rows.start,
                            stride: rows.len(),
                        };
                        let bias = self.bias.map(|bias| &bias[start..end]);
                        target.write(&scratch.sums, end - start, bias, out);
                    }
                }
            }
        });
    }

    /// The sums of a phase for some rows of one group.
    fn phase(
        &self,
        scratch: &mut Scratch<T>,
        part: &Part,
        number: usize,
        rows: std::ops::Range<usize>,
        places: usize,
    ) {
        let Convolution {
            plan,
            channels,
            packed,
            ..
        } = *self;
        let phase = &plan.phases[number];
        offsets(&mut scratch.offsets, channels.inputs, plan, phase, part);
        let depth = scratch.offsets.len();
        let high = packed.high;
        let group = rows.start / channels.outputs;
        let first = group * channels.panels(high) + rows.start % channels.outputs / high;
        let count = rows.len().div_ceil(high);
        let panel = high * depth;
        let panels = &packed.values[packed.starts[number]..][first * panel..][..count * panel];
        let size = count * high * places;
        if scratch.sums.len() < size {
            scratch.sums.resize(size, T::default());
        }
        let block = ROWS.next_multiple_of(high);
        for from in (0..depth).step_by(DEPTH) {
            let deep = DEPTH.min(depth - from);
            let blocks = panels.chunks(block * depth);
            for (panels, out) in blocks.zip(scratch.sums[..size].chunks_mut(block * places)) {
                let work = Correlate {
                    panels,
                    depth,
                    from,
                    source: &scratch.source,
                    offsets: &scratch.offsets[from..from + deep],
                    places,
                    add: from > 0,
                };
                T::correlate(&work, out);
            }
        }
    }
}

/// Where the places of a part go.
struct Output<'a> {
    plan: &'a Plan,
    phase: &'a Phase,
    part: &'a Part,
    places: usize,
    start: usize,
    stride: usize,
}

impl Output<'_> {
    /// Copies the places that count from rows of sums to rows of results.
    fn write<T: Tiles>(&self, sums: &[T], rows: usize, bias: Option<&[T]>, out: &mut [T]) {
        let [down, across] = self.phase.target;
        let [_, width] = self.plan.results;
        let size = self.plan.results[0] * width;
        let pitch = self.plan.lines[1].pitch;
        let part = self.part;
        let first = part.row.max(down.first);
        let end = (part.row + part.rows).min(down.first + down.count);
        for image in 0..part.images {
            for row in 0..rows {
                let sums = &sums[row * self.places..][..self.places];
                let result = &mut out[(self.start + image * self.stride + row) * size..][..size];
                let shift = bias.map(|bias| bias[row]);
                for y in first..end {
                    let from = (image * part.height + y - part.row) * pitch + across.first;
                    let line = &sums[from..from + across.count];
                    let at = (down.start + (y - down.first) * down.stride) * width + across.start;
                    if across.stride == 1 {
                        let target = &mut result[at..at + across.count];
                        match shift {
                            Some(b) => target.iter_mut().zip(line).for_each(|(y, &v)| *y = v + b),
                            None => target.copy_from_slice(line),
                        }
                    } else {
                        let b = shift.unwrap_or_default();
                        let target = result[at..].iter_mut().step_by(across.stride);
                        target.zip(line).for_each(|(y, &v)| *y = v + b);
                    }
                }
            }
        }
    }
}
