//! Training: the loop, what is measured and kept, and the search for good settings.
//!
//! `training` has the loop alone; all that happens besides is a [`Callback`] in a file of its own.

mod best;
mod callback;
mod evaluate;
mod fit;
mod history;
mod keep;
mod live;
mod lr_find;
mod pace;
mod scores;
mod search;
mod trainer;
mod training;

pub use callback::{Callback, Run};
pub use evaluate::{evaluate, predict};
pub use fit::fit;
pub use history::History;
pub use lr_find::{LrFind, lr_find, lr_find_within};
pub use scores::Scores;
pub use search::{Outcome, Point, Search, SearchResult, Setting, Trial};
pub use trainer::Trainer;
