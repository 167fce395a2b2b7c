//! Pictures turned about their middle.

use crate::error::{Error, OrRaise};
use crate::random;
use crate::tensor::Tensor;
use crate::transforms::resize::is_nearest;
use crate::transforms::{Transform, between, each, float_sizes, shown_by_name};

/// The picture turned about its middle by some degrees, counter-clockwise; the size stays, and what
/// comes from outside is 0.
///
/// The pixel at (x, y) from the middle takes what was at (x cos φ - y sin φ, x sin φ + y cos φ), y
/// downwards: with `"nearest"` of the pixel there, with `"bilinear"` a mean of the four around.
/// `[.., h, w] -> [.., h, w]`.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = tensor([[[1.0, 2.0], [3.0, 4.0]]]);
/// assert_close(&transforms::rotate(&x, 90.0, "nearest"), [[[2.0, 4.0], [1.0, 3.0]]]);
/// ```
#[track_caller]
pub fn rotate(x: &Tensor, degrees: f64, interpolation: &str) -> Tensor {
    let nearest = is_nearest("rotate", interpolation).or_raise();
    float_sizes("rotate", x).or_raise();
    if !degrees.is_finite() {
        Error::new("rotate", format!("the angle is {degrees} degrees")).raise();
    }
    turned(x, degrees, nearest)
}

fn turned(x: &Tensor, degrees: f64, nearest: bool) -> Tensor {
    let [h, w] = [x.size(-2), x.size(-1)];
    if h * w == 0 {
        return x.clone();
    }
    let (sin, cos) = degrees.to_radians().sin_cos();
    // In f32 and in the order of torchvision's steps, since which pixel is nearest depends on it.
    let half = [0.5 * w as f32, 0.5 * h as f32];
    let toward = [
        [cos as f32 / half[0], -sin as f32 / half[0]],
        [sin as f32 / half[1], cos as f32 / half[1]],
    ];
    let at = |row: usize, column: usize| {
        let [x, y] = [column as f32 + 0.5 - half[0], row as f32 + 0.5 - half[1]];
        let old = |d: usize, size: usize| {
            let unit = x * toward[d][0] + y * toward[d][1];
            ((unit + 1.0) * size as f32 - 1.0) / 2.0
        };
        [old(1, h), old(0, w)]
    };
    let places = (0..h).flat_map(|row| (0..w).map(move |column| (row, column)));
    let places: Vec<[f32; 2]> = places.map(|(row, column)| at(row, column)).collect();
    let flat = x.flatten_dims(-2, -1);
    // What a neighbour of each place adds: its value times a weight, 0 outside of the picture.
    let part = |neighbour: &dyn Fn([f32; 2]) -> ([f32; 2], f32)| {
        let (mut index, mut weights) = (Vec::new(), Vec::new());
        for &place in &places {
            let ([row, column], weight) = neighbour(place);
            let inside = (0.0..h as f32).contains(&row) && (0.0..w as f32).contains(&column);
            index.push(if inside {
                row as i64 * w as i64 + column as i64
            } else {
                0
            });
            weights.push(if inside { weight } else { 0.0 });
        }
        let index = Tensor::from_values(index, [h * w].as_slice());
        let weights = Tensor::from_values(weights, [h * w].as_slice()).to_dtype(x.dtype());
        flat.index_select(-1, &index) * weights
    };
    let sum = if nearest {
        part(&|place| (place.map(f32::round_ties_even), 1.0))
    } else {
        let corner = |down: f32, right: f32| {
            part(&move |place| {
                let [top, left] = place.map(f32::floor);
                let share = |at: f32, first: f32, second: f32| {
                    if second == 1.0 {
                        at - first
                    } else {
                        first + 1.0 - at
                    }
                };
                let weight = share(place[0], top, down) * share(place[1], left, right);
                ([top + down, left + right], weight)
            })
        };
        corner(0.0, 0.0) + corner(0.0, 1.0) + corner(1.0, 0.0) + corner(1.0, 1.0)
    };
    sum.reshape(x.shape())
}

/// Turns by an angle that is drawn anew each time (`torchvision.transforms.RandomRotation`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let turn = RandomRotation::new(10.0).interpolation("bilinear");
/// assert_eq!(turn.apply(&rand(&[1, 8, 8])).shape(), [1, 8, 8]);
/// ```
#[derive(Clone)]
pub struct RandomRotation {
    degrees: f64,
    nearest: bool,
}

impl RandomRotation {
    /// By an angle that is uniform from `-degrees` to `degrees`.
    #[track_caller]
    pub fn new(degrees: f64) -> RandomRotation {
        if !(degrees.is_finite() && degrees >= 0.0) {
            let what = format!("the largest angle is 0 degrees or more, it is {degrees}");
            Error::new("RandomRotation", what).raise();
        }
        RandomRotation {
            degrees,
            nearest: true,
        }
    }

    /// `"nearest"`, the default, or `"bilinear"`, which is smoother.
    #[track_caller]
    pub fn interpolation(&self, mode: &str) -> RandomRotation {
        RandomRotation {
            nearest: is_nearest("RandomRotation", mode).or_raise(),
            ..self.clone()
        }
    }

    pub(super) fn draw(&self) -> f64 {
        random::draw(|stream| between(stream, [-self.degrees, self.degrees]))
    }
}

impl Transform for RandomRotation {
    fn apply(&self, x: &Tensor) -> Tensor {
        float_sizes("RandomRotation", x).or_raise();
        each("RandomRotation", x, &|x| {
            turned(x, self.draw(), self.nearest)
        })
    }

    fn name(&self) -> String {
        let how = if self.nearest { "" } else { ", bilinear" };
        format!("RandomRotation({}{how})", self.degrees)
    }
}

shown_by_name!(RandomRotation);
