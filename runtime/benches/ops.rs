//! Times ops and training for `cargo bench-tensors`, which runs this program beside PyTorch.
//!
//! It reads a line's name from standard input, runs that line for a while, and answers with the
//! seconds that one run took; `memory NAME` is answered with the bytes by which the process grew,
//! and `waiting N` with the part of an epoch in which training waits for N workers of the loader.

#[path = "ops/loading.rs"]
mod loading;
#[path = "ops/recurrent.rs"]
mod recurrent;
#[path = "ops/training.rs"]
mod training;

use std::hint::black_box;
use std::io::{BufRead, Write};
use std::time::{Duration, Instant};

use cuaderno::prelude::*;

/// What is timed; the inputs are made once.
type Line = Box<dyn FnMut()>;

/// The lines of `tests/bench/tensors.py`, by the same names.
fn line(name: &str) -> Option<Line> {
    let keep = |tensor: Tensor| drop(black_box(tensor));
    if let Some(line) = recurrent::line(name).or_else(|| loading::line(name)) {
        return Some(line);
    }
    Some(match name {
        "matmul 1024x1024x1024" => product(1024, 1024, 1024),
        "matmul 256x784x256" => product(256, 784, 256),
        "matmul 128x4x50" => product(128, 4, 50),
        "matmul 32x256x256" => product(32, 256, 256),
        "a*b+c 10M" => {
            let (a, b, c) = (randn(10_000_000), randn(10_000_000), randn(10_000_000));
            Box::new(move || keep(&a * &b + &c))
        }
        "exp 10M" => unary(randn(10_000_000), |x| x.exp()),
        "tanh 10M" => unary(randn(10_000_000), |x| x.tanh()),
        "softmax 4096x1000" => unary(randn(&[4096, 1000]), |x| x.softmax(1)),
        "sum 4096x4096 dim 0" => unary(randn(&[4096, 4096]), |x| x.sum_dim(0)),
        "sum 4096x4096 dim 1" => unary(randn(&[4096, 4096]), |x| x.sum_dim(1)),
        "var 4096x4096" => unary(randn(&[4096, 4096]), |x| x.var()),
        "var 4096x4096 dim 0" => unary(randn(&[4096, 4096]), |x| x.var_dim(0)),
        "var 4096x4096 dim 1" => unary(randn(&[4096, 4096]), |x| x.var_dim(1)),
        "transpose-copy 4096x4096" => unary(randn(&[4096, 4096]), |x| x.t().contiguous()),
        "cat 4x 1024x4096 dim 0" => joined(0),
        "cat 4x 1024x4096 dim 1" => joined(1),
        "tiny x*y+z, gradient tracked" => {
            let [x, y, z] = tiny();
            Box::new(move || keep(&x * &y + &z))
        }
        "tiny (x*y+z).sum().backward()" => {
            let [x, y, z] = tiny();
            Box::new(move || {
                (&x * &y + &z).sum().backward();
                x.zero_grad();
                y.zero_grad();
                z.zero_grad();
            })
        }
        "graph of 100 000 nodes: build" => {
            let x = tensor([1.0]).requires_grad();
            Box::new(move || keep(long_graph(&x)))
        }
        "graph of 100 000 nodes: build and walk" => {
            let x = tensor([1.0]).requires_grad();
            Box::new(move || {
                long_graph(&x).backward();
                x.zero_grad();
            })
        }
        "Mnist_CNN step, batch 64" => mnist_cnn(),
        "16/32 CNN step, batch 256" => wide_cnn(),
        "resnet18 convolutions, 8 images: forward" => resnet(false),
        "resnet18 convolutions, 8 images: step" => resnet(true),
        "max_pool 2 of 64x32x24x24" => pooled(&[64, 32, 24, 24], PoolOptions::new(2), false),
        "max_pool 2 of 64x32x24x24, step" => pooled(&[64, 32, 24, 24], PoolOptions::new(2), true),
        "max_pool 3 of 8x64x112x112, step" => {
            let options = PoolOptions::new(3).stride(2).padding(1);
            pooled(&[8, 64, 112, 112], options, true)
        }
        _ => return training::line(name).or_else(|| convolution(name)),
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

fn product(rows: usize, inner: usize, columns: usize) -> Line {
    let (a, b) = (randn(&[rows, inner]), randn(&[inner, columns]));
    Box::new(move || drop(black_box(a.matmul(&b))))
}

fn unary(x: Tensor, f: fn(&Tensor) -> Tensor) -> Line {
    Box::new(move || drop(black_box(f(&x))))
}

fn joined(dim: i32) -> Line {
    let parts: Vec<Tensor> = (0..4).map(|_| randn(&[1024, 4096])).collect();
    Box::new(move || {
        let parts: Vec<&Tensor> = parts.iter().collect();
        drop(black_box(cat(&parts, dim)));
    })
}

fn tiny() -> [Tensor; 3] {
    [0; 3].map(|_| randn(10).requires_grad())
}

fn long_graph(x: &Tensor) -> Tensor {
    let mut y = x.clone();
    for _ in 0..100_000 {
        y = &y * 1.0001;
    }
    y
}

/// Seconds of one run, from as many as fit the time.
fn seconds(run: &mut Line) -> f64 {
    const TIME: Duration = Duration::from_millis(40);
    let start = Instant::now();
    let mut count = 0_u32;
    let mut batch = 1;
    loop {
        for _ in 0..batch {
            run();
        }
        count += batch;
        let time = start.elapsed();
        if time >= TIME {
            return time.as_secs_f64() / f64::from(count);
        }
        batch = count;
    }
}

/// A field of `/proc/self/status`, in bytes; none outside of Linux.
fn memory(field: &str) -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(field))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024.0)
}

fn growth(name: &str) -> Option<f64> {
    let before = memory("VmRSS")?;
    // Linux forgets the peak so far.
    std::fs::write("/proc/self/clear_refs", "5").ok()?;
    let mut run = line(name)?;
    for _ in 0..3 {
        run();
    }
    Some(memory("VmHWM")? - before)
}

fn main() {
    if let Some(threads) = std::env::args().find_map(|a| a.parse().ok()) {
        set_num_threads(threads);
    }
    let mut current: Option<(String, Line)> = None;
    for request in std::io::stdin().lock().lines() {
        let Ok(request) = request else {
            return;
        };
        let answer = if let Some(name) = request.strip_prefix("memory ") {
            growth(name)
        } else if let Some(workers) = request.strip_prefix("waiting ") {
            workers.parse().ok().map(loading::waiting)
        } else {
            if current.as_ref().is_none_or(|(name, _)| *name != request) {
                current = line(&request).map(|run| (request.clone(), run));
            }
            current.as_mut().map(|(_, run)| seconds(run))
        };
        match answer {
            Some(number) => println!("{number:e}"),
            None => println!("none"),
        }
        if std::io::stdout().flush().is_err() {
            return;
        }
    }
}
