//! How a model is shown.

use crate::display::{MimeBundle, Rich, escape_html};
use crate::nn::summary::grouped;
use crate::nn::{Module, Params, Sequential};

/// How many numbers the parameters have; a question mark before a lazy layer has seen a batch.
fn count(params: &Params) -> String {
    match params.unknown_names().next() {
        Some(_) => "?".to_owned(),
        None => grouped(params.count()),
    }
}

impl Rich for Sequential {
    fn mime_bundle(&self) -> MimeBundle {
        let row = |(name, layer): (&str, &std::sync::Arc<dyn Module>)| {
            format!(
                "<tr><td style=\"text-align:left\">{}</td>\
                 <td style=\"text-align:left;white-space:pre\">{}</td><td>{}</td></tr>",
                escape_html(name),
                escape_html(&layer.name()),
                count(&layer.parameters())
            )
        };
        let rows: String = self.iter().map(row).collect();
        MimeBundle::text(format!("{self:?}")).html(format!(
            "<table style=\"text-align:right\"><thead><tr><th></th>\
             <th style=\"text-align:left\">layer</th><th>parameters</th></tr></thead><tbody>{rows}\
             <tr><th></th><th style=\"text-align:left\">total</th><th>{}</th></tr></tbody></table>",
            count(&self.parameters())
        ))
    }
}

crate::display::rich_result!(Sequential);

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn a_model_is_a_table_of_its_layers() {
        let shared = Linear::new(8, 8);
        let model = seq![
            Linear::new(4, 8),
            shared.clone(),
            seq![ReLU, shared],
            LazyLinear::new(3)
        ];
        let html = |model: &Sequential| model.mime_bundle().get("text/html").unwrap().to_owned();
        let unknown = html(&model);
        assert!(unknown.contains(">Linear(4, 8)</td><td>40<"), "{unknown}");
        assert!(unknown.contains("total</th><th>?<"), "{unknown}");
        model.forward(&ones(&[1, 4]));
        let known = html(&model);
        // Shared parameters count once: 40 + 72 + 27.
        assert!(known.contains("total</th><th>139<"), "{known}");
        assert!(html(&Sequential::new()).contains("total</th><th>0<"));
    }
}
