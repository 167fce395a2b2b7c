//! Lines from edge to edge, ranges, texts and arrows.

use super::Figure;
use super::panel::{Mark, Numbers};
use super::series::{numbers, pair};
use crate::tensor::TensorData;

impl Figure {
    /// Adds a level line from edge to edge.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().plot([3.0, 1.0]).hline(2.0).style("--").label("target");
    /// assert!(figure.to_svg().contains("target"));
    /// ```
    pub fn hline(&self, y: f64) -> Figure {
        self.with(Mark::Rule { at: y, level: true })
    }

    /// Adds an upright line from edge to edge.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().plot([3.0, 1.0, 2.0]).vline(1.0).label("early stop");
    /// assert!(figure.to_svg().contains("early stop"));
    /// ```
    pub fn vline(&self, x: f64) -> Figure {
        self.with(Mark::Rule {
            at: x,
            level: false,
        })
    }

    /// Fills the range of y from `low` to `high`, from edge to edge.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().plot([3.0, 1.0]).hspan(1.5, 2.5).label("noise");
    /// assert!(figure.to_svg().contains("noise"));
    /// ```
    pub fn hspan(&self, low: f64, high: f64) -> Figure {
        self.with(Mark::Span {
            low,
            high,
            level: true,
        })
    }

    /// Fills the range of x from `low` to `high`, from edge to edge.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().plot([3.0, 1.0]).vspan(0.2, 0.4).label("warm-up");
    /// assert!(figure.to_svg().contains("warm-up"));
    /// ```
    pub fn vspan(&self, low: f64, high: f64) -> Figure {
        self.with(Mark::Span {
            low,
            high,
            level: false,
        })
    }

    /// Adds a text in the middle of which the point (x, y) lies.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().plot([3.0, 1.0]).text(0.5, 2.0, "half way");
    /// assert!(figure.to_svg().contains("half way"));
    /// ```
    pub fn text(&self, x: f64, y: f64, text: &str) -> Figure {
        self.with(Mark::Note {
            text: text.to_owned(),
            x,
            y,
        })
    }

    /// Adds an arrow to the point (x, y), with a text at its other end (text_x, text_y).
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().plot([3.0, 1.0, 2.0]).annotate("minimum", 1.0, 1.0, 1.5, 2.5);
    /// assert!(figure.to_svg().contains("minimum"));
    /// ```
    pub fn annotate(&self, text: &str, x: f64, y: f64, text_x: f64, text_y: f64) -> Figure {
        self.with(Mark::Arrow {
            text: text.to_owned(),
            tail: (text_x, text_y),
            head: (x, y),
        })
    }

    /// Adds an arrow from one point to another.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().plot([3.0, 1.0]).arrow(0.0, 1.0, 0.5, 2.0);
    /// assert!(figure.to_svg().contains("<path"));
    /// ```
    pub fn arrow(&self, x: f64, y: f64, to_x: f64, to_y: f64) -> Figure {
        self.annotate("", to_x, to_y, x, y)
    }

    /// Adds an arrow (u, v) at every point (x, y), all at one scale: a field of gradients.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let grids = meshgrid(&[&linspace(-1.0, 1.0, 5), &linspace(-1.0, 1.0, 5)]);
    /// let (x, y) = (&grids[0], &grids[1]);
    /// let figure = Figure::new().quiver(x, y, &-x, &-y);
    /// assert!(figure.to_svg().contains("<path"));
    /// ```
    ///
    /// # Panics
    /// If x, y, u and v differ in number.
    #[track_caller]
    pub fn quiver(
        &self,
        x: impl TensorData,
        y: impl TensorData,
        u: impl TensorData,
        v: impl TensorData,
    ) -> Figure {
        let x = numbers(x);
        let (x_list, y) = pair("quiver", &x, &numbers(y));
        let (_, u): (Numbers, Numbers) = pair("quiver", &x, &numbers(u));
        let (_, v) = pair("quiver", &x, &numbers(v));
        self.with(Mark::Arrows { x: x_list, y, u, v })
    }
}
