//! Names, limits and marks of axes, the legend and the colour bar.

use super::Figure;
use super::names::Names;
use super::panel::{Legend, Scale};
use super::series::numbers;
use crate::error::Error;
use crate::tensor::{Tensor, TensorData};

impl Figure {
    /// Names the horizontal axis.
    pub fn xlabel(&self, label: &str) -> Figure {
        self.panel(|panel| panel.x.label = label.to_owned())
    }

    /// Names the vertical axis.
    pub fn ylabel(&self, label: &str) -> Figure {
        self.y(|scale| scale.label = label.to_owned())
    }

    /// Makes the horizontal axis logarithmic; values that are not positive are left out.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().line([1e-4, 1e-2, 1.0], [0.9, 0.2, 0.7]).log_x();
    /// assert!(figure.to_svg().contains("10⁻²"));
    /// ```
    pub fn log_x(&self) -> Figure {
        self.panel(|panel| panel.x.log = true)
    }

    /// Makes the vertical axis logarithmic; values that are not positive are left out.
    pub fn log_y(&self) -> Figure {
        self.y(|scale| scale.log = true)
    }

    /// Sets the ends of the horizontal axis.
    #[track_caller]
    pub fn xlim(&self, low: f64, high: f64) -> Figure {
        let limits = limits("xlim", low, high);
        self.panel(|panel| panel.x.limits = Some(limits))
    }

    /// Sets the ends of the vertical axis.
    #[track_caller]
    pub fn ylim(&self, low: f64, high: f64) -> Figure {
        let limits = limits("ylim", low, high);
        self.y(|scale| scale.limits = Some(limits))
    }

    /// Turns the horizontal axis round, so that it falls from left to right.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().plot([1.0, 2.0]);
    /// assert!(figure.invert_xaxis().to_svg() != figure.to_svg());
    /// ```
    pub fn invert_xaxis(&self) -> Figure {
        self.panel(|panel| panel.x.flip = !panel.x.flip)
    }

    /// Turns the vertical axis round: down where it was up, up where it was down, as in images.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().plot([1.0, 2.0]);
    /// assert!(figure.invert_yaxis().to_svg() != figure.to_svg());
    /// ```
    pub fn invert_yaxis(&self) -> Figure {
        self.y(|scale| scale.flip = !scale.flip)
    }

    /// Sets the marks of the horizontal axis and what they say.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().line([0, 1], [3, 4]).xticks([0, 1], ["before", "after"]);
    /// assert!(figure.to_svg().contains("before"));
    /// ```
    ///
    /// # Panics
    /// If there are not as many names as places.
    #[track_caller]
    pub fn xticks(&self, at: impl TensorData, names: impl Names) -> Figure {
        let ticks = ticks("xticks", &numbers(at), names.names());
        self.set_xticks(ticks)
    }

    /// Sets the marks of the vertical axis and what they say.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().line([0, 1], [0, 1]).yticks([0, 1], ["no", "yes"]);
    /// assert!(figure.to_svg().contains("yes"));
    /// ```
    ///
    /// # Panics
    /// If there are not as many names as places.
    #[track_caller]
    pub fn yticks(&self, at: impl TensorData, names: impl Names) -> Figure {
        let ticks = ticks("yticks", &numbers(at), names.names());
        self.set_yticks(ticks)
    }

    /// Starts a second vertical axis, on the right: what follows is measured by it.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new()
    ///     .line([1, 2, 3], [0.5, 0.1, 0.3])
    ///     .label("weight")
    ///     .ylabel("weight")
    ///     .twinx()
    ///     .line([1, 2, 3], [200.0, 90.0, 40.0])
    ///     .label("loss")
    ///     .ylabel("loss")
    ///     .ylim(0.0, 250.0);
    /// assert!(figure.to_svg().contains("250"));
    /// ```
    pub fn twinx(&self) -> Figure {
        self.panel(|panel| panel.on_twin = true)
    }

    /// Makes one unit as long across as it is up.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let circle = Figure::new().line([0, 1], [0, 1]).equal();
    /// assert!(circle.to_svg().contains("<svg"));
    /// ```
    pub fn equal(&self) -> Figure {
        self.panel(|panel| panel.equal = true)
    }

    /// Leaves out the lines behind the data.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().line([0, 1], [0, 1]);
    /// assert!(figure.no_grid().to_svg().len() < figure.to_svg().len());
    /// ```
    pub fn no_grid(&self) -> Figure {
        self.panel(|panel| panel.no_grid = true)
    }

    /// Leaves out frame, marks and names of the axes.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().imshow(&eye(3)).no_axes();
    /// assert!(!figure.to_svg().contains("<text"));
    /// ```
    pub fn no_axes(&self) -> Figure {
        self.panel(|panel| panel.no_axes = true)
    }

    /// Says where the names of the series stand: "best", "outside", "none", "upper right",
    /// "upper left", "lower left" or "lower right".
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().line([0, 1], [0, 1]).label("one");
    /// assert!(figure.legend("none").to_svg().len() < figure.legend("outside").to_svg().len());
    /// ```
    ///
    /// # Panics
    /// If the place is unknown.
    #[track_caller]
    pub fn legend(&self, place: &str) -> Figure {
        let corner = |right, lower| Legend::Corner { right, lower };
        let legend = match place {
            "best" => Legend::Best,
            "outside" => Legend::Outside,
            "none" => Legend::None,
            "upper right" => corner(true, false),
            "upper left" => corner(false, false),
            "lower left" => corner(false, true),
            "lower right" => corner(true, true),
            _ => Error::new("legend", format!("there is no place {place:?}"))
                .help(
                    "\"best\", \"outside\", \"none\", \"upper right\", \"upper left\", \
                     \"lower left\" or \"lower right\"",
                )
                .raise(),
        };
        self.panel(|panel| panel.legend = legend)
    }

    /// Adds a bar that tells which colour stands for which number.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().imshow(&tensor([[0, 1], [2, 30]])).colorbar();
    /// assert!(figure.to_svg().contains(">30<"));
    /// ```
    pub fn colorbar(&self) -> Figure {
        self.panel(|panel| panel.colorbar = Some(String::new()))
    }

    /// Adds a colour bar with a name beside it.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().imshow(&eye(3)).colorbar_label("share");
    /// assert!(figure.to_svg().contains("share"));
    /// ```
    pub fn colorbar_label(&self, label: &str) -> Figure {
        self.panel(|panel| panel.colorbar = Some(label.to_owned()))
    }

    fn set_xticks(&self, ticks: Vec<(f64, String)>) -> Figure {
        self.panel(|panel| panel.x.ticks = Some(ticks))
    }

    fn set_yticks(&self, ticks: Vec<(f64, String)>) -> Figure {
        self.y(|scale| scale.ticks = Some(ticks))
    }

    /// A change of the vertical axis that the current series are measured by.
    fn y(&self, f: impl FnOnce(&mut Scale)) -> Figure {
        self.panel(|panel| {
            f(if panel.on_twin {
                &mut panel.twin
            } else {
                &mut panel.y
            });
        })
    }
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

#[track_caller]
fn ticks(op: &str, at: &Tensor, names: Vec<String>) -> Vec<(f64, String)> {
    if at.numel() != names.len() {
        Error::new(
            op,
            format!(
                "needs a name for every mark: {} marks, {} names",
                at.numel(),
                names.len()
            ),
        )
        .raise();
    }
    at.numbers().into_iter().zip(names).collect()
}
