//! A network of units, drawn as circles with a line for each weight.

use super::Figure;
use super::diagram::Drawing;
use super::label::text_width;
use crate::error::Error;

/// From column to column, and from unit to unit.
const ACROSS: f64 = 150.0;
const DOWN: f64 = 42.0;
const RADIUS: f64 = 13.0;
/// Room below the columns for their names.
const FOOT: f64 = 44.0;
/// Of a layer with more units the first and the last are drawn.
const MOST: usize = 8;
/// A network of more layers is a mistake, or seen better in an architecture.
const LAYERS: usize = 12;

/// The units of a fully connected network as circles, layer by layer, with a line for every weight.
///
/// `sizes` are the numbers of units: of the input, of each hidden layer, of the output. `[3, 1]` is
/// a single neuron. Of a layer with more than 8 units some are left out, and its number says so.
/// [`Summary::plot`](crate::nn::Summary::plot) draws the layers of any model.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let figure = plot_network(&[2, 4, 1]);
/// assert!(figure.to_svg().contains(">hidden<"));
/// assert!(format!("{figure:?}").contains("2, 4 and 1 units, 12 weights"));
/// ```
///
/// # Panics
/// If there are not 2 to 12 layers, or one has no unit.
#[track_caller]
pub fn plot_network(sizes: &[usize]) -> Figure {
    if !(2..=LAYERS).contains(&sizes.len()) || sizes.contains(&0) {
        Error::new(
            "plot_network",
            format!(
                "needs the sizes of 2 to {LAYERS} layers, each of at least one unit: {sizes:?}"
            ),
        )
        .help("plot_network(&[2, 4, 1]) has two inputs, four hidden units and one output")
        .raise();
    }
    let most = sizes.iter().map(|&size| size.min(MOST)).max().unwrap_or(1);
    let high = most as f64 * DOWN;
    let columns: Vec<Vec<(f64, f64)>> = sizes
        .iter()
        .enumerate()
        .map(|(i, &size)| column(size, 50.0 + ACROSS * i as f64, high / 2.0))
        .collect();
    let mut drawing = Drawing::default();
    let weights: Vec<[(f64, f64); 2]> = columns
        .windows(2)
        .flat_map(|pair| {
            pair[0]
                .iter()
                .flat_map(|&a| pair[1].iter().map(move |&b| [a, b]))
        })
        .collect();
    drawing.edges(&weights);
    let last = sizes.len() - 1;
    for (i, (units, &size)) in columns.iter().zip(sizes).enumerate() {
        let (name, series) = match i {
            0 => ("input", 2),
            _ if i == last => ("output", 1),
            _ => ("hidden", 5),
        };
        drawing.circles(units, RADIUS, Some(series));
        let x = units[0].0;
        if units.len() < size {
            let dots = [-9.0, 0.0, 9.0].map(|down| (x, high / 2.0 + down));
            drawing.circles(&dots, 2.5, Some(6));
        }
        drawing.text((x, high + 10.0), name, 13.0, false, None);
        drawing.text((x, high + 28.0), &size.to_string(), 13.0, true, None);
    }
    let wide = 100.0 + ACROSS * last as f64;
    drawing.figure(
        (wide.max(text_width("output", 13.0)), high + FOOT),
        "",
        told(sizes),
    )
}

/// The places of a layer's units, around the middle.
fn column(size: usize, x: f64, middle: f64) -> Vec<(f64, f64)> {
    let places = size.min(MOST);
    let top = middle - (places - 1) as f64 / 2.0 * DOWN;
    let all = (0..places).map(|i| (x, top + i as f64 * DOWN));
    if size <= MOST {
        return all.collect();
    }
    // The two in the middle make room for the dots.
    let hidden = [MOST / 2 - 1, MOST / 2];
    all.enumerate()
        .filter(|(i, _)| !hidden.contains(i))
        .map(|(_, place)| place)
        .collect()
}

fn told(sizes: &[usize]) -> String {
    let numbers: Vec<String> = sizes.iter().map(usize::to_string).collect();
    let weights: usize = sizes
        .windows(2)
        .map(|pair| pair[0].saturating_mul(pair[1]))
        .sum();
    let (last, first) = numbers
        .split_last()
        .map_or(("", &[][..]), |(l, f)| (l.as_str(), f));
    format!(
        "network of layers with {} and {last} units, {weights} weights",
        first.join(", ")
    )
}
