//! Pictures of numbers, with matplotlib's habits.

mod board;
mod clip;
mod draw;
mod figure;
mod image;
mod legend;
mod ticks;

pub use board::Board;
pub use figure::Figure;
pub use image::{Image, imshow};
