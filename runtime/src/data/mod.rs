//! Data sets, tables, batches, and what is done to data before training.

mod builtin;
mod csv;
mod dataset;
mod examples;
mod generated;
mod label;
mod loader;
mod scaler;
mod split;
mod table;

pub use builtin::{breast_cancer, diabetes, digits, iris, wine};
pub use csv::{Csv, read_csv};
pub use dataset::{Dataset, TensorDataset};
pub use examples::Examples;
pub use generated::{
    make_blobs, make_circles, make_counting, make_linear, make_moons, make_separable, make_sine,
    make_spirals, make_xor,
};
pub use label::LabelEncoder;
pub use loader::{Batches, DataLoader};
pub use scaler::StandardScaler;
pub use split::train_test_split;
pub use table::Table;
