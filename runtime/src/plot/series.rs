//! Lines, points and bands.

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
                layer.joined = i > 0;
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
