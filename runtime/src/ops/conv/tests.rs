//! Convolutions against seven loops, with options by chance.

use crate::ops::ConvOptions;
use crate::prelude::*;

/// Numbers by chance, the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = (self.0)
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % end
    }

    fn tensor(&mut self, shape: &[usize]) -> Tensor {
        let count: usize = shape.iter().product();
        let values: Vec<f64> = (0..count)
            .map(|_| self.below(2001) as f64 / 1000.0 - 1.0)
            .collect();
        tensor_of(DType::F64, values).reshape(shape)
    }
}

#[derive(Debug, Clone, Copy)]
struct Sizes {
    images: usize,
    groups: usize,
    inputs: usize,
    outputs: usize,
    size: [usize; 2],
    kernel: [usize; 2],
    stride: [usize; 2],
    dilation: [usize; 2],
    padding: [usize; 2],
}

impl Sizes {
    fn output(&self) -> Option<[usize; 2]> {
        let mut out = [0; 2];
        for (d, out) in out.iter_mut().enumerate() {
            let reach = self.dilation[d] * (self.kernel[d] - 1) + 1;
            *out = (self.size[d] + 2 * self.padding[d]).checked_sub(reach)? / self.stride[d] + 1;
        }
        Some(out)
    }

    fn options(&self) -> ConvOptions {
        ConvOptions::new()
            .stride(self.stride)
            .dilation(self.dilation)
            .padding(self.padding)
            .groups(self.groups)
    }

    fn x(&self) -> [usize; 4] {
        [
            self.images,
            self.groups * self.inputs,
            self.size[0],
            self.size[1],
        ]
    }

    fn weight(&self) -> [usize; 4] {
        [
            self.groups * self.outputs,
            self.inputs,
            self.kernel[0],
            self.kernel[1],
        ]
    }

    /// Calls `visit` with the places of an output, an input and a weight that belong together.
    fn triples(&self, mut visit: impl FnMut(usize, usize, usize)) {
        let [height, width] = self.output().unwrap();
        let [_, channels, rows, columns] = self.x();
        let all = self.groups * self.outputs;
        for n in 0..self.images {
            for o in 0..all {
                for c in 0..self.inputs {
                    let channel = o / self.outputs * self.inputs + c;
                    for (i, j) in pairs(self.kernel) {
                        for (y, x) in pairs([height, width]) {
                            let at = |d: usize, place: usize, k: usize| {
                                let at = place * self.stride[d] + k * self.dilation[d];
                                at.checked_sub(self.padding[d])
                                    .filter(|&at| at < self.size[d])
                            };
                            let (Some(row), Some(column)) = (at(0, y, i), at(1, x, j)) else {
                                continue;
                            };
                            visit(
                                ((n * all + o) * height + y) * width + x,
                                ((n * channels + channel) * rows + row) * columns + column,
                                ((o * self.inputs + c) * self.kernel[0] + i) * self.kernel[1] + j,
                            );
                        }
                    }
                }
            }
        }
    }
}

fn pairs([rows, columns]: [usize; 2]) -> impl Iterator<Item = (usize, usize)> {
    (0..rows).flat_map(move |i| (0..columns).map(move |j| (i, j)))
}

#[track_caller]
fn near(what: &str, sizes: &Sizes, found: &Tensor, expected: &[f64], relative: f64) {
    let found = found.to_vec_f64();
    assert_eq!(found.len(), expected.len(), "{what} of {sizes:?}");
    let largest = expected.iter().fold(1.0_f64, |m, v| m.max(v.abs()));
    for (i, (a, b)) in found.iter().zip(expected).enumerate() {
        let near = (a - b).abs() <= relative * largest;
        assert!(near, "{what} of {sizes:?}, element {i}: {a} and {b}");
    }
}

fn check(sizes: &Sizes, chance: &mut Chance) {
    let [height, width] = sizes.output().unwrap();
    let (x, w) = (chance.tensor(&sizes.x()), chance.tensor(&sizes.weight()));
    let dy = chance.tensor(&[sizes.images, sizes.groups * sizes.outputs, height, width]);
    let (xs, ws, dys) = (x.to_vec_f64(), w.to_vec_f64(), dy.to_vec_f64());
    let mut y = vec![0.0; dys.len()];
    let (mut dx, mut dw) = (vec![0.0; xs.len()], vec![0.0; ws.len()]);
    sizes.triples(|o, i, k| {
        y[o] += xs[i] * ws[k];
        dx[i] += dys[o] * ws[k];
        dw[k] += dys[o] * xs[i];
    });
    for (dtype, relative) in [(DType::F64, 1e-13), (DType::F32, 1e-5)] {
        let leaf = |t: &Tensor| t.to_dtype(dtype).detach().requires_grad();
        let (x, w) = (leaf(&x), leaf(&w));
        let found = x.conv2d_with(&w, &sizes.options());
        found.backward_with(&dy.to_dtype(dtype));
        near("the output", sizes, &found, &y, relative);
        near("dx", sizes, &x.grad(), &dx, relative);
        near("dw", sizes, &w.grad(), &dw, relative);
    }
}

#[test]
fn options_by_chance() {
    let mut chance = Chance(1);
    let mut done = 0;
    while done < 400 {
        let mut two =
            |least: usize, count: usize| [least + chance.below(count), least + chance.below(count)];
        let (size, kernel) = (two(1, 12), two(1, 5));
        let (stride, dilation, padding) = (two(1, 4), two(1, 3), two(0, 4));
        let sizes = Sizes {
            images: 1 + chance.below(4),
            groups: 1 + chance.below(3),
            inputs: 1 + chance.below(5),
            outputs: 1 + chance.below(9),
            size,
            kernel,
            stride,
            dilation,
            padding,
        };
        if sizes.output().is_some() {
            check(&sizes, &mut chance);
            done += 1;
        }
    }
}

/// Cut into parts of images, sums and rows in all ways.
#[test]
fn large_ones() {
    let mut chance = Chance(2);
    let plain = Sizes {
        images: 1,
        groups: 1,
        inputs: 1,
        outputs: 1,
        size: [1, 1],
        kernel: [3, 3],
        stride: [1, 1],
        dilation: [1, 1],
        padding: [1, 1],
    };
    let all = [
        Sizes {
            images: 20,
            inputs: 3,
            outputs: 5,
            size: [9, 7],
            ..plain
        },
        Sizes {
            images: 1,
            inputs: 40,
            outputs: 130,
            size: [7, 9],
            ..plain
        },
        Sizes {
            images: 3,
            inputs: 3,
            outputs: 7,
            size: [61, 70],
            stride: [2, 2],
            ..plain
        },
        Sizes {
            images: 9,
            inputs: 130,
            outputs: 120,
            size: [4, 4],
            ..plain
        },
        Sizes {
            images: 1,
            groups: 60,
            size: [40, 41],
            ..plain
        },
        Sizes {
            images: 9,
            groups: 2,
            inputs: 4,
            outputs: 6,
            size: [33, 20],
            padding: [0, 2],
            ..plain
        },
        Sizes {
            images: 2,
            size: [5, 2500],
            kernel: [1, 9],
            dilation: [1, 3],
            outputs: 2,
            ..plain
        },
        Sizes {
            images: 2,
            size: [2500, 3],
            kernel: [3, 1],
            padding: [1, 0],
            outputs: 2,
            ..plain
        },
    ];
    for sizes in all {
        check(&sizes, &mut chance);
    }
}

/// No result depends on how many threads there are, to the last bit.
#[test]
fn threads_change_nothing() {
    let before = num_threads();
    let mut chance = Chance(3);
    let (x, w) = (
        chance.tensor(&[9, 6, 30, 31]).float(),
        chance.tensor(&[40, 6, 3, 3]).float(),
    );
    let (few, wide) = (
        chance.tensor(&[1, 64, 30, 31]).float(),
        chance.tensor(&[40, 64, 3, 3]).float(),
    );
    let run = |threads: usize| {
        set_num_threads(threads);
        let mut all = Vec::new();
        for (x, w) in [(&x, &w), (&few, &wide)] {
            let (x, w) = (x.detach().requires_grad(), w.detach().requires_grad());
            let y = x.conv2d_with(&w, &ConvOptions::new().padding(1));
            y.square().sum().backward();
            all.extend([y.to_vec_f64(), x.grad().to_vec_f64(), w.grad().to_vec_f64()]);
        }
        all
    };
    let (one, two, five) = (run(1), run(2), run(5));
    set_num_threads(before);
    assert!(one == two && one == five);
}
