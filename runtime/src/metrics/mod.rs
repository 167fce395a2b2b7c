//! How good predictions are, in numbers that people read.
//!
//! Every function takes the prediction first and the truth second, as the losses do
//! (scikit-learn's take the truth first). What a loss is to training, a metric is to its reader:
//! nothing here has a gradient.

mod accuracy;
mod averages;
pub(crate) mod classes;
mod confusion;
mod regression;
mod report;
mod roc;

pub use accuracy::{accuracy, top_k_accuracy};
pub use averages::{
    f1_per_class, f1_score, precision, precision_per_class, recall, recall_per_class,
};
pub use confusion::{ConfusionMatrix, confusion_matrix};
pub use regression::{mean_absolute_error, mean_squared_error, r2_score};
pub use report::{ClassificationReport, classification_report};
pub use roc::{RocCurve, roc_auc, roc_curve};
