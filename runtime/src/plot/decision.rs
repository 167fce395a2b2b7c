//! What a model decides at every place of a plane.

use super::Figure;
use super::panel::{Mark, Numbers};
use super::series::numbers;
use crate::autograd::no_grad;
use crate::error::Error;
use crate::nn::Module;
use crate::shape::show;
use crate::tensor::{Tensor, TensorData, tensor_of};

/// The regions that a model assigns to its classes, with the points (x, y) of the data on them.
///
/// Call `model.eval()` first if the model has layers that do something else in training.
///
/// `x` is `[n, 2]`, `y` the class of each point. The model gives a number for each class, or one
/// number: a probability, or a score whose sign decides (where any of them lies outside 0 to 1).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = tensor([[0.0, 0.0], [1.0, 1.0], [0.0, 1.0]]);
/// let model = seq![Linear::new(2, 3)];
/// let figure = plot_decision_boundary(&model, &x, [0, 1, 2]);
/// assert!(figure.to_svg().contains("class 2"));
/// ```
///
/// # Panics
/// If x is not `[n, 2]`, or y does not have n numbers.
#[track_caller]
pub fn plot_decision_boundary(model: &dyn Module, x: &Tensor, y: impl TensorData) -> Figure {
    regions(model, x, &numbers(y))
}

/// Points along each side at which the model is asked.
const ASKED: usize = 120;

#[track_caller]
fn regions(model: &dyn Module, x: &Tensor, classes: &Tensor) -> Figure {
    let [n, 2] = *x.shape() else {
        Error::new(
            "plot_decision_boundary",
            format!("needs points of shape [n, 2], they are {}", show(x.shape())),
        )
        .help("x.narrow(1, 0, 2) takes the first two features")
        .raise()
    };
    let points = x.detach().numbers();
    let column = |k: usize| (0..n).map(|i| points[2 * i + k]).collect::<Vec<f64>>();
    let side = |values: &[f64]| {
        let finite = values.iter().filter(|v| v.is_finite());
        let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &v| {
            (l.min(v), h.max(v))
        });
        let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
        let margin = ((high - low) * 0.08).max(1e-3 * high.abs().max(1e-3));
        let step = (high - low + 2.0 * margin) / (ASKED - 1) as f64;
        (0..ASKED)
            .map(|i| low - margin + i as f64 * step)
            .collect::<Vec<f64>>()
    };
    let (x0, x1) = (column(0), column(1));
    let (across, up) = (side(&x0), side(&x1));
    let asked: Vec<f64> = up
        .iter()
        .flat_map(|&b| across.iter().flat_map(move |&a| [a, b]))
        .collect();
    let asked = tensor_of(x.dtype(), asked).reshape([ASKED * ASKED, 2]);
    let scores = no_grad(|| model.forward(&asked)).numbers();
    let count = scores.len() / (ASKED * ASKED);
    let margins: Vec<Numbers> = match count {
        0 => Vec::new(),
        1 => {
            // Probabilities are decided at one half, scores at zero.
            let probability = scores.iter().all(|s| (0.0..=1.0).contains(s));
            let level = if probability { 0.5 } else { 0.0 };
            [-1.0, 1.0]
                .map(|sign| scores.iter().map(|s| sign * (s - level)).collect())
                .to_vec()
        }
        _ => (0..count)
            .map(|class| {
                scores
                    .chunks(count)
                    .map(|row| {
                        let others = row.iter().enumerate().filter(|(i, _)| *i != class);
                        row[class] - others.map(|(_, s)| *s).fold(f64::NEG_INFINITY, f64::max)
                    })
                    .collect()
            })
            .collect(),
    };
    Figure::new()
        .with(Mark::Regions {
            x: across.into(),
            y: up.into(),
            margins,
        })
        .scatter_by(x0, x1, classes)
        .edge_of_points()
        .xlabel("$x_1$")
        .ylabel("$x_2$")
}

impl Figure {
    /// A light line around all points, so that they stand out from a coloured ground.
    fn edge_of_points(&self) -> Figure {
        let paper = self.theme.paper;
        self.panel(|panel| {
            for layer in &mut panel.layers {
                if matches!(layer.mark, Mark::Points { .. }) {
                    layer.look.edge = Some(paper);
                }
            }
        })
    }
}
