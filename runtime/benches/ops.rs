//! Times ops and training for `cargo bench-tensors`, which runs this program beside PyTorch.
//!
//! It reads a line's name from standard input, runs that line for a while, and answers with the
//! seconds that one run took; `memory NAME` is answered with the bytes by which the process grew,
//! and `waiting N` with the part of an epoch in which training waits for N workers of the loader.

#[path = "ops/loading.rs"]
mod loading;
#[path = "ops/networks.rs"]
mod networks;
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
        _ => return training::line(name).or_else(|| networks::line(name)),
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
