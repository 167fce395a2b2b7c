//! Bytes as numbers from 0 to 1.

use crate::dtype::DType;
use crate::error::{Error, OrRaise};
use crate::shape::show;
use crate::tensor::Tensor;
use crate::transforms::{Transform, shown_by_name};

/// Whole numbers from 0 to 255, as cameras and files have them, as a picture of floats from 0 to 1
/// (`torchvision.transforms.ToTensor`).
///
/// y = x / 255, with the channels first: `[h, w, c] -> [c, h, w]`, a grey `[h, w] -> [1, h, w]`, a
/// batch `[n, h, w, c] -> [n, c, h, w]`. What [`read_image`](crate::data::read_image) and the data sets
/// give is such a picture already.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = ToTensor.apply(&tensor([[[255, 0, 51]]]));
/// assert_close(&x, [[[1.0]], [[0.0]], [[0.2]]]);
/// ```
#[derive(Clone, Copy)]
pub struct ToTensor;

impl Transform for ToTensor {
    fn apply(&self, x: &Tensor) -> Tensor {
        check(x).or_raise();
        let x = match x.ndim() {
            2 => x.unsqueeze(0),
            3 => x.permute([2, 0, 1]),
            _ => x.permute([0, 3, 1, 2]),
        };
        x.float() / 255.0
    }

    fn name(&self) -> String {
        "ToTensor".to_owned()
    }
}

shown_by_name!(ToTensor);

fn check(x: &Tensor) -> Result<(), Error> {
    let shape = show(x.shape());
    if x.dtype() != DType::I64 {
        return Err(Error::new(
            "ToTensor",
            format!(
                "takes whole numbers from 0 to 255, the input {shape} is {}",
                x.dtype()
            ),
        )
        .help("floats from 0 to 1 need no ToTensor"));
    }
    if !(2..=4).contains(&x.ndim()) {
        return Err(Error::new(
            "ToTensor",
            format!("takes [height, width] or [height, width, channels], the input is {shape}"),
        ));
    }
    let values = x.values::<i64>();
    match values.iter().find(|value| !(0..=255).contains(*value)) {
        None => Ok(()),
        Some(value) => Err(Error::new(
            "ToTensor",
            format!("takes whole numbers from 0 to 255, the input {shape} has {value}"),
        )),
    }
}
