//! Which elements of a dim belong to which window.

use super::{PoolOptions, Rule};
use crate::error::Error;
use crate::ops::conv::each;
use crate::shape::show;

/// The elements `start, start + step, ..` of a dim, `count` of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) start: usize,
    pub(super) count: usize,
    pub(super) step: usize,
    /// What an average divides by.
    pub(super) divisor: usize,
}

impl Window {
    pub(super) fn places(self) -> impl Iterator<Item = usize> {
        (0..self.count).map(move |i| self.start + i * self.step)
    }
}

/// One dim of a window that slides.
struct Sliding {
    size: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
    dilation: usize,
}

/// The windows of the last two dims; of one dim, the first has one window.
pub(super) fn windows(
    op: &str,
    rule: &Rule,
    rank: usize,
    shape: &[usize],
) -> Result<[Vec<Window>; 2], Error> {
    let wrong = |why: String| Error::new(op, format!("{why}, the input is {}", show(shape)));
    let dims = if rank == 1 { "length" } else { "height, width" };
    if shape.len() != rank + 1 && shape.len() != rank + 2 {
        return Err(wrong(format!(
            "needs an input [n, channels, {dims}] or [channels, {dims}]"
        )));
    }
    let sizes = &shape[shape.len() - rank..];
    if sizes.contains(&0) {
        return Err(wrong("there is nothing in a window".to_owned()));
    }
    let one = Window {
        start: 0,
        count: 1,
        step: 1,
        divisor: 1,
    };
    let mut out = [vec![one], Vec::new()];
    for (d, &size) in sizes.iter().enumerate() {
        out[d + 2 - rank] = match rule {
            Rule::Adaptive(wanted) => {
                let wanted = each(op, "the output size", wanted, rank, 1, shape)?[d];
                adaptive(size, wanted)
                    .ok_or_else(|| wrong(format!("an output of {wanted} windows is too large")))?
            }
            Rule::Sliding(options) => {
                let number = |what, list, least| Ok(each(op, what, list, rank, least, shape)?[d]);
                let sliding = Sliding {
                    size,
                    kernel: number("the window", &options.size, 1)?,
                    stride: number("stride", &options.stride, 1)?,
                    padding: number("padding", &options.padding, 0)?,
                    dilation: number("dilation", &options.dilation, 1)?,
                };
                sliding.windows(options).map_err(wrong)?
            }
        };
    }
    Ok(out)
}

impl Sliding {
    fn windows(&self, options: &PoolOptions) -> Result<Vec<Window>, String> {
        let &Sliding {
            size,
            kernel,
            stride,
            padding,
            dilation,
        } = self;
        let reach = (kernel - 1).saturating_mul(dilation).saturating_add(1);
        if padding > kernel / 2 {
            return Err(format!(
                "a padding of {padding} is more than half of the window, {kernel}"
            ));
        }
        let padded = size + 2 * padding;
        if padded < reach && !options.ceil_mode {
            return Err(format!(
                "the window is larger than the padded input, {reach} > {padded}"
            ));
        }
        let room = padded.saturating_sub(reach);
        let mut count = if options.ceil_mode {
            room.div_ceil(stride)
        } else {
            room / stride
        } + 1;
        // The last window begins inside of the input or before it.
        if options.ceil_mode && (count - 1) * stride >= size + padding {
            count -= 1;
        }
        let window = |i: usize| {
            // In padded places; the input begins at `padding`.
            let from = i * stride;
            let skipped = padding.saturating_sub(from).div_ceil(dilation);
            let start = from + skipped * dilation - padding.min(from + skipped * dilation);
            let inside = size.saturating_sub(start).div_ceil(dilation);
            let taken = inside.min(kernel.saturating_sub(skipped));
            let divisor = if options.count_include_pad {
                (from + kernel).min(size + 2 * padding) - from
            } else {
                taken
            };
            Window {
                start,
                count: taken,
                step: dilation,
                divisor,
            }
        };
        Ok((0..count).map(window).collect())
    }
}

/// So many windows that together cover the dim, as even as can be.
fn adaptive(size: usize, wanted: usize) -> Option<Vec<Window>> {
    size.checked_mul(wanted)?;
    let window = |i: usize| {
        let (start, end) = (i * size / wanted, ((i + 1) * size).div_ceil(wanted));
        Window {
            start,
            count: end - start,
            step: 1,
            divisor: end - start,
        }
    };
    (wanted <= 1 << 24).then(|| (0..wanted).map(window).collect())
}
