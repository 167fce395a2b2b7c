//! Ops on f16: computed in f32, and the result rounded to f16.
//!
//! f16 is a type to store numbers in, on most processors without arithmetic of its own. Every op
//! therefore runs on f32, here, and knows nothing of f16.

use smallvec::SmallVec;

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::DType;
use crate::error::Error;
use crate::tensor::Tensor;

#[track_caller]
pub(super) fn apply(op: Box<dyn Op>, inputs: &[&Tensor]) -> Tensor {
    Tensor::apply_as_is(Half(op), inputs)
}

struct Half(Box<dyn Op>);

fn widened(x: &Tensor) -> Tensor {
    if x.dtype() == DType::F16 {
        x.detach().float()
    } else {
        x.clone()
    }
}

impl Op for Half {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn forward(&self, inputs: &[&Tensor]) -> Result<Tensor, Error> {
        let wide: SmallVec<[Tensor; 2]> = inputs.iter().map(|x| widened(x)).collect();
        let borrowed: SmallVec<[&Tensor; 2]> = wide.iter().collect();
        let value = self.0.forward(&borrowed)?;
        let is_view =
            |(x, wide): (&&Tensor, &Tensor)| x.dtype() == DType::F16 && value.shares_memory(wide);
        if inputs.iter().zip(&wide).any(is_view) {
            // Such an op only looks at shapes, so it can be run on the f16 elements themselves.
            return self.0.forward(inputs);
        }
        let has_wider = |x: &&Tensor| x.dtype() > DType::F16 && !x.0.is_number;
        if value.dtype() == DType::F32 && !inputs.iter().any(has_wider) {
            return Ok(value.half());
        }
        Ok(value)
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        let grads = self.0.backward(&saved.widened(), &widened(grad));
        let narrowed = |(i, grad): (usize, Option<Tensor>)| {
            let was_half = i < saved.count() && saved.dtype(i) == DType::F16;
            grad.map(|grad| if was_half { grad.half() } else { grad })
        };
        grads.into_iter().enumerate().map(narrowed).collect()
    }

    fn saves(&self) -> Saves {
        self.0.saves()
    }
}
