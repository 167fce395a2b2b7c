//! What a notebook shows: values under several mime types, live displays, and results of cells.
//!
//! Three ways out, chosen when something is shown: the Cuaderno kernel takes everything at once
//! and again on every update; the stock `evcxr_jupyter` takes its own text convention; a plain
//! program gets text. The last two see only the final state of what changes.

mod bundle;
mod handle;
mod live;
mod progress;
mod result;
mod stock;

pub(crate) use bundle::img;
pub use bundle::{MimeBundle, Rich, escape_html};
pub use handle::{DisplayHandle, clear_output, display};
pub use live::flush;
pub(crate) use live::{Live, Pending, register};
pub use progress::{Progress, ProgressBar, progress, progress_bar};
pub use result::CellResult;
pub(crate) use result::rich_result;
