//! Losses: how far a prediction is from the truth, as one number.

mod mse;

pub use mse::mse_loss;
