//! Gradients checked against differences.

use crate::error::Error;
use crate::tensor::Tensor;

/// The step of the differences: near the cube root of f64's precision, where the error of the
/// difference and that of rounding are equally small.
const STEP: f64 = 1e-5;
const TOLERANCE: f64 = 1e-6;

/// Panics unless `backward` through `f` agrees with central differences, for every element of
/// every input.
///
/// (f(x + h) - f(x - h)) / 2h ≈ f'(x). The inputs must be f64: f32 has too few digits for
/// differences. Outputs with several elements are weighted and summed first.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = tensor_of(DType::F64, [[0.3, -1.2], [2.0, 0.7]]);
/// gradcheck(|x| x[0].tanh() * x[0].exp(), &[&x]);
/// ```
#[track_caller]
pub fn gradcheck(f: impl Fn(&[Tensor]) -> Tensor, inputs: &[&Tensor]) {
    let inputs: Vec<Tensor> = inputs.iter().map(|&x| x.clone()).collect();
    if let Err(error) = check(&f, &inputs) {
        error.raise();
    }
}

/// As [`gradcheck`], with the result as a value.
pub(crate) fn check(f: &dyn Fn(&[Tensor]) -> Tensor, inputs: &[Tensor]) -> Result<(), Error> {
    for (i, x) in inputs.iter().enumerate() {
        if x.dtype() != crate::dtype::DType::F64 {
            return Err(Error::new(
                "gradcheck",
                format!(
                    "input {i} of shape {:?} is {}, not f64",
                    x.shape(),
                    x.dtype()
                ),
            )
            .help("x.double()"));
        }
    }
    let leaves: Vec<Tensor> = inputs.iter().map(|x| x.detach().requires_grad()).collect();
    let output = f(&leaves);
    let weights = weights(output.shape());
    if !output.needs_grad() {
        return Err(Error::new(
            "gradcheck",
            format!(
                "the output of shape {:?} does not depend on any of the {} inputs",
                output.shape(),
                inputs.len()
            ),
        )
        .help("f computes its result from the tensors it is given"));
    }
    output.backward_with(&weights);

    let loss = |values: &[Tensor]| -> f64 {
        let output = f(values).numbers();
        output
            .iter()
            .zip(weights.numbers())
            .map(|(y, w)| y * w)
            .sum()
    };
    for (i, x) in inputs.iter().enumerate() {
        let grad = leaves[i].try_grad().map(|grad| grad.numbers());
        let base = x.numbers();
        for element in 0..base.len() {
            let shifted = |step: f64| {
                let mut numbers = base.clone();
                numbers[element] += step;
                let mut values = inputs.to_vec();
                values[i] = Tensor::from_values(numbers, x.shape());
                loss(&values)
            };
            let difference = (shifted(STEP) - shifted(-STEP)) / (2.0 * STEP);
            let found = grad.as_ref().map_or(0.0, |grad| grad[element]);
            let apart = (found - difference).abs();
            if apart.is_nan() || apart > TOLERANCE * (1.0 + difference.abs()) {
                let name = output.grad_fn().unwrap_or("gradcheck");
                return Err(Error::new(
                    name,
                    format!(
                        "input {i} of shape {:?}, element {element}: backward gives {}, \
                         differences {}",
                        x.shape(),
                        nine_digits(found),
                        nine_digits(difference)
                    ),
                ));
            }
        }
    }
    Ok(())
}

/// `x` to nine digits: differences have no more that are right.
fn nine_digits(x: f64) -> f64 {
    format!("{x:.8e}").parse().unwrap_or(x)
}

/// Distinct weights, so that no two elements of an output can stand in for each other.
fn weights(shape: &[usize]) -> Tensor {
    let count = crate::shape::numel(shape);
    let values: Vec<f64> = (0..count)
        .map(|i| 1.0 + 0.5 * (3.0 * i as f64).sin())
        .collect();
    Tensor::from_values(values, shape)
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    struct Wrong;

    impl Op for Wrong {
        fn name(&self) -> &'static str {
            "wrong"
        }

        fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
            Ok(x[0].square())
        }

        fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
            vec![Some(grad * saved.input(0))]
        }
    }

    #[test]
    #[should_panic(
        expected = "wrong: input 0 of shape [1], element 0: backward gives 3, differences"
    )]
    fn a_wrong_gradient_is_found() {
        let x = tensor_of(DType::F64, [3.0]);
        gradcheck(|x| Tensor::apply(Wrong, &[&x[0]]), &[&x]);
    }
}
