//! Copies with zeros around, as [`Plan`] describes them.

use super::plan::{Part, Phase, Plan};
use crate::dtype::Number;

/// Copies channels of a part of a batch into planes, and zeros behind them for `places` more.
///
/// `values` begins with the first channel of image 0; `stride` is from image to image.
pub(super) fn prepare<T: Number>(
    out: &mut Vec<T>,
    values: &[T],
    stride: usize,
    channels: usize,
    plan: &Plan,
    part: &Part,
    places: usize,
) {
    let [rows, columns] = plan.lines;
    let plane = part.plane(plan);
    let planes = plan.planes();
    let used = channels * planes * plane;
    // The last place that is rounded up to, with the largest shift.
    let length = used + places + rows.reach * columns.pitch + columns.reach;
    if out.len() < length {
        out.resize(length, T::default());
    }
    out[used..length].fill(T::default());
    for channel in 0..channels {
        for row_rest in 0..rows.step {
            for image in 0..part.images {
                let at = (part.image + image) * stride + channel * plan.source();
                let image_values = &values[at..at + plan.source()];
                for i in 0..part.height {
                    let from = ((part.row + i) * rows.step + row_rest)
                        .checked_sub(rows.before)
                        .filter(|&row| row < rows.source);
                    let line =
                        from.map(|row| &image_values[row * columns.source..][..columns.source]);
                    let first = channel * planes + row_rest * columns.step;
                    for rest in 0..columns.step {
                        let start =
                            (first + rest) * plane + (image * part.height + i) * columns.pitch;
                        let target = &mut out[start..start + columns.pitch];
                        match line {
                            Some(line) => spread(target, line, columns.before, columns.step, rest),
                            None => target.fill(T::default()),
                        }
                    }
                }
            }
        }
    }
}

/// `target[q]` = element `q step + rest - before` of the line, or 0.
fn spread<T: Number>(target: &mut [T], line: &[T], before: usize, step: usize, rest: usize) {
    // The first element that belongs here, and its place.
    let first = (rest + step - before % step) % step;
    let place = (first + before) / step;
    let count = line.len().saturating_sub(first).div_ceil(step);
    let place = place.min(target.len());
    let count = count.min(target.len() - place);
    let (zeros, inside) = target.split_at_mut(place);
    let (inside, after) = inside.split_at_mut(count);
    zeros.fill(T::default());
    after.fill(T::default());
    match step {
        1 => inside.copy_from_slice(&line[first..first + count]),
        2 => {
            let pairs = line[first..].chunks(2);
            inside.iter_mut().zip(pairs).for_each(|(y, x)| *y = x[0]);
        }
        _ => {
            let values = line[first.min(line.len())..].iter().step_by(step);
            inside.iter_mut().zip(values).for_each(|(y, &x)| *y = x);
        }
    }
}

/// Where the rows that are summed over begin: each channel's elements of the window.
pub(super) fn offsets(
    out: &mut Vec<usize>,
    channels: usize,
    plan: &Plan,
    phase: &Phase,
    part: &Part,
) {
    let plane = part.plane(plan);
    let pitch = plan.lines[1].pitch;
    out.clear();
    for channel in 0..channels {
        out.extend(phase.taps.iter().map(|tap| {
            let first = (channel * plan.planes() + tap.plane) * plane;
            first + tap.shift.0 * pitch + tap.shift.1
        }));
    }
}
