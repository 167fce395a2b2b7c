//! How lists of parameters are shown.

use std::fmt;

use crate::display::{MimeBundle, Rich, escape_html};
use crate::nn::params::{Entry, Params, Role};

/// What is said behind the name of a tensor that is not simply trained.
fn note(entry: &Entry) -> &'static str {
    if entry.again {
        " (shared)"
    } else if entry.role == Role::Buffer {
        " (buffer)"
    } else if !entry.parameter.tensor.needs_grad() {
        " (frozen)"
    } else {
        ""
    }
}

/// How many parameters there are so far, and how many numbers.
fn totals(params: &Params) -> (usize, usize) {
    let own = |e: &&Entry| e.role == Role::Parameter && !e.again;
    let own = params.entries().iter().filter(own);
    own.fold((0, 0), |(tensors, numbers), e| {
        (tensors + 1, numbers + e.parameter.tensor.numel())
    })
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self.entries().iter();
        let lines = entries.map(|e| {
            let shape = format!("{:?}{}", e.parameter.tensor.shape(), note(e));
            (e.parameter.name.as_str(), shape)
        });
        let unknown = self.unknown_names();
        let lines: Vec<(&str, String)> = lines
            .chain(unknown.map(|name| (name, "not known before the first batch".to_owned())))
            .collect();
        let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, shape) in lines {
            writeln!(f, "{name:<width$}  {shape}")?;
        }
        let (tensors, numbers) = totals(self);
        write!(f, "{tensors} tensors, {numbers} numbers")
    }
}

impl Rich for Params {
    fn mime_bundle(&self) -> MimeBundle {
        let row = |e: &Entry| {
            format!(
                "<tr><td style=\"text-align:left\">{}{}</td><td>{:?}</td><td>{}</td></tr>",
                escape_html(&e.parameter.name),
                note(e),
                e.parameter.tensor.shape(),
                e.parameter.tensor.numel()
            )
        };
        let unknown = |name: &str| {
            format!(
                "<tr><td style=\"text-align:left\">{}</td><td>not known before the first batch\
                 </td><td></td></tr>",
                escape_html(name)
            )
        };
        let rows: String = self.entries().iter().map(row).collect();
        let unknown: String = self.unknown_names().map(unknown).collect();
        MimeBundle::text(format!("{self:?}")).html(format!(
            "<table style=\"text-align:right\"><thead><tr><th style=\"text-align:left\">parameter</th><th>shape</th>\
             <th>numbers</th></tr></thead><tbody>{rows}{unknown}<tr><th style=\"text-align:left\">total</th>\
             <th></th><th>{}</th></tr></tbody></table>",
            totals(self).1
        ))
    }
}

crate::display::rich_result!(Params);
