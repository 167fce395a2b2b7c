//! Lines with convolutions, and training steps of networks, as in `tests/bench/networks.py`.

use std::hint::black_box;

use cuaderno::prelude::*;

use super::Line;

/// The line of a name.
pub fn line(name: &str) -> Option<Line> {
    Some(match name {
        "Mnist_CNN step, batch 64" => mnist_cnn(),
        "Mnist_CNN with batch norm step, batch 64" => mnist_cnn_batch_norm(),
        "VAE 784-400-20 step, batch 128" => vae(),
        "16/32 CNN step, batch 256" => wide_cnn(),
        "resnet18 convolutions, 8 images: forward" => resnet(false),
        "resnet18 convolutions, 8 images: step" => resnet(true),
        "max_pool 2 of 64x32x24x24" => pooled(&[64, 32, 24, 24], PoolOptions::new(2), false),
        "max_pool 2 of 64x32x24x24, step" => pooled(&[64, 32, 24, 24], PoolOptions::new(2), true),
        "max_pool 3 of 8x64x112x112, step" => {
            let options = PoolOptions::new(3).stride(2).padding(1);
            pooled(&[8, 64, 112, 112], options, true)
        }
        _ => return convolution(name),
    })
}

/// `conv [n, in, h, w] [out, kernel, stride, padding] y` (or `y dx`, `y dw`).
fn convolution(name: &str) -> Option<Line> {
    let (sizes, parts) = name.strip_prefix("conv ")?.rsplit_once("] ")?;
    let numbers: Vec<usize> = sizes
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|n| n.parse().ok())
        .collect();
    let &[n, inputs, h, w, outputs, kernel, stride, padding] = &numbers[..] else {
        return None;
    };
    let x = randn(&[n, inputs, h, w]);
    let weight = randn(&[outputs, inputs, kernel, kernel]) * 0.1;
    let x = if parts.contains("dx") {
        x.requires_grad()
    } else {
        x
    };
    let weight = if parts.contains("dw") {
        weight.detach().requires_grad()
    } else {
        weight
    };
    let options = ConvOptions::new().stride(stride).padding(padding);
    let dy = x.conv2d_with(&weight, &options).detach();
    Some(Box::new(move || {
        let y = x.conv2d_with(&weight, &options);
        if y.needs_grad() {
            y.backward_with(&dy);
            x.zero_grad();
            weight.zero_grad();
        }
        drop(black_box(y));
    }))
}

fn pooled(shape: &[usize], options: PoolOptions, step: bool) -> Line {
    let x = randn(shape).relu().detach();
    let x = if step { x.requires_grad() } else { x };
    let dy = x.max_pool2d_with(&options).detach();
    Box::new(move || {
        let y = x.max_pool2d_with(&options);
        if step {
            y.backward_with(&dy);
            x.zero_grad();
        }
        drop(black_box(y));
    })
}

/// A weight and a bias of a layer.
fn layer(shape: &[usize]) -> [Tensor; 2] {
    [shape, &shape[..1]].map(|s| (randn(s) * 0.05).detach().requires_grad())
}

/// A step of SGD on the cross entropy of class 3.
fn step(logits: &Tensor, parameters: &[Tensor]) {
    (-logits.log_softmax(1).narrow(1, 3, 1).mean()).backward();
    no_grad(|| {
        for p in parameters {
            p.add_(&(p.grad() * -0.001));
            p.zero_grad();
        }
    });
}

fn mnist_cnn() -> Line {
    let x = rand(&[64, 1, 28, 28]);
    let layers: Vec<[Tensor; 2]> = [[32, 1], [32, 32], [2, 32]]
        .map(|[o, i]| layer(&[o, i, 3, 3]))
        .into_iter()
        .chain([layer(&[50, 200]), layer(&[10, 50])])
        .collect();
    let parameters = layers.concat();
    Box::new(move || {
        let conv = |x: &Tensor, i: usize| {
            let [w, b] = &layers[i];
            x.conv2d_with(w, &ConvOptions::new().bias(b)).relu()
        };
        let h = conv(&conv(&x, 0), 1).max_pool2d(2);
        let h = conv(&h, 2).reshape(&[64, 200]);
        let linear = |x: &Tensor, i: usize| x.matmul(&layers[i].clone()[0].t()) + &layers[i][1];
        step(&linear(&linear(&h, 3).relu(), 4), &parameters);
    })
}

fn wide_cnn() -> Line {
    let x = rand(&[256, 1, 28, 28]);
    let layers = [
        layer(&[16, 1, 5, 5]),
        layer(&[32, 16, 5, 5]),
        layer(&[10, 1568]),
    ];
    let parameters = layers.concat();
    Box::new(move || {
        let conv = |x: &Tensor, i: usize| {
            let [w, b] = &layers[i];
            let options = ConvOptions::new().bias(b).padding(2);
            x.conv2d_with(w, &options).relu().max_pool2d(2)
        };
        let h = conv(&conv(&x, 0), 1).reshape(&[256, 1568]);
        step(&(h.matmul(&layers[2][0].t()) + &layers[2][1]), &parameters);
    })
}

/// ResNet-18 without normalisation, which other lines time.
fn resnet(train: bool) -> Line {
    let x = rand(&[8, 3, 224, 224]);
    let weight = |o: usize, i: usize, k: usize| {
        let w = (randn(&[o, i, k, k]) * (1.0 / (i * k * k) as f64).sqrt()).detach();
        if train { w.requires_grad() } else { w }
    };
    let first = weight(64, 3, 7);
    let mut blocks = Vec::new();
    let mut inputs = 64;
    for outputs in [64, 128, 256, 512] {
        for _ in 0..2 {
            let stride = if outputs == inputs { 1 } else { 2 };
            let short = (stride == 2).then(|| weight(outputs, inputs, 1));
            blocks.push((
                weight(outputs, inputs, 3),
                weight(outputs, outputs, 3),
                short,
                stride,
            ));
            inputs = outputs;
        }
    }
    let last = (randn(&[512, 1000]) * 0.01).detach();
    let last = if train { last.requires_grad() } else { last };
    let mut parameters = vec![first.clone(), last.clone()];
    for (a, b, short, _) in &blocks {
        parameters.extend([a.clone(), b.clone()]);
        parameters.extend(short.clone());
    }
    Box::new(move || {
        let conv = |x: &Tensor, w: &Tensor, s: usize, p: usize| {
            x.conv2d_with(w, &ConvOptions::new().stride(s).padding(p))
        };
        let mut h = conv(&x, &first, 2, 3).relu();
        h = h.max_pool2d_with(&PoolOptions::new(3).stride(2).padding(1));
        for (a, b, short, stride) in &blocks {
            let inner = conv(&conv(&h, a, *stride, 1).relu(), b, 1, 1);
            let short = match short {
                Some(w) => conv(&h, w, *stride, 0),
                None => h.clone(),
            };
            h = (inner + short).relu();
        }
        let y = h.mean_dim([2, 3]).matmul(&last);
        if train {
            step(&y, &parameters);
        }
        drop(black_box(y));
    })
}

fn mnist_cnn_batch_norm() -> Line {
    let (x, y) = (rand(&[64, 1, 28, 28]), randint(0, 10, &[64]));
    let model = seq![
        Conv2d::new(1, 32, 3),
        ReLU,
        Conv2d::new(32, 32, 3),
        BatchNorm2d::new(32),
        ReLU,
        MaxPool2d::new(2),
        Conv2d::new(32, 2, 3),
        ReLU,
        Flatten::new(),
        BatchNorm1d::new(200),
        Linear::new(200, 50),
        ReLU,
        Linear::new(50, 10)
    ];
    let mut opt = Sgd::new(model.parameters(), 0.001);
    Box::new(move || {
        let loss = cross_entropy(&model.forward(&x), &y);
        opt.zero_grad();
        loss.backward();
        opt.step();
    })
}

/// A variational autoencoder: reconstruction error and divergence from the normal distribution.
fn vae() -> Line {
    let x = rand(&[128, 784]);
    let first = Linear::new(784, 400);
    let (mean, log_variance) = (Linear::new(400, 20), Linear::new(400, 20));
    let (third, last) = (Linear::new(20, 400), Linear::new(400, 784));
    let parameters = params![first, mean, log_variance, third, last];
    let mut opt = Adam::new(parameters, 0.001);
    Box::new(move || {
        let h = first.forward(&x).relu();
        let (mu, log_var) = (mean.forward(&h), log_variance.forward(&h));
        let z = &mu + (&log_var * 0.5).exp() * randn(&[128, 20]);
        let y = last.forward(&third.forward(&z).relu()).sigmoid();
        let error = binary_cross_entropy(&y, &x);
        let divergence = (1.0 + &log_var - mu.square() - log_var.exp()).sum() * -0.5;
        let loss = error + divergence * (1.0 / (128.0 * 784.0));
        opt.zero_grad();
        loss.backward();
        opt.step();
    })
}
