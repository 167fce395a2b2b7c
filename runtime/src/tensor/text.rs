//! Tensors as text, the way NumPy writes arrays.

use std::fmt;

use crate::dtype::{DType, Element, Storage, with_element};
use crate::tensor::Tensor;

/// Above this many elements, or this many lines, only the first and last of each dim are shown.
const ELIDE_ABOVE: usize = 1000;
const LINES: usize = 50;
/// How many are shown at each end of an elided dim.
const EDGE: usize = 3;
const LINE_WIDTH: usize = 80;

/// The positions to show of a dim: all, or both ends around a gap (`None`).
fn shown(size: usize, elide: bool, edge: usize) -> Vec<Option<usize>> {
    if !elide || size <= 2 * edge + 1 {
        return (0..size).map(Some).collect();
    }
    (0..edge)
        .map(Some)
        .chain([None])
        .chain((size - edge..size).map(Some))
        .collect()
}

/// How all floats of one tensor are written, so that they align.
struct NumberFormat {
    dtype: DType,
    scientific: bool,
    digits: usize,
}

/// Digits behind the point, as NumPy's default of 8 but as many as PyTorch shows.
const PRECISION: usize = 4;

impl NumberFormat {
    fn of(values: &[f64], dtype: DType) -> NumberFormat {
        let finite = values
            .iter()
            .map(|v| v.abs())
            .filter(|v| v.is_finite() && *v > 0.0);
        let (low, high) = finite.fold((f64::MAX, 0.0), |(l, h), v| {
            (f64::min(l, v), f64::max(h, v))
        });
        let scientific = high >= 1e8 || (high > 0.0 && (low < 1e-4 || high / low > 1e6));
        let needed = |v: &f64| {
            let text = if scientific {
                format!("{:.PRECISION$e}", v)
                    .split('e')
                    .next()
                    .unwrap_or("")
                    .to_owned()
            } else {
                format!("{v:.PRECISION$}")
            };
            text.trim_end_matches('0')
                .split('.')
                .nth(1)
                .map_or(0, str::len)
        };
        let digits = values
            .iter()
            .filter(|v| v.is_finite())
            .map(needed)
            .max()
            .unwrap_or(0);
        NumberFormat {
            dtype,
            scientific,
            digits,
        }
    }

    fn write(&self, value: f64) -> String {
        match self.dtype {
            DType::Bool => (value != 0.0).to_string(),
            _ if value.is_nan() => "nan".to_owned(),
            _ if value.is_infinite() => if value > 0.0 { "inf" } else { "-inf" }.to_owned(),
            _ if self.scientific => {
                let text = format!("{value:.0$e}", self.digits.max(1));
                let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
                let exponent: i32 = exponent.parse().unwrap_or(0);
                format!(
                    "{mantissa}e{}{:02}",
                    if exponent < 0 { '-' } else { '+' },
                    exponent.abs()
                )
            }
            _ if self.digits == 0 => format!("{value:.0}."),
            _ => format!("{value:.0$}", self.digits),
        }
    }
}

impl Tensor {
    /// The shown elements in row-major order, as text, and the shown positions of every dim.
    pub(crate) fn excerpt(
        &self,
        elide: bool,
        edge: usize,
    ) -> (Vec<String>, Vec<Vec<Option<usize>>>) {
        let positions: Vec<Vec<Option<usize>>> = self
            .shape()
            .iter()
            .map(|&size| shown(size, elide, edge))
            .collect();
        let mut offsets = vec![self.0.layout.offset];
        for (dim, list) in positions.iter().enumerate() {
            let stride = self.0.layout.strides[dim];
            let step = |&start: &usize| list.iter().flatten().map(move |&i| start + i * stride);
            offsets = offsets.iter().flat_map(step).collect();
        }
        let storage = self.0.buffer.snapshot();
        if let Storage::I64(all) = &*storage {
            // An f64 has too few digits for some of them.
            let words = offsets.iter().map(|&i| all[i].to_string());
            return (words.collect(), positions);
        }
        let values: Vec<f64> = with_element!(self.dtype(), T => {
            let all = <T as Element>::slice(&storage);
            offsets.iter().map(|&i| Element::to_f64(all[i])).collect()
        });
        let format = NumberFormat::of(&values, self.dtype());
        (values.iter().map(|&v| format.write(v)).collect(), positions)
    }

    /// `shape=[2, 3], dtype=f32` and what else is worth knowing.
    pub(crate) fn caption(&self) -> String {
        let mut text = format!("shape={:?}, dtype={}", self.shape(), self.dtype());
        if let Some(name) = self.grad_fn() {
            text.push_str(&format!(", grad_fn={name}"));
        } else if self.needs_grad() {
            text.push_str(", requires_grad");
        }
        text
    }

    fn is_long(&self) -> bool {
        let lines: usize = self.shape().iter().rev().skip(1).product();
        self.numel() > ELIDE_ABOVE || lines > LINES
    }

    fn text(&self) -> String {
        if self.is_empty() {
            return format!("tensor([], {})", self.caption());
        }
        let (words, positions) = self.excerpt(self.is_long(), EDGE);
        let width = words.iter().map(String::len).max().unwrap_or(0);
        let mut words = words.into_iter().map(|word| format!("{word:>width$}"));
        let mut out = String::from("tensor(");
        write_dim(&mut out, &positions, 0, width, &mut words);
        let caption = self.caption();
        let last_line = out.rsplit('\n').next().map_or(0, str::len);
        let gap = if last_line + caption.len() + 3 > LINE_WIDTH {
            "\n       "
        } else {
            " "
        };
        format!("{out},{gap}{caption})")
    }
}

fn write_dim(
    out: &mut String,
    positions: &[Vec<Option<usize>>],
    depth: usize,
    width: usize,
    words: &mut impl Iterator<Item = String>,
) {
    let Some((list, inner)) = positions.split_first() else {
        out.push_str(&words.next().unwrap_or_default());
        return;
    };
    let indent = " ".repeat("tensor(".len() + depth + 1);
    out.push('[');
    let mut line = indent.len();
    for (i, position) in list.iter().enumerate() {
        if i > 0 {
            out.push(',');
            if inner.is_empty() {
                line += width + 2;
                if line + width + 2 > LINE_WIDTH {
                    out.push('\n');
                    out.push_str(&indent);
                    line = indent.len();
                } else {
                    out.push(' ');
                }
            } else {
                out.push_str(&"\n".repeat(inner.len()));
                out.push_str(&indent);
            }
        }
        match position {
            Some(_) => write_dim(out, inner, depth + 1, width, words),
            None => out.push_str("..."),
        }
    }
    out.push(']');
}

impl fmt::Display for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn written_as_numpy_does() {
        let cases = [
            (tensor(3.0), "tensor(3., shape=[], dtype=f32)"),
            (
                tensor([1, -20, 3]),
                "tensor([  1, -20,   3], shape=[3], dtype=i64)",
            ),
            (
                tensor([true, false]),
                "tensor([ true, false], shape=[2], dtype=bool)",
            ),
            (
                tensor([1.0, 2.5]),
                "tensor([1.0, 2.5], shape=[2], dtype=f32)",
            ),
            (
                tensor([1.0, f64::NAN]),
                "tensor([ 1., nan], shape=[2], dtype=f32)",
            ),
            (
                tensor([1e-7, 2.0]),
                "tensor([1.0e-07, 2.0e+00], shape=[2], dtype=f32)",
            ),
            (zeros(&[0, 2]), "tensor([], shape=[0, 2], dtype=f32)"),
            (
                tensor([[1.0, 2.0], [3.0, 4.0]]),
                "tensor([[1., 2.],\n        [3., 4.]], shape=[2, 2], dtype=f32)",
            ),
            (
                zeros(&[2000]),
                "tensor([0., 0., 0., ..., 0., 0., 0.], shape=[2000], dtype=f32)",
            ),
        ];
        for (x, expected) in cases {
            assert_eq!(x.to_string(), expected);
        }
    }

    #[test]
    fn large_tensors_are_elided_in_every_dim() {
        let text = zeros(&[100, 100]).to_string();
        assert_eq!(text.lines().count(), 7, "{text}");
        assert!(
            text.lines()
                .nth(3)
                .is_some_and(|line| line.trim() == "...,"),
            "{text}"
        );
    }
}
