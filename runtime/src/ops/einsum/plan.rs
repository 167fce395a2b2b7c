//! What an equation says: the indices of every operand and of the result.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::shape::show;
use crate::tensor::Tensor;

/// An index: a letter, or a private character for a dim that `...` stands for.
pub(super) type Label = char;

/// The label of a dim of `...`, whose dims are counted from the left of the longest.
fn unnamed(dim: usize) -> Label {
    char::from_u32(0xE000 + dim as u32).unwrap_or('\u{E000}')
}

/// The indices of every operand and of the result.
pub(super) struct Plan {
    pub(super) inputs: Vec<Vec<Label>>,
    pub(super) output: Vec<Label>,
}

impl Plan {
    pub(super) fn new(equation: &str, operands: &[&Tensor]) -> Result<Plan, Error> {
        let fail = |why: String| {
            let shapes: Vec<String> = operands.iter().map(|x| show(x.shape())).collect();
            Error::new(
                "einsum",
                format!("{equation:?} of {}: {why}", shapes.join(", ")),
            )
            .help("\"ij,jk->ik\" is a matrix product, \"ij->i\" sums over columns")
        };
        let text: String = equation.chars().filter(|c| !c.is_whitespace()).collect();
        let (left, right) = match text.split_once("->") {
            Some((left, right)) => (left, Some(right)),
            None => (text.as_str(), None),
        };
        let terms: Vec<&str> = left.split(',').collect();
        if terms.len() != operands.len() {
            return Err(fail(format!(
                "there are {} terms and {} operands, so {} != {}",
                terms.len(),
                operands.len(),
                terms.len(),
                operands.len()
            )));
        }
        let mut unnamed_counts = Vec::new();
        for (i, (term, x)) in terms.iter().zip(operands).enumerate() {
            let named = letters(term).map_err(&fail)?;
            let (dims, count) = (x.ndim(), named.chars().count());
            if count > dims || count < dims && !term.contains("...") {
                return Err(fail(format!(
                    "{term:?} names {count} indices, and operand {i} has {dims} dims, so {count} \
                     != {dims}"
                )));
            }
            unnamed_counts.push(dims - count);
        }
        let most = unnamed_counts.iter().copied().max().unwrap_or(0);
        let labels = |term: &str, count: usize| -> Vec<Label> {
            let (before, behind) = term.split_once("...").unwrap_or((term, ""));
            let dots = (most - count..most).map(unnamed);
            before
                .chars()
                .chain(dots.filter(|_| term.contains("...")))
                .chain(behind.chars())
                .collect()
        };
        let inputs: Vec<Vec<Label>> = terms
            .iter()
            .zip(unnamed_counts)
            .map(|(term, count)| labels(term, count))
            .collect();
        let output = match right {
            Some(right) => {
                letters(right).map_err(&fail)?;
                labels(right, most)
            }
            None => {
                let mut counts: BTreeMap<Label, usize> = BTreeMap::new();
                inputs
                    .iter()
                    .flatten()
                    .for_each(|&label| *counts.entry(label).or_default() += 1);
                let once = counts
                    .iter()
                    .filter(|&(label, &n)| n == 1 && label.is_ascii());
                (0..most)
                    .map(unnamed)
                    .chain(once.map(|(&label, _)| label))
                    .collect()
            }
        };
        for (i, label) in output.iter().enumerate() {
            if output[..i].contains(label) {
                return Err(fail(format!("the result names the index {label} twice")));
            }
            if !inputs.iter().any(|labels| labels.contains(label)) {
                return Err(fail(format!(
                    "the result has the index {label}, no operand has it"
                )));
            }
        }
        let plan = Plan { inputs, output };
        plan.check_sizes(operands).map_err(fail)?;
        Ok(plan)
    }

    /// Whether each index has one size everywhere; size 1 fits every other one, but on a diagonal.
    fn check_sizes(&self, operands: &[&Tensor]) -> Result<(), String> {
        let mut sizes: BTreeMap<Label, (usize, usize)> = BTreeMap::new();
        for (i, (labels, x)) in self.inputs.iter().zip(operands).enumerate() {
            for (d, (&label, &size)) in labels.iter().zip(x.shape()).enumerate() {
                let name = if label.is_ascii() {
                    format!("the index {label}")
                } else {
                    "a dim of \"...\"".to_owned()
                };
                let twin = labels[..d].iter().position(|&other| other == label);
                if let Some(other) = twin
                    .map(|twin| x.shape()[twin])
                    .filter(|&other| other != size)
                {
                    return Err(format!(
                        "{name} stands twice in operand {i}, with sizes that differ: {other} != {size}"
                    ));
                }
                let (known, owner) = *sizes.entry(label).or_insert((size, i));
                if known == 1 {
                    sizes.insert(label, (size, i));
                } else if size != known && size != 1 {
                    return Err(format!(
                        "{name} has size {known} in operand {owner} and {size} in operand {i}, so \
                         {known} != {size}"
                    ));
                }
            }
        }
        Ok(())
    }

    /// The indices that operands from `start` on, or the result, still need.
    pub(super) fn needed(&self, start: usize) -> Vec<Label> {
        let later = self.inputs.iter().skip(start).flatten();
        later.chain(&self.output).copied().collect()
    }
}

/// The letters of a term, without its `...`.
fn letters(term: &str) -> Result<String, String> {
    let named = term.replacen("...", "", 1);
    match named.chars().find(|c| !c.is_ascii_alphabetic()) {
        Some(wrong) => Err(format!(
            "{term:?} has {wrong:?}, and indices are letters from a to Z"
        )),
        None => Ok(named),
    }
}
