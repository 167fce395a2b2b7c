//! Lines, points, bars and other series.

use super::Figure;
use super::names::Names;
use super::panel::{MARKERS, Mark, Numbers};
use crate::dtype::DType;
use crate::error::Error;
use crate::tensor::{Tensor, TensorData, tensor_of};

impl Figure {
    /// Adds a line through the points (x, y); a NaN leaves a gap.
    #[track_caller]
    pub fn line(&self, x: impl TensorData, y: impl TensorData) -> Figure {
        let (x, y) = pair("line", &numbers(x), &numbers(y));
        self.with(Mark::Line { x, y, steps: false })
    }

    /// Adds a line through the points (0, y\[0\]), (1, y\[1\]), and so on.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().plot([3.0, 1.0, 2.0]).label("loss");
    /// assert!(figure.to_svg().contains("loss"));
    /// ```
    #[track_caller]
    pub fn plot(&self, y: impl TensorData) -> Figure {
        let y: Numbers = numbers(y).numbers().into();
        let x = (0..y.len()).map(|i| i as f64).collect();
        self.with(Mark::Line { x, y, steps: false })
    }

    /// Adds a line that keeps each y up to the next x.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().step([0, 10, 20], [0.1, 0.01, 0.001]).label("learning rate");
    /// assert!(figure.to_svg().contains("learning rate"));
    /// ```
    #[track_caller]
    pub fn step(&self, x: impl TensorData, y: impl TensorData) -> Figure {
        let (x, y) = pair("step", &numbers(x), &numbers(y));
        self.with(Mark::Line { x, y, steps: true })
    }

    /// Adds points at (x, y).
    #[track_caller]
    pub fn scatter(&self, x: impl TensorData, y: impl TensorData) -> Figure {
        let (x, y) = pair("scatter", &numbers(x), &numbers(y));
        self.with(Mark::Points {
            x,
            y,
            values: None,
            sizes: None,
        })
    }

    /// Gives each of the points added last the colour of a number; see [`cmap`](Figure::cmap) and
    /// [`colorbar`](Figure::colorbar).
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().scatter([1, 2, 3], [1, 2, 3]).values([0.1, 0.5, 9.0]).colorbar();
    /// assert!(figure.to_svg().contains("#fde725"));
    /// ```
    ///
    /// # Panics
    /// If there are not as many numbers as points.
    #[track_caller]
    pub fn values(&self, values: impl TensorData) -> Figure {
        self.set_values(&numbers(values))
    }

    /// Gives each of the points added last its own radius in pixels.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().scatter([1, 2], [1, 2]).sizes([3.0, 9.0]);
    /// assert!(figure.to_svg().contains("stroke-width=\"180\""));
    /// ```
    ///
    /// # Panics
    /// If there are not as many numbers as points.
    #[track_caller]
    pub fn sizes(&self, sizes: impl TensorData) -> Figure {
        self.set_sizes(&numbers(sizes))
    }

    // The parts that are not generic stand apart, so that a cell does not compile them again.
    #[track_caller]
    fn set_values(&self, numbers: &Tensor) -> Figure {
        let list = self.of_points("values", numbers);
        self.last(|layer| {
            if let Mark::Points { values, .. } = &mut layer.mark {
                *values = Some(list);
            }
        })
    }

    #[track_caller]
    fn set_sizes(&self, numbers: &Tensor) -> Figure {
        let list = self.of_points("sizes", numbers);
        self.last(|layer| {
            if let Mark::Points { sizes, .. } = &mut layer.mark {
                *sizes = Some(list);
            }
        })
    }

    #[track_caller]
    fn of_points(&self, op: &str, list: &Tensor) -> Numbers {
        let points = match self.current().layers.last().map(|layer| &layer.mark) {
            Some(Mark::Points { x, .. }) => x.len(),
            _ => Error::new(op, "there are no points to apply it to")
                .help("call it right after .scatter(x, y)")
                .raise(),
        };
        if points != list.numel() {
            Error::new(
                op,
                format!(
                    "needs a number for every point: {points} points, {} numbers, shape {:?}",
                    list.numel(),
                    list.shape()
                ),
            )
            .raise();
        }
        list.numbers().into()
    }

    /// Adds points at (x, y), one colour, marker and name for each class.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().scatter_by([1.0, 2.0, 3.0], [1.0, 0.0, 1.0], [0, 1, 1]);
    /// assert!(figure.to_svg().contains("class 1"));
    /// ```
    ///
    /// # Panics
    /// If x, y and the classes differ in number.
    #[track_caller]
    pub fn scatter_by(
        &self,
        x: impl TensorData,
        y: impl TensorData,
        classes: impl TensorData,
    ) -> Figure {
        let (x, y) = pair("scatter_by", &numbers(x), &numbers(y));
        self.points_of_classes(&x, &y, &numbers(classes))
    }

    #[track_caller]
    fn points_of_classes(&self, x: &[f64], y: &[f64], classes: &Tensor) -> Figure {
        if classes.numel() != x.len() {
            Error::new(
                "scatter_by",
                format!(
                    "needs a class for every point: {} points, {} classes, shape {:?}",
                    x.len(),
                    classes.numel(),
                    classes.shape()
                ),
            )
            .raise();
        }
        let classes = classes.numbers();
        let mut kinds = classes.clone();
        kinds.sort_by(f64::total_cmp);
        kinds.dedup_by(|a, b| a.total_cmp(b).is_eq());
        // Points of one class lie together, so one pass finds each class's.
        let mut order: Vec<usize> = (0..classes.len()).collect();
        order.sort_by(|&a, &b| classes[a].total_cmp(&classes[b]));
        let mut rest = &order[..];
        let mut figure = self.clone();
        for (i, kind) in kinds.iter().enumerate() {
            let count = rest
                .iter()
                .take_while(|&&j| classes[j].total_cmp(kind).is_eq())
                .count();
            let (mine, others) = rest.split_at(count);
            rest = others;
            figure = figure.with(Mark::Points {
                x: mine.iter().map(|&j| x[j]).collect(),
                y: mine.iter().map(|&j| y[j]).collect(),
                values: None,
                sizes: None,
            });
            figure = figure.last(|layer| {
                layer.label = format!("class {kind}");
                layer.look.marker = Some(MARKERS[i % MARKERS.len()]);
            });
        }
        figure
    }

    /// Renames the series of the panel that have a name, in order.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().scatter_by([1, 2], [1, 2], [0, 1]).labels(["cat", "dog"]);
    /// assert!(figure.to_svg().contains("dog"));
    /// ```
    pub fn labels(&self, labels: impl Names) -> Figure {
        self.rename(labels.names())
    }

    fn rename(&self, labels: Vec<String>) -> Figure {
        self.panel(|panel| {
            let named = panel
                .layers
                .iter_mut()
                .filter(|layer| !layer.label.is_empty());
            for (layer, label) in named.zip(labels) {
                layer.label = label;
            }
        })
    }

    /// Adds a histogram: how many values fall into each of `bins` equal ranges.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().hist(&randn(&[1000]), 30).xlabel("value");
    /// assert!(figure.to_svg().contains("<path"));
    /// ```
    #[track_caller]
    pub fn hist(&self, values: impl TensorData, bins: usize) -> Figure {
        self.bins(&numbers(values), bins)
    }

    #[track_caller]
    fn bins(&self, values: &Tensor, bins: usize) -> Figure {
        if bins == 0 {
            Error::new("hist", "needs at least one bin, it has 0").raise();
        }
        let (edges, heights) = histogram(&values.numbers(), bins.min(10_000));
        self.with(Mark::Histogram {
            edges: edges.into(),
            heights: heights.into(),
        })
    }

    /// Makes the area of the histogram added last 1, so that it compares with a density.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().hist([0.0, 1.0, 2.0, 3.0], 2).density();
    /// assert!(figure.to_svg().contains(">0.3<"));
    /// ```
    pub fn density(&self) -> Figure {
        self.last(|layer| {
            if let Mark::Histogram { edges, heights } = &mut layer.mark {
                let total: f64 = heights.iter().sum();
                *heights = edges
                    .windows(2)
                    .zip(heights.iter())
                    .map(|(edge, &n)| n / total / (edge[1] - edge[0]))
                    .collect();
            }
        })
    }

    /// Adds a bar for each whole number among the values, as high as it occurs: how many examples
    /// every class has.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().counts([0, 1, 1, 5]).xlabel("class");
    /// assert!(figure.to_svg().contains("class"));
    /// ```
    #[track_caller]
    pub fn counts(&self, values: impl TensorData) -> Figure {
        self.count(&numbers(values))
    }

    fn count(&self, values: &Tensor) -> Figure {
        let (edges, heights) = counted(&values.numbers());
        self.with(Mark::Histogram {
            edges: edges.into(),
            heights: heights.into(),
        })
    }

    /// Adds bars with a name below each. Several calls put theirs side by side.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new()
    ///     .bar(["SGD", "Adam"], [0.91, 0.97])
    ///     .label("train")
    ///     .bar(["SGD", "Adam"], [0.90, 0.94])
    ///     .label("valid");
    /// assert!(figure.to_svg().contains("Adam"));
    /// ```
    ///
    /// # Panics
    /// If there are not as many names as heights.
    #[track_caller]
    pub fn bar(&self, names: impl Names, heights: impl TensorData) -> Figure {
        self.standing(names.names(), &numbers(heights))
    }

    #[track_caller]
    fn standing(&self, names: Vec<String>, heights: &Tensor) -> Figure {
        let names = named("bar", names, heights);
        self.with(Mark::Bars {
            heights: heights.numbers().into(),
            lying: false,
        })
        .panel(|panel| panel.x.ticks = Some(longer(panel.x.ticks.take(), names)))
    }

    /// Adds bars that lie, with a name left of each, the first on top: for long names.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().barh(["a rather long name", "another"], [3.0, 4.0]);
    /// assert!(figure.to_svg().contains("a rather long name"));
    /// ```
    ///
    /// # Panics
    /// If there are not as many names as lengths.
    #[track_caller]
    pub fn barh(&self, names: impl Names, lengths: impl TensorData) -> Figure {
        self.lying(names.names(), &numbers(lengths))
    }

    #[track_caller]
    fn lying(&self, names: Vec<String>, lengths: &Tensor) -> Figure {
        let names = named("barh", names, lengths);
        self.with(Mark::Bars {
            heights: lengths.numbers().into(),
            lying: true,
        })
        .panel(|panel| {
            panel.y.ticks = Some(longer(panel.y.ticks.take(), names));
            panel.y.flip = true;
        })
    }

    /// Adds a box from the first to the third quartile with a line at the median; whiskers reach
    /// to the last value within 1.5 times the box's height, and what lies beyond is a point.
    ///
    /// Each call puts its box right of the one before, with its label below it.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new()
    ///     .boxplot([1.0, 2.0, 3.0, 9.0])
    ///     .label("SGD")
    ///     .boxplot([2.0, 2.5, 3.0])
    ///     .label("Adam");
    /// assert!(figure.to_svg().contains("Adam"));
    /// ```
    #[track_caller]
    pub fn boxplot(&self, values: impl TensorData) -> Figure {
        let at = self
            .current()
            .layers
            .iter()
            .filter(|layer| matches!(layer.mark, Mark::Box { .. }))
            .count();
        self.with(Mark::Box {
            at,
            values: numbers(values).numbers().into(),
        })
    }

    /// Adds points at (x, y) with a bar from y - error to y + error.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().errorbar([1, 2, 3], [0.9, 0.8, 0.85], [0.05, 0.02, 0.01]);
    /// assert!(figure.to_svg().contains("<path"));
    /// ```
    ///
    /// # Panics
    /// If x, y and the errors differ in number.
    #[track_caller]
    pub fn errorbar(
        &self,
        x: impl TensorData,
        y: impl TensorData,
        error: impl TensorData,
    ) -> Figure {
        let y = numbers(y);
        let (_, error) = pair("errorbar", &y, &numbers(error));
        let (x, y) = pair("errorbar", &numbers(x), &y);
        self.with(Mark::Errors { x, y, error })
    }

    /// Fills the band between two lines, in the colour of the series before it.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let epoch = [1.0, 2.0, 3.0];
    /// let figure = Figure::new()
    ///     .line(epoch, [0.5, 0.7, 0.8])
    ///     .fill_between(epoch, [0.4, 0.6, 0.75], [0.6, 0.8, 0.85]);
    /// assert!(figure.to_svg().contains("fill-opacity"));
    /// ```
    ///
    /// # Panics
    /// If x, low and high differ in number.
    #[track_caller]
    pub fn fill_between(
        &self,
        x: impl TensorData,
        low: impl TensorData,
        high: impl TensorData,
    ) -> Figure {
        let low = numbers(low);
        let (_, high) = pair("fill_between", &low, &numbers(high));
        let (x, low) = pair("fill_between", &numbers(x), &low);
        self.with(Mark::Band {
            x,
            low,
            high,
            of_next: false,
        })
    }
}

/// A name for each number.
#[track_caller]
fn named(op: &str, names: Vec<String>, heights: &Tensor) -> Vec<(f64, String)> {
    if names.len() != heights.numel() {
        Error::new(
            op,
            format!(
                "needs a name for every bar: {} names, {} numbers, shape {:?}",
                names.len(),
                heights.numel(),
                heights.shape()
            ),
        )
        .raise();
    }
    (0..).map(f64::from).zip(names).collect()
}

/// Of two lists of marks the longer one.
fn longer(old: Option<Vec<(f64, String)>>, new: Vec<(f64, String)>) -> Vec<(f64, String)> {
    match old {
        Some(old) if old.len() > new.len() => old,
        _ => new,
    }
}

#[track_caller]
pub(super) fn numbers(data: impl TensorData) -> Tensor {
    tensor_of(DType::F64, data)
}

#[track_caller]
pub(super) fn pair(op: &str, x: &Tensor, y: &Tensor) -> (Numbers, Numbers) {
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
    (x.numbers().into(), y.numbers().into())
}

/// Edges and counts of equal bins between the smallest and the largest finite value.
pub(super) fn histogram(values: &[f64], bins: usize) -> (Vec<f64>, Vec<f64>) {
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

/// Edges around every whole number from the smallest to the largest, and how often each occurs;
/// a range too wide for that has equal bins.
fn counted(values: &[f64]) -> (Vec<f64>, Vec<f64>) {
    const MOST: f64 = 2000.0;
    let finite = || values.iter().copied().filter(|v| v.is_finite());
    let low = finite().fold(f64::INFINITY, f64::min).round();
    let high = finite().fold(f64::NEG_INFINITY, f64::max).round();
    if low > high {
        return (Vec::new(), Vec::new());
    }
    if high / 2.0 - low / 2.0 > MOST / 2.0 || low.abs().max(high.abs()) > 1e12 {
        return histogram(values, 100);
    }
    let bins = (high - low) as usize + 1;
    let mut counts = vec![0.0; bins];
    for v in finite() {
        counts[((v - low).round().max(0.0) as usize).min(bins - 1)] += 1.0;
    }
    let edges = (0..=bins).map(|i| low - 0.5 + i as f64).collect();
    (edges, counts)
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn whole_numbers_have_a_bar_each() {
        let (edges, counts) = counted(&[3.0, 1.0, 3.0, f64::NAN]);
        assert_eq!(edges, [0.5, 1.5, 2.5, 3.5]);
        assert_eq!(counts, [1.0, 0.0, 2.0]);
        assert_eq!(counted(&[-1e300, 1e300]).1.len(), 100);
        assert_eq!(counted(&[]), (vec![], vec![]));
    }
}
