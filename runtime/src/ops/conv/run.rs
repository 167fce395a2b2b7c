//! Convolutions of tensors, whose shapes were checked.

use super::geometry::Geometry;
use super::plan::Plan;
use super::sums::sums;
use super::weights::gradient;
use crate::dtype::with_real;
use crate::ops::kernel::pairwise_sum;
use crate::shape::Dims;
use crate::tensor::Tensor;
use crate::threads;

/// The output for an input.
pub(crate) fn outputs(
    g: &Geometry,
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    shape: &[usize],
) -> Tensor {
    run(
        &Plan::forward(&g.axes),
        &g.forward(),
        [x, weight],
        bias,
        shape,
    )
}

/// The gradient of the input from that of the output; or the output of a transposed convolution.
pub(crate) fn inputs(
    g: &Geometry,
    grad: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    shape: &[usize],
) -> Tensor {
    run(
        &Plan::backward(&g.axes),
        &g.backward(),
        [grad, weight],
        bias,
        shape,
    )
}

fn run(
    plan: &Plan,
    channels: &super::sums::Channels,
    [source, weight]: [&Tensor; 2],
    bias: Option<&Tensor>,
    shape: &[usize],
) -> Tensor {
    with_real!(source.dtype(), T => {
        let (x, w) = (source.values::<T>(), weight.values::<T>());
        let b = bias.map(|bias| bias.values::<T>());
        let out = sums::<T>(plan, channels, &x, &w, b.as_deref());
        Tensor::from_values(out, Dims::from_slice(shape))
    })
}

/// The gradient of the weight.
pub(crate) fn weights(g: &Geometry, x: &Tensor, grad: &Tensor, shape: &[usize]) -> Tensor {
    let plan = Plan::forward(&g.axes);
    with_real!(x.dtype(), T => {
        let (x, grad) = (x.values::<T>(), grad.values::<T>());
        let out = gradient::<T>(&plan, &g.forward(), &x, &grad);
        Tensor::from_values(out, Dims::from_slice(shape))
    })
}

/// The gradient of the bias: the sum of each channel.
pub(crate) fn bias(grad: &Tensor) -> Tensor {
    let (images, channels) = (grad.shape()[0], grad.shape()[1]);
    let size: usize = grad.shape()[2..].iter().product();
    with_real!(grad.dtype(), T => {
        let values = grad.values::<T>();
        let parallel = values.len() > threads::GRAIN;
        let sums = threads::collect(channels, parallel, |channel| {
            let plane = |image| &values[(image * channels + channel) * size..][..size];
            let sums: Vec<T> = (0..images).map(|image| pairwise_sum(plane(image))).collect();
            pairwise_sum(&sums)
        });
        Tensor::from_values::<T>(sums, Dims::from_slice(&[channels]))
    })
}
