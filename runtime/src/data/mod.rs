//! Data sets, batches, and what is done to data before training.

mod dataset;
mod diabetes;
mod loader;
mod scaler;
mod split;
mod table;

pub use dataset::{Dataset, TensorDataset};
pub use diabetes::diabetes;
pub use loader::{Batches, DataLoader};
pub use scaler::StandardScaler;
pub use split::train_test_split;
pub use table::Table;
