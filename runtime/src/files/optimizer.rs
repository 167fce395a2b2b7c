//! Optimisers as parts of a checkpoint.

use crate::dtype::DType;
use crate::error::Error;
use crate::files::{StateDict, Stateful};
use crate::optim::Optimizer;
use crate::tensor::Tensor;

impl<O: Optimizer + ?Sized> Stateful for O {
    fn state(&self) -> StateDict {
        let mut state = StateDict::new();
        state.insert("lr", &Tensor::scalar(self.lr(), DType::F64));
        state
    }

    fn load_state(&mut self, state: &StateDict) -> Result<(), Error> {
        let lr = state.get("lr").filter(|lr| lr.numel() == 1);
        let lr = lr.ok_or_else(|| Error::new("load_state", "the state has no number lr"))?;
        self.set_lr(lr.item());
        Ok(())
    }
}
