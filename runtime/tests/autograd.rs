//! Automatic differentiation as a cell uses it.

use cuaderno::prelude::*;

/// y = x³, with the gradient that `slope` says.
struct Cube {
    slope: fn(&Tensor) -> Tensor,
}

impl Op for Cube {
    fn name(&self) -> &'static str {
        "cube"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(x[0].square() * x[0])
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        vec![Some(grad * (self.slope)(saved.input(0)))]
    }

    fn saves(&self) -> Saves {
        Saves::Inputs
    }
}

fn cube(x: &Tensor, slope: fn(&Tensor) -> Tensor) -> Tensor {
    Tensor::apply(Cube { slope }, &[x])
}

#[test]
fn an_op_of_ones_own() {
    let right = |x: &Tensor| x.square() * 3.0;
    let x = tensor_of(DType::F64, [[0.5, -1.0], [2.0, 0.0]]);
    gradcheck(|x| cube(&x[0], right), &[&x]);
    gradcheck(|x| cube(&x[0].t(), right).matmul(&x[0]), &[&x]);
    let leaf = x.requires_grad();
    let y = cube(&leaf, right);
    assert_eq!(y.grad_fn(), Some("cube"));
    assert_eq!(y.graph().to_string(), "cube [2, 2]\n└─ leaf [2, 2]");
    y.sum().backward();
    assert_close(&leaf.grad(), x.square() * 3.0);
}

#[test]
#[should_panic(expected = "cube: input 0 of shape [2], element 1: backward gives 12.8468271")]
fn a_wrong_gradient_of_ones_own_is_found() {
    let wrong = |x: &Tensor| x.square() * 3.0 + x.gt(1.5).double() * 1e-4;
    let x = tensor_of(DType::F64, [1.0, 2.0]);
    gradcheck(|x| cube(&x[0], wrong), &[&x]);
}

#[test]
fn gradients_add_up_until_they_are_zeroed() {
    let w = tensor([2.0]).requires_grad();
    for _ in 0..3 {
        w.square().sum().backward();
    }
    assert_close(&w.grad(), [12.0]);
    // `grad` neither reads nor changes what has added up.
    assert_close(&grad(&w.square().sum(), &[&w])[0], [4.0]);
    assert_close(&w.grad(), [12.0]);
    w.zero_grad();
    assert!(w.try_grad().is_none());
}

#[test]
fn backward_runs_inside_no_grad() {
    let w = tensor([2.0]).requires_grad();
    let y = w.square().sum();
    no_grad(|| y.backward());
    assert_close(&w.grad(), [4.0]);
}

#[test]
fn a_change_that_no_gradient_reads_is_allowed() {
    let w = tensor([2.0]).requires_grad();
    let y = (&w + 1.0).sum();
    no_grad(|| w.mul_(10.0));
    y.backward();
    assert_close(&w.grad(), [1.0]);
}

#[test]
fn hooks_clip_and_look() {
    let w = tensor([100.0, 1.0]).requires_grad();
    let norms = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = norms.clone();
    w.register_hook(move |grad| seen.lock().unwrap().push(grad.square().sum().sqrt().item()));
    let handle = w.register_hook(|grad| grad / grad.square().sum().sqrt());
    (&w * tensor([3.0, 4.0])).sum().backward();
    assert_close(&w.grad(), [0.6, 0.8]);
    handle.remove();
    w.zero_grad();
    (&w * tensor([3.0, 4.0])).sum().backward();
    assert_close(&w.grad(), [3.0, 4.0]);
    assert_eq!(*norms.lock().unwrap(), [5.0, 5.0]);
}

/// Gives its input as the gradient, place in the graph and all.
struct Echo;

impl Op for Echo {
    fn name(&self) -> &'static str {
        "echo"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(inputs[0].copy())
    }

    fn backward(&self, saved: &Saved, _: &Tensor) -> Vec<Option<Tensor>> {
        vec![Some(saved.input(0).clone())]
    }
}

#[test]
fn a_gradient_has_no_history() {
    let x = tensor([2.0]).requires_grad();
    let y = &x * 3.0;
    let found = grad(&Tensor::apply(Echo, &[&y]).sum(), &[&y]);
    assert_close(&found[0], [6.0]);
    assert!(!found[0].needs_grad());
    Tensor::apply(Echo, &[&(&x * 3.0)]).sum().backward();
    assert_close(&x.grad(), [18.0]);
    assert!(!x.grad().needs_grad());
}
