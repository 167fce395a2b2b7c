//! Histograms, bars and boxes.

use super::Figure;
use super::names::Names;
use super::panel::Mark;
use super::series::numbers;
use crate::error::Error;
use crate::tensor::{Tensor, TensorData};

impl Figure {
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
    /// assert!(figure.to_svg().contains(">0.3"));
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
