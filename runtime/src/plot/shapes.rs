//! Filled outlines: what drawings of ideas are made of.

use super::Figure;
use super::clip::Point;
use super::color::Rgb;
use super::draw::Painter;
use super::panel::{Layer, Mark, Numbers};
use super::scene::stroke;
use super::series::{numbers, pair};
use crate::tensor::TensorData;

impl Figure {
    /// Adds a closed outline through the points (x, y), filled.
    ///
    /// [`alpha`](Figure::alpha) sets how much the area hides, [`edgecolor`](Figure::edgecolor) and
    /// [`width`](Figure::width) draw the outline.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let triangle = Figure::new().fill([0, 1, 0], [0, 0, 1]).label("support");
    /// assert!(triangle.to_svg().contains("support"));
    /// ```
    ///
    /// # Panics
    /// If x and y differ in number.
    #[track_caller]
    pub fn fill(&self, x: impl TensorData, y: impl TensorData) -> Figure {
        let (x, y) = pair("fill", &numbers(x), &numbers(y));
        self.with(Mark::Shape { x, y })
    }

    /// Adds a filled rectangle from its corner (x, y), `width` to the right and `height` upward.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// // Where a kernel of 3 x 3 stands on an image.
    /// let figure = Figure::new()
    ///     .imshow(&eye(5))
    ///     .rectangle(-0.5, -0.5, 3.0, 3.0)
    ///     .alpha(0.2)
    ///     .edgecolor("red");
    /// assert!(figure.to_svg().contains("stroke=\"#f00\""));
    /// ```
    pub fn rectangle(&self, x: f64, y: f64, width: f64, height: f64) -> Figure {
        let (right, top) = (x + width, y + height);
        let x: Numbers = [x, right, right, x].into();
        let y: Numbers = [y, y, top, top].into();
        self.with(Mark::Shape { x, y })
    }
}

impl Painter<'_, '_> {
    pub(super) fn shape(&mut self, layer: &Layer, (x, y): (&[f64], &[f64]), color: Rgb) {
        let corners = x.iter().zip(y);
        // A corner without a place leaves the others.
        let outline: Vec<Point> = corners
            .filter_map(|(&x, &y)| self.place(x, y, layer.twin))
            .collect();
        if outline.len() < 3 {
            return;
        }
        let look = &layer.look;
        let edge = look
            .edge
            .map(|edge| stroke(edge.solid(), look.width.unwrap_or(1.2)));
        self.clip();
        let paint = color.paint(look.alpha.unwrap_or(0.8));
        self.scene.area(outline, paint, edge);
        self.unclip();
    }
}
