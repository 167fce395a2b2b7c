//! Pictures of numbers, with matplotlib's habits.
//!
//! A [`Figure`] holds what its panels show. `layout` finds the places, `draw` and `marks` make a
//! scene of lines, areas and texts in pixels, and `svg` writes it.

mod annotate;
mod axes;
mod board;
mod clip;
mod color;
mod contour;
mod draw;
mod extent;
mod figure;
mod image;
mod images;
mod label;
mod layout;
mod legend;
mod marks;
mod names;
mod panel;
mod raster;
mod scene;
mod series;
mod staples;
mod style;
mod surface;
mod svg;
mod ticks;

pub use board::Board;
pub use figure::Figure;
pub use image::{Image, imshow};
pub use images::image_grid;
pub use names::Names;
pub use staples::{
    activation, confusion_matrix, decision_boundary, kernels, metric_curves, predictions,
    reconstructions, weight_histograms,
};
