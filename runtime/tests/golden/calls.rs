//! The calls of the files in `tests/golden`, word for word.

mod convolutions;
mod losses;
mod numbers;
mod parts;

use cuaderno::prelude::*;

/// A call on tensors x, y and z.
pub type Run = fn(&[Tensor]) -> Vec<Tensor>;

/// What a call may give.
trait Outputs {
    fn outputs(self) -> Vec<Tensor>;
}

impl Outputs for Tensor {
    fn outputs(self) -> Vec<Tensor> {
        vec![self]
    }
}

impl Outputs for (Tensor, Tensor) {
    fn outputs(self) -> Vec<Tensor> {
        vec![self.0, self.1]
    }
}

impl Outputs for Vec<Tensor> {
    fn outputs(self) -> Vec<Tensor> {
        self
    }
}

impl Outputs for bool {
    fn outputs(self) -> Vec<Tensor> {
        vec![tensor(self)]
    }
}

macro_rules! table {
    ($(|$($input:ident),+| $call:expr),* $(,)?) => {
        vec![$((stringify!($call), |inputs| {
            let [$($input),+] = inputs else {
                panic!("{} inputs for {}", inputs.len(), stringify!($call));
            };
            ($call).outputs()
        })),*]
    };
}

use table;

/// Every call, with its text.
pub fn calls() -> Vec<(&'static str, Run)> {
    [
        convolutions::calls(),
        losses::calls(),
        numbers::calls(),
        parts::calls(),
    ]
    .concat()
}
