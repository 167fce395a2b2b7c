//! What a figure shows; `draw` makes the picture.

use std::fmt;
use std::sync::Arc;

use crate::display::{MimeBundle, Rich};
use crate::dtype::DType;
use crate::error::Error;
use crate::tensor::{Tensor, TensorData, tensor_of};

/// A picture of one or more series: lines, points, a histogram.
///
/// Every method gives a figure with one more thing in it, so calls are chained. Data are tensors,
/// arrays, slices or `Vec`s.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = linspace(0.0, 6.0, 100);
/// let figure = Figure::new()
///     .line(&x, &x.sin())
///     .label("sine")
///     .scatter([1.0, 2.0, 3.0], [0.5, 1.0, 0.0])
///     .label("points")
///     .title("two series")
///     .xlabel("x");
/// assert!(figure.to_svg().contains("two series"));
/// ```
#[derive(Clone)]
pub struct Figure {
    pub(super) series: Vec<Series>,
    pub(super) title: String,
    pub(super) xlabel: String,
    pub(super) ylabel: String,
    pub(super) log_y: bool,
    pub(super) xlim: Option<(f64, f64)>,
    pub(super) ylim: Option<(f64, f64)>,
    pub(super) size: (u32, u32),
}

/// Numbers that go into one picture element each.
#[derive(Clone)]
pub(super) struct Series {
    pub(super) kind: Kind,
    pub(super) x: Arc<[f64]>,
    pub(super) y: Arc<[f64]>,
    pub(super) label: String,
    /// Lines with a dot at every point.
    pub(super) marker: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Line,
    Scatter,
    /// Bars from `x[i]` to `x[i + 1]` of height `y[i]`.
    Histogram,
}

/// The size of a figure in pixels, as matplotlib's 6.4 by 4.8 inches at 100 dots, a bit flatter.
const SIZE: (u32, u32) = (640, 420);

impl Default for Figure {
    fn default() -> Figure {
        Figure::new()
    }
}

impl Figure {
    /// An empty figure.
    pub fn new() -> Figure {
        Figure {
            series: Vec::new(),
            title: String::new(),
            xlabel: String::new(),
            ylabel: String::new(),
            log_y: false,
            xlim: None,
            ylim: None,
            size: SIZE,
        }
    }

    /// Adds a line through the points (x, y); a NaN leaves a gap.
    #[track_caller]
    pub fn line(&self, x: impl TensorData, y: impl TensorData) -> Figure {
        self.pairs("line", Kind::Line, &numbers(x), &numbers(y))
    }

    /// Adds points at (x, y).
    #[track_caller]
    pub fn scatter(&self, x: impl TensorData, y: impl TensorData) -> Figure {
        self.pairs("scatter", Kind::Scatter, &numbers(x), &numbers(y))
    }

    /// Adds a histogram: how many values fall into each of `bins` equal ranges.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().hist(&randn(&[1000]), 30).xlabel("value");
    /// assert!(figure.to_svg().contains("<rect"));
    /// ```
    #[track_caller]
    pub fn hist(&self, values: impl TensorData, bins: usize) -> Figure {
        if bins == 0 {
            Error::new("hist", "needs at least one bin, it has 0").raise();
        }
        let (edges, counts) = histogram(&numbers(values).numbers(), bins);
        self.with(Kind::Histogram, edges, counts)
    }

    /// Names the series added last; named series are listed in a legend.
    pub fn label(&self, label: &str) -> Figure {
        self.change(|figure| {
            if let Some(series) = figure.series.last_mut() {
                series.label = label.to_owned();
            }
        })
    }

    /// Puts a dot on every point of the line added last.
    pub fn marker(&self) -> Figure {
        self.change(|figure| {
            if let Some(series) = figure.series.last_mut() {
                series.marker = true;
            }
        })
    }

    /// Sets the title above the figure.
    pub fn title(&self, title: &str) -> Figure {
        self.change(|figure| figure.title = title.to_owned())
    }

    /// Names the horizontal axis.
    pub fn xlabel(&self, label: &str) -> Figure {
        self.change(|figure| figure.xlabel = label.to_owned())
    }

    /// Names the vertical axis.
    pub fn ylabel(&self, label: &str) -> Figure {
        self.change(|figure| figure.ylabel = label.to_owned())
    }

    /// Makes the vertical axis logarithmic; values that are not positive are left out.
    pub fn log_y(&self) -> Figure {
        self.change(|figure| figure.log_y = true)
    }

    /// Sets the ends of the horizontal axis.
    #[track_caller]
    pub fn xlim(&self, low: f64, high: f64) -> Figure {
        let limits = limits("xlim", low, high);
        self.change(|figure| figure.xlim = Some(limits))
    }

    /// Sets the ends of the vertical axis.
    #[track_caller]
    pub fn ylim(&self, low: f64, high: f64) -> Figure {
        let limits = limits("ylim", low, high);
        self.change(|figure| figure.ylim = Some(limits))
    }

    /// Sets width and height in pixels.
    pub fn size(&self, width: u32, height: u32) -> Figure {
        self.change(|figure| figure.size = (width.clamp(120, 4000), height.clamp(90, 4000)))
    }

    /// The picture as SVG.
    pub fn to_svg(&self) -> String {
        super::draw::svg(self)
    }

    /// Writes the picture to an SVG file.
    ///
    /// # Errors
    /// If the file cannot be written; the message names the path.
    pub fn save(&self, path: &str) -> std::io::Result<()> {
        std::fs::write(path, self.to_svg())
            .map_err(|error| std::io::Error::new(error.kind(), format!("{path}: {error}")))
    }

    fn change(&self, f: impl FnOnce(&mut Figure)) -> Figure {
        let mut figure = self.clone();
        f(&mut figure);
        figure
    }

    #[track_caller]
    fn pairs(&self, op: &str, kind: Kind, x: &Tensor, y: &Tensor) -> Figure {
        if x.numel() != y.numel() {
            Error::new(
                op,
                format!(
                    "needs as many x as y: x is {:?}, y is {:?}, so {} != {}",
                    x.shape(),
                    y.shape(),
                    x.numel(),
                    y.numel()
                ),
            )
            .raise();
        }
        self.with(kind, x.numbers(), y.numbers())
    }

    pub(super) fn with(&self, kind: Kind, x: Vec<f64>, y: Vec<f64>) -> Figure {
        let (x, y) = (x.into(), y.into());
        let series = Series {
            kind,
            x,
            y,
            label: String::new(),
            marker: false,
        };
        self.change(|figure| figure.series.push(series))
    }

    /// What the picture shows, in words: the alternative for a reader who cannot see it.
    pub(super) fn words(&self) -> String {
        let title = if self.title.is_empty() {
            "figure"
        } else {
            &self.title
        };
        let axes = match (self.xlabel.as_str(), self.ylabel.as_str()) {
            ("", "") => String::new(),
            (x, "") => format!(" over {x}"),
            ("", y) => format!(", {y}"),
            (x, y) => format!(", {y} over {x}"),
        };
        let one = |s: &Series| {
            let kind = match s.kind {
                Kind::Line => "line",
                Kind::Scatter => "points",
                Kind::Histogram => "histogram",
            };
            let name = if s.label.is_empty() {
                String::new()
            } else {
                format!(" {:?}", s.label)
            };
            let last = match s.y.last() {
                Some(last) if s.kind == Kind::Line && last.is_finite() => {
                    format!(", last {last:.4}")
                }
                _ => String::new(),
            };
            format!("{kind}{name} of {}{last}", s.y.len())
        };
        let series: Vec<String> = self.series.iter().map(one).collect();
        format!(
            "{title}{axes}: {}",
            if series.is_empty() {
                "empty".to_owned()
            } else {
                series.join("; ")
            }
        )
    }
}

#[track_caller]
fn numbers(data: impl TensorData) -> Tensor {
    tensor_of(DType::F64, data)
}

#[track_caller]
fn limits(op: &str, low: f64, high: f64) -> (f64, f64) {
    if !(low.is_finite() && high.is_finite() && low < high) {
        Error::new(
            op,
            format!("the ends must be numbers, low before high: {low} and {high}"),
        )
        .raise();
    }
    (low, high)
}

/// Edges and counts of equal bins between the smallest and the largest finite value.
fn histogram(values: &[f64], bins: usize) -> (Vec<f64>, Vec<f64>) {
    let finite = || values.iter().copied().filter(|v| v.is_finite());
    let low = finite().fold(f64::INFINITY, f64::min);
    let high = finite().fold(f64::NEG_INFINITY, f64::max);
    if low > high {
        return (Vec::new(), Vec::new());
    }
    let (low, high) = if low == high {
        (low - 0.5, high + 0.5)
    } else {
        (low, high)
    };
    let width = high / bins as f64 - low / bins as f64;
    let edges = (0..=bins)
        .map(|i| {
            if i == bins {
                high
            } else {
                low + i as f64 * width
            }
        })
        .collect();
    let mut counts = vec![0.0; bins];
    for v in finite() {
        counts[(((v - low) / width) as usize).min(bins - 1)] += 1.0;
    }
    (edges, counts)
}

impl fmt::Debug for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Figure({})", self.words())
    }
}

impl Rich for Figure {
    fn mime_bundle(&self) -> MimeBundle {
        MimeBundle::text(format!("{self:?}")).svg(self.to_svg())
    }
}

crate::display::rich_result!(Figure);

#[cfg(test)]
mod tests {
    use super::histogram;

    #[test]
    fn histograms_count_every_finite_value() {
        let (edges, counts) = histogram(&[0.0, 1.0, 1.5, 4.0, f64::NAN, f64::INFINITY], 4);
        assert_eq!(edges, [0.0, 1.0, 2.0, 3.0, 4.0]);
        assert_eq!(counts, [1.0, 2.0, 0.0, 1.0]);
        assert_eq!(
            histogram(&[2.0, 2.0], 2),
            (vec![1.5, 2.0, 2.5], vec![0.0, 2.0])
        );
        assert_eq!(histogram(&[], 3), (vec![], vec![]));
        let (_, counts) = histogram(&[-1e308, 1e308], 2);
        assert_eq!(counts, [1.0, 1.0]);
    }
}
