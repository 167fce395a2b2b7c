//! A table of a model's layers.

use std::collections::HashSet;
use std::fmt::{self, Write as _};

use crate::autograd::no_grad;
use crate::display::{MimeBundle, Rich, escape_html};
use crate::dtype::DType;
use crate::nn::observe::{Seen, record};
use crate::nn::params::identity;
use crate::nn::{Mode, Params};
use crate::tensor::{Tensor, zeros};

/// One line of a [`Summary`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SummaryRow {
    /// In how many modules the layer lies.
    pub depth: usize,
    /// Its name in the model, such as `features.0`; empty where it has none.
    pub name: String,
    /// Its type and sizes, such as `Linear(4, 50)`.
    pub layer: String,
    /// The shape of its output.
    pub output: Vec<usize>,
    /// How many numbers it has as parameters, without those of the layers in it and without those
    /// that an earlier line has counted.
    pub parameters: usize,
    /// Whether an earlier line has counted its parameters.
    pub shared: bool,
}

/// A table of the layers of a model, made by [`ModuleExt::summary`](crate::nn::ModuleExt::summary).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let model = seq![Linear::new(2, 4), Tanh, Linear::new(4, 1)];
/// assert_eq!(
///     model.summary(&[2]).to_string(),
///     "\
/// layer                 output  parameters
/// Sequential            [n, 1]            
///   0: Linear(2, 4)     [n, 4]          12
///   1: Tanh             [n, 4]           0
///   2: Linear(4, 1)     [n, 1]           5
/// parameters            17
/// trainable             17
/// input                 0.00 MB
/// forward and backward  0.00 MB
/// parameters            0.00 MB"
/// );
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// The shape of the input.
    pub input: Vec<usize>,
    /// A line for each layer that ran, in the order in which they began; the first is the model.
    pub rows: Vec<SummaryRow>,
    /// How many numbers the parameters have; those of a layer that is used twice count once.
    pub parameters: usize,
    /// How many of them are not frozen.
    pub trainable: usize,
    /// The size of the input in megabytes (2²⁰ bytes).
    pub input_mb: f64,
    /// The size of all outputs and of their gradients in megabytes.
    pub outputs_mb: f64,
    /// The size of the parameters in megabytes.
    pub parameters_mb: f64,
}

const MB: f64 = (1 << 20) as f64;

/// A batch of one input.
#[track_caller]
pub(super) fn zeros_of(input_shape: &[usize]) -> Tensor {
    let shape: Vec<usize> = std::iter::once(1)
        .chain(input_shape.iter().copied())
        .collect();
    zeros(&shape[..])
}

fn bytes(tensor: &Tensor) -> f64 {
    (tensor.numel() * size_of_element(tensor.dtype())) as f64
}

fn size_of_element(dtype: DType) -> usize {
    match dtype {
        DType::Bool => 1,
        DType::F16 => 2,
        DType::F32 => 4,
        DType::I64 | DType::F64 => 8,
    }
}

/// Puts modes back as they were, also after a panic.
struct Modes(Vec<(Mode, bool)>);

impl Modes {
    fn evaluate(params: &Params) -> Modes {
        let modes = params.modes().map(|(_, m)| (m.clone(), m.is_training()));
        let before = Modes(modes.collect());
        params.set_training(false);
        before
    }
}

impl Drop for Modes {
    fn drop(&mut self) {
        self.0.iter().for_each(|(mode, on)| mode.set_training(*on));
    }
}

#[track_caller]
pub(super) fn run(
    name: &str,
    parameters: &dyn Fn() -> Params,
    x: &Tensor,
    forward: &dyn Fn(&Tensor) -> Tensor,
) -> Summary {
    let modes = Modes::evaluate(&parameters());
    let mut output = Vec::new();
    let seen = record(|| output = no_grad(|| forward(x)).shape().to_vec());
    drop(modes);
    let params = parameters();
    let mut rows = Rows::new(&params);
    // A container reports itself; a model of one's own does not.
    let reported = seen.first().is_some_and(|first| first.name == name);
    let below = usize::from(!reported);
    if !reported {
        rows.add(0, String::new(), name, &output, None);
    }
    let mut names: Vec<String> = Vec::new();
    for (i, layer) in seen.iter().enumerate() {
        let full = rows.full_name(layer, &names);
        names.push(full.clone());
        let nested = seen.get(i + 1).is_some_and(|next| next.parent == Some(i));
        let own = (!nested).then_some(&layer.parameters);
        rows.add(layer.depth + below, full, &layer.name, &layer.output, own);
    }
    rows.add_what_is_left(&params);
    let outputs: usize = seen
        .iter()
        .enumerate()
        .filter(|(i, _)| seen.get(i + 1).is_none_or(|next| next.parent != Some(*i)))
        .map(|(_, layer)| layer.output.iter().product::<usize>())
        .sum();
    Summary {
        input: x.shape().to_vec(),
        rows: rows.rows,
        parameters: params.count(),
        trainable: params.count_trainable(),
        input_mb: bytes(x) / MB,
        outputs_mb: (2 * outputs * size_of_element(DType::F32)) as f64 / MB,
        parameters_mb: params.iter().map(|p| bytes(&p.tensor)).sum::<f64>() / MB,
    }
}

struct Rows {
    rows: Vec<SummaryRow>,
    /// The names of the model's tensors by their identity.
    names: Vec<(usize, String)>,
    counted: HashSet<usize>,
}

impl Rows {
    fn new(params: &Params) -> Rows {
        let named = |p: &crate::nn::Parameter| (identity(&p.tensor), p.name.clone());
        Rows {
            rows: Vec::new(),
            names: params.state().map(named).collect(),
            counted: HashSet::new(),
        }
    }

    /// What the model calls a layer: by the name of its first tensor, or by its place in the
    /// container that called it.
    fn full_name(&self, layer: &Seen, names: &[String]) -> String {
        if let Some((id, inner)) = layer.first_tensor() {
            let found = self.names.iter().filter(|(known, _)| *known == id);
            let outer = found.filter_map(|(_, name)| name.strip_suffix(inner));
            let outer: Vec<&str> = outer.map(|outer| outer.trim_end_matches('.')).collect();
            // A layer that is used twice has several names; its place tells which one this is.
            let here = layer.place.as_deref();
            let at_place = |outer: &&&str| outer.rsplit('.').next() == here;
            if let Some(outer) = outer.iter().find(at_place).or(outer.first()) {
                return (*outer).to_owned();
            }
        }
        let Some(place) = &layer.place else {
            return String::new();
        };
        match layer.parent.map(|i| names[i].as_str()) {
            Some(outer) if !outer.is_empty() => format!("{outer}.{place}"),
            _ => place.clone(),
        }
    }

    fn add(
        &mut self,
        depth: usize,
        name: String,
        layer: &str,
        output: &[usize],
        own: Option<&Params>,
    ) {
        let (mut parameters, mut shared) = (0, false);
        for p in own.into_iter().flat_map(Params::iter) {
            if self.counted.insert(identity(&p.tensor)) {
                parameters += p.tensor.numel();
            } else {
                shared = true;
            }
        }
        // Only the type of a container: its layers follow.
        let layer = layer.split(['\n']).next().unwrap_or(layer);
        self.rows.push(SummaryRow {
            depth,
            name,
            layer: layer.trim_end_matches('(').to_owned(),
            output: output.to_vec(),
            parameters,
            shared,
        });
    }

    /// Counts tensors that no layer of a summary has, such as those of a model's own, on the line of
    /// the module that holds them, as far as names tell.
    fn add_what_is_left(&mut self, params: &Params) {
        for p in params.iter() {
            if self.counted.contains(&identity(&p.tensor)) {
                continue;
            }
            let holds = |row: &SummaryRow| {
                let rest = p.name.strip_prefix(row.name.as_str());
                !row.name.is_empty() && rest.is_some_and(|rest| rest.starts_with('.'))
            };
            let holders = self.rows.iter().enumerate().filter(|(_, row)| holds(row));
            let at = holders
                .max_by_key(|(_, row)| row.name.len())
                .map_or(0, |(i, _)| i);
            self.rows[at].parameters += p.tensor.numel();
        }
    }
}

impl Summary {
    /// Whether layers lie in this one, so that a 0 would say nothing.
    fn is_container(&self, i: usize) -> bool {
        let next = self.rows.get(i + 1);
        next.is_some_and(|next| next.depth > self.rows[i].depth)
    }

    fn cells(&self, i: usize) -> [String; 3] {
        let row = &self.rows[i];
        let name = match (row.name.rsplit('.').next(), i) {
            (Some(name), 1..) if !name.is_empty() => format!("{}: {}", row.name, row.layer),
            _ => row.layer.clone(),
        };
        let count = if row.shared && row.parameters == 0 {
            "shared".to_owned()
        } else if row.parameters == 0 && self.is_container(i) {
            String::new()
        } else {
            grouped(row.parameters)
        };
        [name, shape_of_batch(&row.output), count]
    }

    fn totals(&self) -> [(&'static str, String); 5] {
        let mb = |size: f64| format!("{size:.2} MB");
        [
            ("parameters", grouped(self.parameters)),
            ("trainable", grouped(self.trainable)),
            ("input", mb(self.input_mb)),
            ("forward and backward", mb(self.outputs_mb)),
            ("parameters", mb(self.parameters_mb)),
        ]
    }
}

/// A shape with n for the size of the batch.
pub(crate) fn shape_of_batch(output: &[usize]) -> String {
    let rest: Vec<String> = output.iter().skip(1).map(usize::to_string).collect();
    match output.first() {
        Some(1) => format!("[{}]", [&["n".to_owned()][..], &rest].concat().join(", ")),
        _ => format!("{output:?}"),
    }
}

/// A number with a space after each thousand.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = vec![["layer", "output", "parameters"].map(str::to_owned)];
        for (i, row) in self.rows.iter().enumerate() {
            let [name, output, count] = self.cells(i);
            lines.push([format!("{}{name}", "  ".repeat(row.depth)), output, count]);
        }
        let width = |column: usize| {
            let cells = lines.iter().map(|line| line[column].chars().count());
            cells.max().unwrap_or(0)
        };
        let totals = self.totals();
        let longest = totals.iter().map(|(what, _)| what.len()).max();
        let first = width(0).max(longest.unwrap_or(0));
        let (second, third) = (width(1), width(2));
        for [name, output, count] in &lines {
            writeln!(f, "{name:<first$}  {output:<second$}  {count:>third$}")?;
        }
        let totals = totals.map(|(what, value)| format!("{what:<first$}  {value}"));
        f.write_str(&totals.join("\n"))
    }
}

impl Rich for Summary {
    fn mime_bundle(&self) -> MimeBundle {
        let mut html = String::from(
            "<table style=\"text-align:right\"><thead><tr><th style=\"text-align:left\">layer</th>\
             <th>output</th><th>parameters</th></tr></thead><tbody>",
        );
        for (i, row) in self.rows.iter().enumerate() {
            let [name, output, count] = self.cells(i);
            let _ = write!(
                html,
                "<tr><td style=\"text-align:left;padding-left:{}em\">{}</td><td>{output}</td>\
                 <td>{count}</td></tr>",
                row.depth as f64 * 1.5 + 0.5,
                escape_html(&name)
            );
        }
        for (what, value) in self.totals() {
            let _ = write!(
                html,
                "<tr><th style=\"text-align:left\">{what}</th><th></th><th>{value}</th></tr>"
            );
        }
        html.push_str("</tbody></table>");
        MimeBundle::text(self.to_string()).html(html)
    }
}

crate::display::rich_result!(Summary);
