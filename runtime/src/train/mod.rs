//! The training loop.

mod fit;
mod history;

pub use fit::fit;
pub use history::History;
