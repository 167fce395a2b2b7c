//! What the stock `evcxr_jupyter` reads: blocks between marks, of which it keeps the last of each
//! mime type and shows them together when the cell ends.
//!
//! So a cell that shows a table and then a figure would show the table alone, beside the figure's
//! text. From the second value on, everything that the cell has shown is given again as one page.

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use crate::display::MimeBundle;
use crate::display::result::html_of;
use crate::host;

/// Values of one cell that are shown.
const MOST: usize = 30;

/// What a cell has shown, and the library that the cell is compiled to.
static SHOWN: Mutex<(Option<String>, Vec<MimeBundle>)> = Mutex::new((None, Vec::new()));

/// Whether the stock kernel reads what this process prints.
pub(super) fn listens() -> bool {
    std::env::var_os("EVCXR_IS_RUNTIME").is_some()
}

/// The text to print so that the kernel shows the value, and what the cell has shown before.
pub(super) fn blocks(bundle: &MimeBundle) -> String {
    let mut shown = SHOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let (cell, bundles) = &mut *shown;
    // A thread that a cell has started is in no cell: what it shows belongs to the cell before.
    if let Some(now) = host::stock_cell()
        && cell.as_ref() != Some(&now)
    {
        *cell = Some(now);
        bundles.clear();
    }
    if cell.is_none() {
        return marked(bundle);
    }
    bundles.push(bundle.clone());
    match bundles.as_slice() {
        [one] => marked(one),
        all => marked(&page(all)),
    }
}

fn marked(bundle: &MimeBundle) -> String {
    let mut text = String::new();
    for (mime, content) in bundle.parts() {
        let _ = write!(
            text,
            "EVCXR_BEGIN_CONTENT {mime}\n{content}\nEVCXR_END_CONTENT\n"
        );
    }
    text
}

/// Several values, one below the other. Notebooks prefer HTML to the picture that the first of them
/// may have left in the kernel.
fn page(bundles: &[MimeBundle]) -> MimeBundle {
    let first = &bundles[..bundles.len().min(MOST)];
    let texts: Vec<&str> = first
        .iter()
        .filter_map(|bundle| bundle.get("text/plain"))
        .collect();
    let mut html: String = first
        .iter()
        .map(|bundle| format!("<div>{}</div>", html_of(bundle)))
        .collect();
    if bundles.len() > MOST {
        let _ = write!(html, "<div>and {} more</div>", bundles.len() - MOST);
    }
    MimeBundle::text(texts.join("\n")).html(html)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_every_value() {
        let table = MimeBundle::text("a table").html("<table></table>");
        let figure = MimeBundle::text("a figure").svg("<svg></svg>");
        let page = page(&[table, figure, MimeBundle::text("1 < 2")]);
        assert_eq!(page.get("text/plain"), Some("a table\na figure\n1 < 2"));
        let html = page.get("text/html").unwrap();
        assert!(html.starts_with("<div><table></table></div><div><img alt=\"a figure\""));
        assert!(html.ends_with("<div><pre>1 &lt; 2</pre></div>"), "{html}");
        assert_eq!(page.parts().count(), 2);
    }

    #[test]
    fn a_page_says_what_it_leaves_out() {
        let many = vec![MimeBundle::text("x"); MOST + 2];
        let html = page(&many).get("text/html").unwrap().to_owned();
        assert_eq!(html.matches("<pre>").count(), MOST);
        assert!(html.ends_with("<div>and 2 more</div>"), "{html}");
    }

    #[test]
    fn outside_of_a_cell_a_value_stands_alone() {
        let block = "EVCXR_BEGIN_CONTENT text/plain\nx\nEVCXR_END_CONTENT\n";
        assert_eq!(blocks(&MimeBundle::text("x")), block);
        assert_eq!(blocks(&MimeBundle::text("x")), block);
    }
}
