//! Layers that go through a sequence step by step and carry a state along.

mod cells;
mod gru;
mod lstm;
mod rnn;
mod stack;

pub use cells::{GRUCell, LSTMCell, RNNCell};
pub use gru::GRU;
pub use lstm::LSTM;
pub use rnn::RNN;
