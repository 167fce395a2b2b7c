//! Half precision: what f16 can hold, and what is lost in it.

use cuaderno::prelude::*;
use cuaderno::tensor::TensorData;

fn half(values: impl TensorData) -> Tensor {
    tensor_of(DType::F64, values).half()
}

#[test]
fn range_and_rounding() {
    let x = half([65504.0, 65520.0, 1e-8, 6e-8, 0.1, 2049.0]);
    assert_eq!(
        x.to_vec_f64(),
        [
            65504.0,
            f64::INFINITY,
            0.0,
            5.960464477539063e-08,
            0.0999755859375,
            2048.0
        ]
    );
    assert_eq!((half(2048.0) + 1.0).item(), 2048.0);
    assert_eq!((half(2048.0) + half(1.0)).item(), 2048.0);
    assert_eq!((half(60000.0) + half(60000.0)).item(), f64::INFINITY);
    assert_eq!(half(300.0).square().item(), f64::INFINITY);
    assert_eq!((half(0.0) + 1e-8).item(), 0.0);
    assert!((half(1.0) / (half(0.0) + 1e-8)).item().is_infinite());
    assert!(half([f64::NAN]).item().is_nan());
}

#[test]
fn a_plain_number_is_not_rounded_first() {
    let scaled = half(1e-6) * 65536.0;
    assert_eq!(scaled.dtype(), DType::F16);
    assert_eq!(scaled.item(), 0.06640625);
    assert_eq!((half(0.5) * 100_000).item(), 49984.0);
    assert_eq!((100_000.0 * half(0.5)).item(), 49984.0);
    let x = half([0.5]);
    x.mul_(100_000.0);
    assert_eq!(x.item(), 49984.0);
    // Comparisons and powers are between numbers of the tensor's type.
    assert!(half([0.1]).eq(0.1).to_vec()[0] == 1.0);
    assert_eq!(half([3.0]).pow(2).dtype(), DType::F16);
    assert_eq!(
        where_(&tensor([true]), &half([3.0]), 0.0).dtype(),
        DType::F16
    );
}

#[test]
fn types_meet_as_in_pytorch() {
    let x = half([1.5, 2.0]);
    for other in [tensor([1, 2]), tensor([true, false]), half([1.0, 1.0])] {
        assert_eq!((&x + &other).dtype(), DType::F16);
        assert_eq!((&other * &x).dtype(), DType::F16);
    }
    assert_eq!((&x + tensor([1.0, 2.0])).dtype(), DType::F32);
    assert_eq!((&x / tensor_of(DType::F64, [1.0, 2.0])).dtype(), DType::F64);
    assert_eq!((&x * 2).dtype(), DType::F16);
    assert_eq!(x.matmul(&tensor([1.0, 1.0])).dtype(), DType::F32);
    assert_eq!(x.matmul(&half([1.0, 1.0])).dtype(), DType::F16);
    assert_eq!(cat(&[&x, &x], 0).dtype(), DType::F16);
    assert_eq!(x.mean().dtype(), DType::F16);
    assert_eq!(x.long().dtype(), DType::I64);
    assert_eq!(zeros_like(&x).dtype(), DType::F16);
    assert_eq!(tensor(&x).dtype(), DType::F16);
    assert_eq!(tensor_of(DType::F16, [[1, 2]]).shape(), [1, 2]);
    assert_eq!(tensor([1_u8, 255]).dtype(), DType::I64);
}

#[test]
fn sums_inside_one_op_do_not_overflow() {
    let x = ones(70_000).half();
    assert_eq!(x.mean().item(), 1.0);
    assert!(x.sum().item().is_infinite());
}

#[test]
fn views_share_memory() {
    let x = half([1.0, 2.0, 3.0, 4.0]).reshape(&[2, 2]);
    let row = x.select(0, 1);
    assert!(row.shares_memory(&x) && x.t().shares_memory(&x));
    row.add_(1.0);
    assert_close(&x, [[1.0, 2.0], [4.0, 5.0]]);
    x.t().select(0, 0).copy_(&tensor([7.0, 8.0]));
    assert_close(&x, [[7.0, 2.0], [8.0, 5.0]]);
    assert_eq!(
        x.to_string(),
        "tensor([[7., 2.],\n        [8., 5.]], shape=[2, 2], dtype=f16)"
    );
}

#[test]
fn changes_in_place_round_once() {
    let mut x = half([2048.0]);
    x += 1.0;
    assert_eq!(x.item(), 2048.0);
    x -= &tensor([0.5]);
    assert_eq!(x.item(), 2048.0);
    x /= 3;
    assert_eq!(x.item(), 682.5);
    x.fill_(1e-8);
    assert_eq!(x.item(), 0.0);
}

#[test]
fn gradients_have_the_type_of_their_tensor() {
    let w = tensor([3.0, 4.0]).requires_grad();
    let x = half([1.0, 2.0]).requires_grad();
    let y = (w.half() * &x).sum();
    assert_eq!((y.dtype(), y.grad_fn()), (DType::F16, Some("sum")));
    y.backward();
    assert_eq!(
        (w.grad().dtype(), x.grad().dtype()),
        (DType::F32, DType::F16)
    );
    assert_close(&w.grad(), [1.0, 2.0]);
    assert_close(&x.grad(), [3.0, 4.0]);
}

#[test]
fn a_small_gradient_vanishes_and_a_scaled_loss_saves_it() {
    let loss = |scale: f64| {
        let w = tensor([1e-2]).requires_grad();
        let error = w.half() * 1e-3;
        (error.square().sum() * scale).backward();
        w.grad().item() / scale
    };
    // dw = 2 w · 1e-6 is less than the smallest f16.
    assert_eq!(loss(1.0), 0.0);
    assert_close_within(loss(1024.0) / 2e-8, 1.0, 0.01);
}

#[test]
fn an_op_of_ones_own_sees_f32() {
    struct Double;
    impl Op for Double {
        fn name(&self) -> &'static str {
            "double"
        }
        fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
            assert_eq!(x[0].dtype(), DType::F32);
            Ok(x[0] * 2.0)
        }
        fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
            assert_eq!((saved.dtype(0), grad.dtype()), (DType::F32, DType::F32));
            assert_close(saved.input(0), [1.5]);
            assert_close(saved.output(), [3.0]);
            vec![Some(grad * 2.0)]
        }
    }
    let x = half([1.5]).requires_grad();
    let y = Tensor::apply(Double, &[&x]);
    assert_eq!(y.dtype(), DType::F16);
    y.sum().backward();
    assert_close(&x.grad(), [2.0]);
}

#[test]
#[should_panic(expected = "the input of square, shape [1], was changed in place")]
fn a_change_of_a_saved_value_is_noticed() {
    let x = half([1.5]).requires_grad();
    let y = x.square();
    no_grad(|| x.add_(1.0));
    y.sum().backward();
}

#[test]
fn a_change_of_a_saved_value_that_nothing_reads_is_allowed() {
    let (x, w) = (half([2.0]), half([3.0]).requires_grad());
    let y = (&x * &w).sum();
    // dw = dy x; w itself is saved for the gradient of x, which nobody asks for.
    no_grad(|| w.add_(1.0));
    y.backward();
    assert_close(&w.grad(), [2.0]);
}

#[test]
fn an_optimiser_steps_in_f16() {
    let w = half([1.0]).requires_grad();
    let mut opt = Sgd::new(params![w], 0.25);
    w.square().sum().backward();
    opt.step();
    assert_eq!((w.item(), w.dtype()), (0.5, DType::F16));
}
