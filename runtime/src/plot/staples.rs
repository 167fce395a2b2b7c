//! One call for the figures that lessons draw again and again.

use super::Figure;
use super::images::{grid_of_images, image_grid, images};
use super::names::Names;
use super::panel::{Mark, Numbers};
use super::series::numbers;
use crate::error::{Error, OrRaise};
use crate::nn::Params;
use crate::shape::show;
use crate::tensor::{Tensor, TensorData, tensor};

/// Training and validation values of a metric, epoch by epoch from 1.
///
/// An empty list leaves its curve out. Figures of several metrics stand side by side with
/// [`Figure::row`].
///
/// ```
/// use cuaderno::prelude::*;
///
/// let loss = plot_metric("loss", [0.9, 0.5, 0.3], [1.0, 0.7, 0.6]);
/// let accuracy = plot_metric("accuracy", [0.5, 0.8, 0.9], [0.4, 0.7, 0.75]);
/// assert!(Figure::row(&[loss, accuracy]).to_svg().contains("accuracy"));
/// ```
#[track_caller]
pub fn plot_metric(name: &str, train: impl TensorData, valid: impl TensorData) -> Figure {
    curves(name, &numbers(train), &numbers(valid))
}

fn curves(name: &str, train: &Tensor, valid: &Tensor) -> Figure {
    let mut figure = Figure::new();
    for (label, values) in [("train", train), ("valid", valid)] {
        let y: Numbers = values.numbers().into();
        if y.is_empty() {
            continue;
        }
        let few = y.len() <= 30;
        let x = (1..=y.len()).map(|i| i as f64).collect();
        figure = figure.with(Mark::Line { x, y, steps: false }).label(label);
        if few {
            figure = figure.marker();
        }
    }
    figure.title(name).xlabel("epoch").ylabel(name)
}

impl Figure {
    /// Adds the mean of several runs with a band of one standard deviation around it: `[runs, n]`
    /// at n places x.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let runs = rand(&[5, 20]) + linspace(1.0, 2.0, 20);
    /// let figure = Figure::new().mean_band(&arange(0.0, 20.0, 1.0), &runs).label("train");
    /// assert!(figure.to_svg().contains("fill-opacity"));
    /// ```
    ///
    /// # Panics
    /// If the runs are no matrix with as many columns as there are x.
    #[track_caller]
    pub fn mean_band(&self, x: impl TensorData, runs: impl TensorData) -> Figure {
        self.mean_and_deviation(&numbers(x), &numbers(runs))
    }

    #[track_caller]
    fn mean_and_deviation(&self, x: &Tensor, runs: &Tensor) -> Figure {
        let (n_runs, n) = match *runs.shape() {
            [n_runs, n] if n_runs > 0 && n == x.numel() => (n_runs, n),
            _ => Error::new(
                "mean_band",
                format!(
                    "needs runs of shape [runs, {}] for {} places x, they are {}",
                    x.numel(),
                    x.numel(),
                    show(runs.shape())
                ),
            )
            .raise(),
        };
        let values = runs.numbers();
        let column = |j: usize| (0..n_runs).map(move |i| i * n + j);
        let mean: Vec<f64> = (0..n)
            .map(|j| column(j).map(|i| values[i]).sum::<f64>() / n_runs as f64)
            .collect();
        let spread: Vec<f64> = (0..n)
            .map(|j| {
                let squares: f64 = column(j).map(|i| (values[i] - mean[j]).powi(2)).sum();
                (squares / n_runs as f64).sqrt()
            })
            .collect();
        let band = |sign: f64| -> Numbers {
            mean.iter()
                .zip(&spread)
                .map(|(m, s)| m + sign * s)
                .collect()
        };
        let x: Numbers = x.numbers().into();
        let band = Mark::Band {
            x: x.clone(),
            low: band(-1.0),
            high: band(1.0),
            of_next: true,
        };
        // The line last, so that its name and look can be set.
        self.with(band).with(Mark::Line {
            x,
            y: mean.into(),
            steps: false,
        })
    }
}

/// A confusion matrix: rows are the true classes, columns the predicted ones.
///
/// `counts` is `[classes, classes]`. With `normalized` each row is divided by its sum. An empty
/// list of names numbers the classes.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let figure = plot_confusion_matrix([[50, 2], [5, 43]], ["cat", "dog"], false);
/// assert!(figure.to_svg().contains(">43<"));
/// let shares = plot_confusion_matrix([[50, 2], [5, 43]], 0..2, true);
/// assert!(shares.to_svg().contains(">0.96<"));
/// ```
///
/// # Panics
/// If the counts are no square matrix, or the names are not as many as its rows.
#[track_caller]
pub fn plot_confusion_matrix(
    counts: impl TensorData,
    names: impl Names,
    normalized: bool,
) -> Figure {
    confusion(&numbers(counts), names.names(), normalized)
}

#[track_caller]
fn confusion(counts: &Tensor, names: Vec<String>, normalized: bool) -> Figure {
    let classes = match *counts.shape() {
        [rows, columns] if rows == columns && rows > 0 => rows,
        _ => Error::new(
            "plot_confusion_matrix",
            format!(
                "needs a square matrix [classes, classes], this is {}",
                show(counts.shape())
            ),
        )
        .raise(),
    };
    let names = match names.len() {
        0 => (0..classes).map(|i| i.to_string()).collect(),
        n if n == classes => names,
        n => Error::new(
            "plot_confusion_matrix",
            format!("needs a name for every class: {classes} classes, {n} names"),
        )
        .raise(),
    };
    let mut values = counts.numbers();
    if normalized {
        for row in values.chunks_mut(classes) {
            let sum: f64 = row.iter().sum();
            if sum > 0.0 {
                row.iter_mut().for_each(|v| *v /= sum);
            }
        }
    }
    let values = tensor(values).reshape([classes, classes]);
    let side = (130 + 42 * classes as u32).clamp(360, 760);
    let figure = Figure::new()
        .heatmap(&values, if normalized { 2 } else { 0 })
        .cells(&names, &names)
        .xlabel("predicted class")
        .ylabel("true class")
        .colorbar()
        .size(side + 60, side);
    if normalized {
        return figure.clim(0.0, 1.0);
    }
    figure
}

/// Images with the predicted class above each, and the true one, in red, where they differ.
///
/// `x` is as in [`image_grid`]; `truth` and `predicted` are numbers of classes, `names` says what
/// they are called; an empty list shows the numbers.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let figure = show_predictions(&rand(&[2, 8, 8]), [0, 1], [0, 0], ["cat", "dog"]);
/// assert!(figure.to_svg().contains("fill=\"#c41a16\">cat (dog)"));
/// ```
///
/// # Panics
/// If the images, the classes and the predictions differ in number.
#[track_caller]
pub fn show_predictions(
    x: &Tensor,
    truth: impl TensorData,
    predicted: impl TensorData,
    names: impl Names,
) -> Figure {
    predicted_classes(x, &numbers(truth), &numbers(predicted), &names.names())
}

#[track_caller]
fn predicted_classes(x: &Tensor, truth: &Tensor, predicted: &Tensor, names: &[String]) -> Figure {
    let n = images("show_predictions", x).or_raise().len();
    if truth.numel() != n || predicted.numel() != n {
        Error::new(
            "show_predictions",
            format!(
                "needs a class and a prediction for every image: {n} images, {} classes, {} \
                 predictions",
                truth.numel(),
                predicted.numel()
            ),
        )
        .raise();
    }
    let name = |class: f64| {
        let known = (class >= 0.0).then(|| names.get(class as usize)).flatten();
        known.cloned().unwrap_or_else(|| class.to_string())
    };
    let (truth, predicted) = (truth.numbers(), predicted.numbers());
    let titles: Vec<String> = truth
        .iter()
        .zip(&predicted)
        .map(|(&truth, &predicted)| {
            if truth == predicted {
                name(predicted)
            } else {
                format!("{} ({})", name(predicted), name(truth))
            }
        })
        .collect();
    image_grid(x, n.min(8)).titles(&titles).change(|figure| {
        let wrong = truth.iter().zip(&predicted).map(|(a, b)| a != b);
        for (panel, wrong) in figure.panels.iter_mut().zip(wrong) {
            panel.warns = wrong;
        }
    })
}

/// The kernels of a convolution `[out, in, h, w]`, or the feature maps `[maps, h, w]` that it
/// gives, each with its own range from black to white.
///
/// Kernels of three inputs are shown in colour; of other numbers of inputs the first is shown.
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert!(show_kernels(&randn(&[16, 1, 5, 5]), 8).to_svg().contains("data:image/png"));
/// ```
///
/// # Panics
/// If the tensor has another shape, or no element.
#[track_caller]
pub fn show_kernels(weight: &Tensor, columns: usize) -> Figure {
    let weight = weight.detach();
    let list = match *weight.shape() {
        [_, 3, _, _] => {
            // Colours of each kernel from its smallest to its largest number.
            let stretch = |x: Tensor| {
                let (low, high) = super::images::range(&x);
                if low < high {
                    (&x - low) / (high - low)
                } else {
                    x
                }
            };
            images("show_kernels", &weight)
                .or_raise()
                .into_iter()
                .map(stretch)
                .collect()
        }
        [_, _, _, _] => images("show_kernels", &weight.select(1, 0)).or_raise(),
        _ => images("show_kernels", &weight).or_raise(),
    };
    grid_of_images(&list, columns)
}

/// Originals in the first row, what a model made of them in the second.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = rand(&[4, 1, 8, 8]);
/// assert!(show_reconstructions(&x, &x).to_svg().contains("original"));
/// ```
///
/// # Panics
/// If the two differ in shape, or are no images.
#[track_caller]
pub fn show_reconstructions(x: &Tensor, made: &Tensor) -> Figure {
    if x.shape() != made.shape() {
        Error::new(
            "show_reconstructions",
            format!(
                "needs two batches of one shape: {} and {}",
                show(x.shape()),
                show(made.shape())
            ),
        )
        .raise();
    }
    let mut both = images("show_reconstructions", x).or_raise();
    let columns = both.len();
    both.extend(images("show_reconstructions", made).or_raise());
    let figure = grid_of_images(&both, columns);
    let mut titles = vec![String::new(); 2 * columns];
    titles[0] = "original".to_owned();
    titles[columns] = "made".to_owned();
    figure.titles(&titles)
}

/// What an encoder makes of its inputs, in the plane: a point for each, coloured by its class.
///
/// `z` is `[n, 2]`, `classes` the class of each point. A unit is as long across as it is up.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let z = tensor([[0.1, -1.0], [0.4, 0.3], [-2.0, 1.0]]);
/// let figure = plot_latent(&z, [3, 3, 8]);
/// assert!(figure.to_svg().contains("class 8"));
/// ```
///
/// # Panics
/// If z is not `[n, 2]`, or there is not a class for every point.
#[track_caller]
pub fn plot_latent(z: &Tensor, classes: impl TensorData) -> Figure {
    latent(z, &numbers(classes))
}

#[track_caller]
fn latent(z: &Tensor, classes: &Tensor) -> Figure {
    let [_, 2] = *z.shape() else {
        Error::new(
            "plot_latent",
            format!("needs points of shape [n, 2], they are {}", show(z.shape())),
        )
        .help("z.narrow(1, 0, 2) takes the first two numbers of each")
        .raise()
    };
    let z = z.detach();
    Figure::new()
        .scatter_by(&z.select(1, 0), &z.select(1, 1), classes)
        .equal()
        .title("latent space")
        .xlabel("$z_1$")
        .ylabel("$z_2$")
        .size(560, 480)
}

/// A histogram of the numbers of each parameter, layer by layer.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let model = seq![Linear::new(3, 8), ReLU, Linear::new(8, 1)];
/// assert!(plot_weights(&model.parameters()).to_svg().contains("0.weight"));
/// ```
///
/// # Panics
/// If there is no parameter.
#[track_caller]
pub fn plot_weights(parameters: &Params) -> Figure {
    let values = parameters
        .iter()
        .map(|parameter| (&parameter.name, parameter.tensor.detach()));
    histograms("plot_weights", values.collect())
}

/// A histogram of the gradient of each parameter, layer by layer: where it vanishes or explodes.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let model = seq![Linear::new(3, 8), ReLU, Linear::new(8, 1)];
/// model.forward(&ones(&[2, 3])).sum().backward();
/// assert!(plot_gradients(&model.parameters()).to_svg().contains("0.bias"));
/// ```
///
/// # Panics
/// If there is no parameter, or one without a gradient.
#[track_caller]
pub fn plot_gradients(parameters: &Params) -> Figure {
    let mut values = Vec::with_capacity(parameters.len());
    for parameter in parameters.iter() {
        values.push((&parameter.name, parameter.tensor.grad()));
    }
    histograms("plot_gradients", values)
}

#[track_caller]
fn histograms(op: &str, values: Vec<(&String, Tensor)>) -> Figure {
    if values.is_empty() {
        Error::new(op, "there is no parameter").raise();
    }
    let columns = values.len().min(4);
    let mut figure = Figure::grid(values.len().div_ceil(columns), columns);
    for panel in &mut figure.panels[values.len()..] {
        panel.no_axes = true;
    }
    for (panel, (name, numbers)) in figure.panels.iter_mut().zip(values) {
        let bins = (numbers.numel() as f64).sqrt().clamp(5.0, 40.0) as usize;
        let one = Figure::new().hist(&numbers, bins).title(name);
        *panel = one.panels.into_iter().next().unwrap_or_default();
    }
    figure
}

/// A function of one number with its derivative, from -5 to 5, by the engine's own gradient.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let figure = plot_activation("tanh", &|x: &Tensor| x.tanh());
/// assert!(figure.to_svg().contains("derivative"));
/// ```
pub fn plot_activation(name: &str, f: &dyn Fn(&Tensor) -> Tensor) -> Figure {
    let x = crate::tensor::linspace(-5.0, 5.0, 401).requires_grad();
    let y = f(&x);
    y.sum().backward();
    let (at, derivative) = (x.detach(), x.grad());
    Figure::new()
        .hline(0.0)
        .width(0.7)
        .vline(0.0)
        .width(0.7)
        .line(&at, &y.detach())
        .label(name)
        .line(&at, &derivative)
        .style("--")
        .label("derivative")
        .title(name)
        .xlabel("$x$")
}
