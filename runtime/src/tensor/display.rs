//! Tensors as tables in a notebook.

use crate::display::{MimeBundle, Rich, escape_html};
use crate::tensor::Tensor;

/// Dims above this size are elided in a table.
const MAX_ROWS: usize = 20;
const EDGE: usize = 5;

impl Rich for Tensor {
    fn mime_bundle(&self) -> MimeBundle {
        let bundle = MimeBundle::text(self.to_string());
        if (1..=2).contains(&self.ndim()) && !self.is_empty() {
            bundle.html(self.html_table())
        } else {
            bundle
        }
    }
}

impl Tensor {
    fn html_table(&self) -> String {
        let elide = self.shape().iter().any(|&size| size > MAX_ROWS);
        let (words, positions) = self.excerpt(elide, EDGE);
        let mut words = words.into_iter();
        let one_row = [Some(0)];
        let (rows, columns) = match positions.as_slice() {
            [columns] => (&one_row[..], columns),
            [rows, columns] => (rows.as_slice(), columns),
            _ => unreachable!("a table has one or two dims"),
        };
        let header = |i: &Option<usize>| match i {
            Some(i) => format!("<th>{i}</th>"),
            None => "<th>⋯</th>".to_owned(),
        };
        let mut html = String::from("<table style=\"text-align:right\"><thead><tr>");
        if self.ndim() == 2 {
            html.push_str("<th></th>");
        }
        html.extend(columns.iter().map(header));
        html.push_str("</tr></thead><tbody>");
        for row in rows {
            html.push_str("<tr>");
            if self.ndim() == 2 {
                html.push_str(&header(row).replace('⋯', "⋮"));
            }
            for column in columns {
                match (row, column) {
                    (Some(_), Some(_)) => {
                        let word = words.next().unwrap_or_default();
                        html.push_str(&format!("<td>{word}</td>"));
                    }
                    (None, Some(_)) => html.push_str("<td>⋮</td>"),
                    (Some(_), None) => html.push_str("<td>⋯</td>"),
                    (None, None) => html.push_str("<td>⋱</td>"),
                }
            }
            html.push_str("</tr>");
        }
        // No colours of our own: JupyterLab styles tables for its light and dark theme.
        html.push_str("</tbody></table><div style=\"opacity:.7;font-size:85%\">tensor, ");
        html.push_str(&escape_html(&self.caption()));
        html.push_str("</div>");
        html
    }
}

crate::display::rich_result!(Tensor);

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn a_large_table_stays_small() {
        let bundle = zeros(&[5000, 5000]).mime_bundle();
        let html = bundle.get("text/html").unwrap();
        assert!(html.len() < 10_000, "{} bytes", html.len());
        assert_eq!(html.matches("<tr>").count(), 12);
        assert!(html.contains("shape=[5000, 5000]"));
    }

    #[test]
    fn every_number_is_in_its_cell() {
        let html = tensor([[1, 2], [3, 4]]).mime_bundle();
        let html = html.get("text/html").unwrap();
        assert!(html.contains("<th>1</th><td>3</td><td>4</td>"), "{html}");
    }
}
