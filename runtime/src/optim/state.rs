//! What an optimiser or a schedule has to remember between two sessions.

use crate::error::Error;
use crate::tensor::Tensor;

/// Named numbers and tensors: the state of an optimiser or of a schedule.
///
/// Numbers are f64 and have to be stored with all their bits for training to go on unchanged.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = tensor([1.0, 2.0]).requires_grad();
/// let opt = Adam::new(params![w], 0.001);
/// let state = opt.state_dict();
/// assert_eq!(state.kind, "Adam");
/// assert_eq!(state.number("group.0.lr"), Some(0.001));
/// ```
#[derive(Clone, Debug)]
pub struct OptimState {
    /// Whose state it is, such as `Adam`.
    pub kind: String,
    /// Settings and counts by name; a setting that is on or off is 1 or 0.
    pub numbers: Vec<(String, f64)>,
    /// What was computed of gradients, by name.
    pub tensors: Vec<(String, Tensor)>,
}

impl OptimState {
    /// The empty state of something.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert!(OptimState::new("Adam").numbers.is_empty());
    /// ```
    pub fn new(kind: &str) -> OptimState {
        OptimState {
            kind: kind.to_owned(),
            numbers: Vec::new(),
            tensors: Vec::new(),
        }
    }

    /// Adds a number.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let mut state = OptimState::new("Descent");
    /// state.set_number("lr", 0.1);
    /// assert_eq!(state.number("lr"), Some(0.1));
    /// ```
    pub fn set_number(&mut self, name: &str, value: f64) {
        self.numbers.push((name.to_owned(), value));
    }

    /// Adds a tensor.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let mut state = OptimState::new("Descent");
    /// state.set_tensor("velocity", &tensor([1.0, 2.0]));
    /// assert_close(&state.tensor("velocity").unwrap(), [1.0, 2.0]);
    /// ```
    pub fn set_tensor(&mut self, name: &str, value: &Tensor) {
        self.tensors.push((name.to_owned(), value.clone()));
    }

    /// The number of a name.
    pub fn number(&self, name: &str) -> Option<f64> {
        let found = self.numbers.iter().find(|(n, _)| n == name);
        found.map(|&(_, value)| value)
    }

    /// The tensor of a name.
    pub fn tensor(&self, name: &str) -> Option<Tensor> {
        let found = self.tensors.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.clone())
    }

    /// An error if this is the state of something else.
    pub(super) fn check_kind(&self, kind: &str) -> Result<(), Error> {
        if self.kind == kind {
            return Ok(());
        }
        Err(Error::new(
            "load_state_dict",
            format!("the state is of {}, not of {kind}", self.kind),
        )
        .help("make the same optimiser and the same schedule as in the run that was saved"))
    }

    /// The number of a name, which has to be there.
    pub(super) fn expect_number(&self, name: &str) -> Result<f64, Error> {
        self.number(name).ok_or_else(|| {
            Error::new(
                "load_state_dict",
                format!("the state of {} has no number {name}", self.kind),
            )
        })
    }
}
