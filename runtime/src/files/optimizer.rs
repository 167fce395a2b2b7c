//! Optimisers and schedules as parts of a checkpoint.

use crate::dtype::DType;
use crate::error::Error;
use crate::files::{StateDict, Stateful};
use crate::optim::{
    CosineAnnealingLR, ExponentialLR, LinearLR, MultiStepLR, OneCycleLR, OptimState, Optimizer,
    ReduceLROnPlateau, Schedule, StepLR,
};
use crate::tensor::Tensor;

/// What comes before the names of numbers and of tensors.
const NUMBER: &str = "number";
const TENSOR: &str = "tensor";
/// The note that says whose state it is.
const KIND: &str = "kind";

/// Numbers become tensors of one f64, which keep all their bits.
fn stored(state: &OptimState) -> StateDict {
    let mut stored = StateDict::new();
    stored.set_note(KIND, &state.kind);
    for (name, value) in &state.numbers {
        stored.insert(
            &format!("{NUMBER}.{name}"),
            &Tensor::scalar(*value, DType::F64),
        );
    }
    for (name, tensor) in &state.tensors {
        stored.insert(&format!("{TENSOR}.{name}"), tensor);
    }
    stored
}

fn remembered(stored: &StateDict) -> Result<OptimState, Error> {
    let Some(kind) = stored.note(KIND) else {
        return Err(Error::new(
            "load_state",
            "the state of an optimiser or schedule is not there",
        ));
    };
    let mut state = OptimState::new(kind);
    for (name, tensor) in stored.part(NUMBER).iter() {
        if (tensor.numel(), tensor.dtype()) != (1, DType::F64) {
            return Err(Error::new(
                "load_state",
                format!("{name} is no number of type f64"),
            ));
        }
        state.set_number(name, tensor.item());
    }
    for (name, tensor) in stored.part(TENSOR).iter() {
        state.set_tensor(name, tensor);
    }
    Ok(state)
}

impl<O: Optimizer + ?Sized> Stateful for O {
    fn state(&self) -> StateDict {
        stored(&self.state_dict())
    }

    fn load_state(&mut self, state: &StateDict) -> Result<(), Error> {
        self.load_state_dict(&remembered(state)?)
    }
}

macro_rules! stateful {
    ($($type:ty),* $(,)?) => {$(
        impl Stateful for $type {
            fn state(&self) -> StateDict {
                stored(&self.state_dict())
            }

            fn load_state(&mut self, state: &StateDict) -> Result<(), Error> {
                self.load_state_dict(&remembered(state)?)
            }
        }
    )*};
}

stateful!(
    Box<dyn Optimizer>,
    Box<dyn Schedule>,
    CosineAnnealingLR,
    ExponentialLR,
    LinearLR,
    MultiStepLR,
    OneCycleLR,
    ReduceLROnPlateau,
    StepLR,
);
