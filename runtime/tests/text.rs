//! Tensors as text and as tables, in the style of NumPy and PyTorch.

use cuaderno::prelude::*;

fn all(tensors: &[Tensor]) -> String {
    tensors.iter().map(|x| format!("{x}\n")).collect()
}

#[test]
fn numbers() {
    let (nan, inf) = (f64::NAN, f64::INFINITY);
    let text = all(&[
        tensor(2.46813),
        tensor(-7),
        tensor(true),
        tensor([true, false]),
        tensor([1, -20, 3_000_000]),
        tensor([i64::MAX, i64::MIN]),
        tensor([9_007_199_254_740_993_i64]),
        tensor([0.1, 65504.0]).half(),
        tensor([0.1, 2.5, -1.0 / 3.0]),
        tensor_of(DType::F64, [0.1, 1.0 / 3.0]),
        tensor([1.0, nan, inf, -inf]),
        tensor([1.25, nan, -inf]),
        tensor([nan, nan]),
        tensor([1e-5, 1.0, 1e5]),
        tensor([1e10, -2.5e-10]),
        tensor([123456.789, 0.5]),
        tensor([0.333333, 100.0]),
        tensor([1.0, 2.0]).requires_grad(),
        tensor([1.0, 2.0]).requires_grad().exp(),
    ]);
    insta::assert_snapshot!(text, @r##"
    tensor(2.4681, shape=[], dtype=f32)
    tensor(-7, shape=[], dtype=i64)
    tensor(true, shape=[], dtype=bool)
    tensor([ true, false], shape=[2], dtype=bool)
    tensor([      1,     -20, 3000000], shape=[3], dtype=i64)
    tensor([ 9223372036854775807, -9223372036854775808], shape=[2], dtype=i64)
    tensor([9007199254740993], shape=[1], dtype=i64)
    tensor([    0.1, 65504.0], shape=[2], dtype=f16)
    tensor([ 0.1000,  2.5000, -0.3333], shape=[3], dtype=f32)
    tensor([0.1000, 0.3333], shape=[2], dtype=f64)
    tensor([  1.,  nan,  inf, -inf], shape=[4], dtype=f32)
    tensor([1.25,  nan, -inf], shape=[3], dtype=f32)
    tensor([nan, nan], shape=[2], dtype=f32)
    tensor([1.0e-05, 1.0e+00, 1.0e+05], shape=[3], dtype=f32)
    tensor([ 1.0e+10, -2.5e-10], shape=[2], dtype=f32)
    tensor([123456.7891,      0.5000], shape=[2], dtype=f32)
    tensor([  0.3333, 100.0000], shape=[2], dtype=f32)
    tensor([1., 2.], shape=[2], dtype=f32, requires_grad)
    tensor([2.7183, 7.3891], shape=[2], dtype=f32, grad_fn=exp)
    "##);
}

#[test]
fn shapes() {
    let text = all(&[
        zeros(&[0]),
        zeros(&[2, 0, 3]),
        tensor([[1.0, 2.5], [-3.0, 4.0]]),
        tensor([[1, 2, 3], [4, 5, 6]]).t(),
        arange(0, 24, 1).reshape(&[2, 3, 4]),
        arange(0, 16, 1).reshape(&[2, 2, 2, 2]),
        arange(0, 30, 1) * 1000,
        arange(0, 1001, 1),
        arange(0.0, 600.0, 1.0).reshape(&[300, 2]),
        zeros(&[2, 2000]).half(),
    ]);
    insta::assert_snapshot!(text, @r##"
    tensor([], shape=[0], dtype=f32)
    tensor([], shape=[2, 0, 3], dtype=f32)
    tensor([[ 1.0,  2.5],
            [-3.0,  4.0]], shape=[2, 2], dtype=f32)
    tensor([[1, 4],
            [2, 5],
            [3, 6]], shape=[3, 2], dtype=i64)
    tensor([[[ 0,  1,  2,  3],
             [ 4,  5,  6,  7],
             [ 8,  9, 10, 11]],

            [[12, 13, 14, 15],
             [16, 17, 18, 19],
             [20, 21, 22, 23]]], shape=[2, 3, 4], dtype=i64)
    tensor([[[[ 0,  1],
              [ 2,  3]],

             [[ 4,  5],
              [ 6,  7]]],


            [[[ 8,  9],
              [10, 11]],

             [[12, 13],
              [14, 15]]]], shape=[2, 2, 2, 2], dtype=i64)
    tensor([    0,  1000,  2000,  3000,  4000,  5000,  6000,  7000,  8000,  9000,
            10000, 11000, 12000, 13000, 14000, 15000, 16000, 17000, 18000, 19000,
            20000, 21000, 22000, 23000, 24000, 25000, 26000, 27000, 28000, 29000],
           shape=[30], dtype=i64)
    tensor([   0,    1,    2, ...,  998,  999, 1000], shape=[1001], dtype=i64)
    tensor([[  0.,   1.],
            [  2.,   3.],
            [  4.,   5.],
            ...,
            [594., 595.],
            [596., 597.],
            [598., 599.]], shape=[300, 2], dtype=f32)
    tensor([[0., 0., 0., ..., 0., 0., 0.],
            [0., 0., 0., ..., 0., 0., 0.]], shape=[2, 2000], dtype=f16)
    "##);
}

#[test]
fn tables_for_a_notebook() {
    let html = |x: Tensor| {
        x.mime_bundle()
            .get("text/html")
            .unwrap_or("none")
            .replace("><", ">\n<")
    };
    insta::assert_snapshot!(html(tensor([[1.5, f64::NAN], [-2.0, 3.25]]).half()), @r##"
    <table style="text-align:right">
    <thead>
    <tr>
    <th>
    </th>
    <th>0</th>
    <th>1</th>
    </tr>
    </thead>
    <tbody>
    <tr>
    <th>0</th>
    <td>1.50</td>
    <td>nan</td>
    </tr>
    <tr>
    <th>1</th>
    <td>-2.00</td>
    <td>3.25</td>
    </tr>
    </tbody>
    </table>
    <div style="opacity:.7;font-size:85%">tensor, shape=[2, 2], dtype=f16</div>
    "##);
    insta::assert_snapshot!(html(tensor([i64::MAX, 0])), @r##"
    <table style="text-align:right">
    <thead>
    <tr>
    <th>0</th>
    <th>1</th>
    </tr>
    </thead>
    <tbody>
    <tr>
    <td>9223372036854775807</td>
    <td>0</td>
    </tr>
    </tbody>
    </table>
    <div style="opacity:.7;font-size:85%">tensor, shape=[2], dtype=i64</div>
    "##);
    for x in [tensor(1.0), zeros(&[0, 2]), zeros(&[2, 2, 2])] {
        assert_eq!(html(x), "none");
    }
}
