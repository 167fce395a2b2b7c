//! Layers of convolutions and pooling: the numbers of the course, options and errors.

use std::panic::{AssertUnwindSafe, catch_unwind};

use cuaderno::prelude::*;

fn numbers(count: i64, shape: &[usize]) -> Tensor {
    arange(0, count, 1).float().reshape(shape)
}

#[track_caller]
fn refused(run: impl FnOnce() -> Tensor, expected: &str) {
    let payload = catch_unwind(AssertUnwindSafe(run)).expect_err("should be refused");
    let text = payload.downcast_ref::<String>().map(String::as_str);
    assert_eq!(text, Some(expected));
}

#[test]
fn examples_of_the_course() {
    let (x, k) = (numbers(9, &[1, 1, 3, 3]), numbers(4, &[1, 1, 2, 2]));
    assert_close(&x.conv2d(&k), [[[[19.0, 25.0], [37.0, 43.0]]]]);
    let padded = ConvOptions::new().padding(1);
    assert_close(
        &x.conv2d_with(&k, &padded),
        [[[
            [0.0, 3.0, 8.0, 4.0],
            [9.0, 19.0, 25.0, 10.0],
            [21.0, 37.0, 43.0, 16.0],
            [6.0, 7.0, 8.0, 0.0],
        ]]],
    );
    let y = x.conv2d_with(&k, &padded.stride([3, 2]));
    assert_close(&y, [[[[0.0, 8.0], [6.0, 8.0]]]]);
    let y = x.conv2d_with(&k, &padded.stride([2, 3]));
    assert_close(&y, [[[[0.0, 4.0], [21.0, 16.0]]]]);
    let windows = PoolOptions::new(2).stride(1);
    assert_close(&x.max_pool2d_with(&windows), [[[[4.0, 5.0], [7.0, 8.0]]]]);
    assert_close(&x.avg_pool2d_with(&windows), [[[[2.0, 3.0], [5.0, 6.0]]]]);
}

#[test]
fn sizes_of_the_course() {
    let shape = |layer: &dyn Module, size: &[usize]| layer.forward(&zeros(size)).shape().to_vec();
    let first = Conv2d::new(1, 16, 5).stride(1).padding(2);
    assert_eq!(shape(&first, &[1, 1, 28, 28]), [1, 16, 28, 28]);
    assert_eq!(first.weight.shape(), [16, 1, 5, 5]);
    assert_eq!(shape(&MaxPool2d::new(2), &[1, 16, 28, 28]), [1, 16, 14, 14]);
    assert_eq!(shape(&Conv2d::new(1, 1, 10), &[1, 415, 620]), [1, 406, 611]);
    let pool = AvgPool2d::new(3).stride(2);
    assert_eq!(shape(&pool, &[1, 5, 5]), [1, 2, 2]);
    let alex = Conv2d::new(3, 64, 11).stride(4).padding(2);
    assert_eq!(shape(&alex, &[1, 3, 224, 224]), [1, 64, 55, 55]);
    assert_eq!(
        shape(&MaxPool2d::new(3).stride(2), &[1, 64, 55, 55]),
        [1, 64, 27, 27]
    );
    let same = MaxPool2d::new(3).stride(1).padding(1);
    assert_eq!(shape(&same, &[1, 8, 9, 9]), [1, 8, 9, 9]);
    assert_eq!(
        shape(&Conv2d::new(8, 8, [7, 1]).padding("same"), &[1, 8, 9, 9]),
        [1, 8, 9, 9]
    );
    assert_eq!(
        shape(&AdaptiveAvgPool2d::new(1), &[2, 512, 7, 7]),
        [2, 512, 1, 1]
    );
    let depthwise = Conv2d::new(32, 32, 3).groups(32).no_bias();
    assert_eq!(depthwise.parameters().count(), 32 * 9);
}

#[test]
fn mnist_cnn_has_the_parameters_of_the_course() {
    let model = seq![
        Conv2d::new(1, 32, 3),
        ReLU,
        Conv2d::new(32, 32, 3),
        ReLU,
        MaxPool2d::new(2),
        Conv2d::new(32, 2, 3),
        ReLU,
        Flatten::new(),
        Linear::new(200, 50),
        ReLU,
        Linear::new(50, 10),
    ];
    assert_eq!(model.parameters().count(), 20_706);
    assert_eq!(model.forward(&zeros(&[5, 1, 28, 28])).shape(), [5, 10]);
}

/// The borders are those of `pad_mode`, whose numbers are compared with PyTorch's.
#[test]
fn padding_modes() {
    let x = numbers(40, &[2, 1, 4, 5]) * 0.1;
    for mode in ["reflect", "replicate", "circular"] {
        let conv = Conv2d::new(1, 3, 3).padding([1, 2]).padding_mode(mode);
        let padded = x.pad_mode([2, 2, 1, 1], mode);
        let options = ConvOptions::new().bias(&conv.bias());
        assert_close(
            &conv.forward(&x),
            padded.conv2d_with(&conv.weight, &options),
        );
        let conv = Conv1d::new(4, 2, 2)
            .padding("same")
            .padding_mode(mode)
            .no_bias();
        let padded = x.squeeze_dim(1).pad_mode([0, 1], mode);
        assert_close(
            &conv.forward(&x.squeeze_dim(1)),
            padded.conv1d(&conv.weight),
        );
    }
}

#[test]
fn first_weights_are_uniform_in_the_bound_of_pytorch() {
    manual_seed(0);
    let within = |x: &Tensor, bound: f64| {
        let largest = x.abs().max().item();
        assert!(
            largest <= bound && largest > 0.9 * bound,
            "{largest} in {bound}"
        );
        assert!(x.mean().abs().item() < 0.1 * bound);
    };
    let conv = Conv2d::new(8, 64, [3, 5]).groups(2);
    within(&conv.weight, 1.0 / 60_f64.sqrt());
    within(&conv.weight.requires_grad(), 1.0 / 60_f64.sqrt());
    assert!(conv.bias().abs().max().item() <= 1.0 / 60_f64.sqrt());
    within(
        &ConvTranspose2d::new(64, 16, 3).weight,
        1.0 / 144_f64.sqrt(),
    );
}

#[test]
fn names_show_what_is_not_usual() {
    let name = |layer: &dyn Module| layer.name();
    assert_eq!(
        name(&Conv2d::new(1, 16, 5).padding(2)),
        "Conv2d(1, 16, kernel=5, padding=2)"
    );
    let conv = Conv2d::new(4, 8, [3, 5])
        .stride(2)
        .dilation([1, 2])
        .groups(4)
        .no_bias();
    assert_eq!(
        name(&conv),
        "Conv2d(4, 8, kernel=[3, 5], stride=2, dilation=[1, 2], groups=4, no bias)"
    );
    let conv = Conv1d::new(1, 2, 3)
        .padding("same")
        .padding_mode("circular");
    assert_eq!(
        name(&conv),
        "Conv1d(1, 2, kernel=3, padding=\"same\", padding_mode=\"circular\")"
    );
    assert_eq!(
        name(&ConvTranspose2d::new(2, 1, 3).stride(2).output_padding(1)),
        "ConvTranspose2d(2, 1, kernel=3, stride=2, output_padding=1)"
    );
    assert_eq!(
        name(&AvgPool2d::new([2, 3]).ceil_mode(true)),
        "AvgPool2d([2, 3], ceil_mode)"
    );
    assert_eq!(name(&AdaptiveMaxPool1d::new(3)), "AdaptiveMaxPool1d(3)");
    assert_eq!(
        name(&Upsample::new(2)),
        "Upsample(scale=2, mode=\"nearest\")"
    );
}

#[test]
fn errors_name_shapes_and_what_clashes() {
    refused(
        || Conv2d::new(1, 4, 3).forward(&zeros(&[2, 3, 8, 8])),
        "conv2d: the input has 3 channels and the weight takes 1, so 3 != 1: the input is \
         [2, 3, 8, 8], the weight [4, 1, 3, 3], the bias [4]",
    );
    refused(
        || {
            Conv2d::new(1, 4, 5)
                .no_bias()
                .forward(&zeros(&[2, 1, 4, 8]))
        },
        "conv2d: the window is larger than the padded input: 5 > 4 in dim 2: the input is \
         [2, 1, 4, 8], the weight [4, 1, 5, 5]",
    );
    refused(
        || zeros(&[1, 4, 4]).max_pool2d([5, 1]),
        "max_pool2d: the window is larger than the padded input, 5 > 4, the input is [1, 4, 4]",
    );
    refused(
        || Conv2d::new(3, 4, 3).groups(2).forward(&zeros(&[1])),
        "Conv2d: 3 input and 4 output channels cannot be cut into 2 groups",
    );
    refused(
        || Conv2d::new(3, 4, [1, 2, 3]).forward(&zeros(&[1])),
        "Conv2d: the kernel size is [1, 2, 3], and needs one number, or one for each dim\n\
         help: such as 3 or [3, 5]",
    );
}

/// A kernel that finds edges is found by descent (d2l 7.2).
#[test]
fn an_edge_kernel_is_learnt() {
    manual_seed(1);
    let x = ones(&[1, 1, 6, 8]);
    x.narrow(3, 2, 4).fill_(0.0);
    let wanted = x.conv2d(&tensor([[[[1.0, -1.0]]]]));
    let conv = Conv2d::new(1, 1, [1, 2]).no_bias();
    for _ in 0..30 {
        let loss = (conv.forward(&x) - &wanted).square().sum();
        loss.backward();
        no_grad(|| conv.weight.add_(&(conv.weight.grad() * -0.03)));
        conv.weight.zero_grad();
    }
    assert_close_within(&conv.weight, [[[[1.0, -1.0]]]], 0.05);
}
