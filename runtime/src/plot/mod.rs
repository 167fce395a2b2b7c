//! Pictures of numbers, with matplotlib's habits.
//!
//! A [`Figure`] holds what its panels show. `layout` finds the places, `draw` and `marks` make a
//! scene of lines, areas and texts in pixels, and `svg` writes it.

mod annotate;
mod architecture;
mod axes;
mod bars;
mod board;
mod clip;
mod color;
mod contour;
mod counts;
mod decision;
mod diagram;
mod draw;
mod extent;
mod fields;
mod figure;
mod image;
mod images;
mod label;
mod layout;
mod legend;
mod letters;
mod lighten;
mod marks;
mod names;
mod network;
mod paint;
mod panel;
mod raster;
mod scene;
mod series;
mod shapes;
mod staples;
mod style;
mod surface;
mod svg;
mod ticks;

pub use board::Board;
pub use decision::plot_decision_boundary;
pub use figure::Figure;
pub use image::{Image, imshow};
pub use images::image_grid;
pub use names::Names;
pub use network::plot_network;
pub use staples::{
    plot_activation, plot_confusion_matrix, plot_gradients, plot_latent, plot_metric, plot_weights,
    show_kernels, show_predictions, show_reconstructions,
};
