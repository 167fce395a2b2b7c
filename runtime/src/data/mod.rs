//! Data sets, tables, batches, and what is done to data before training.

mod builtin;
mod csv;
mod dataset;
mod encoders;
mod examples;
mod fetch;
mod generated;
mod idx;
mod image_file;
mod image_folder;
mod kfold;
mod label;
mod loader;
mod min_max;
mod pictures;
mod red_wine;
mod scaler;
mod split;
mod table;
mod workers;

pub use builtin::{breast_cancer, diabetes, digits, iris, wine};
pub use csv::{Csv, read_csv};
pub use dataset::{Dataset, Subset, TensorDataset, random_split};
pub use encoders::{OneHotEncoder, OrdinalEncoder};
pub use examples::Examples;
pub(crate) use fetch::Remote;
pub use generated::{
    make_blobs, make_circles, make_counting, make_linear, make_moons, make_separable, make_sine,
    make_spirals, make_xor,
};
pub use image_file::read_image;
pub use image_folder::ImageFolder;
pub use kfold::{Fold, KFold};
pub use label::LabelEncoder;
pub use loader::{Batches, DataLoader};
pub use min_max::MinMaxScaler;
pub use pictures::{Cifar10, FashionMnist, Mnist, Pictures};
pub use red_wine::red_wine;
pub use scaler::StandardScaler;
pub use split::{stratified_split, train_test_split};
pub use table::Table;
