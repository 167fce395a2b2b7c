//! A graph as a picture: the leaves above, the result below.

use std::fmt::Write as _;

use crate::autograd::graph::layout::Layout;
use crate::autograd::graph::{Graph, Kind};
use crate::display::escape_html;
use crate::shape::show;

const BOX_HEIGHT: f64 = 38.0;
const LAYER_HEIGHT: f64 = 74.0;
const MARGIN: f64 = 12.0;
const CHARACTER: f64 = 7.3;
/// Longer names are cut.
const NAME_LENGTH: usize = 28;
/// How far apart arrows end at one box.
const ENTRY_GAP: f64 = 14.0;

fn title(name: &str) -> String {
    if name.chars().count() <= NAME_LENGTH {
        return name.to_owned();
    }
    let start: String = name.chars().take(NAME_LENGTH - 1).collect();
    start + "…"
}

/// Nodes that the words for the picture name.
const TOLD: usize = 30;

/// The graph in words, for those who cannot see it.
fn told(graph: &Graph) -> String {
    let entries = graph.entries.iter().take(TOLD).map(|entry| {
        let inputs: Vec<String> = entry
            .inputs
            .iter()
            .map(|&i| graph.entries[i].title())
            .collect();
        let title = format!("{} {}", entry.title(), show(&entry.shape));
        match inputs.is_empty() {
            true => title,
            false => format!("{title} from {}", inputs.join(" and ")),
        }
    });
    let entries: Vec<String> = entries.collect();
    let more = match graph.len().saturating_sub(entries.len()) {
        0 => String::new(),
        more => format!("; and {more} more nodes"),
    };
    format!("computational graph: {}{more}", entries.join("; "))
}

pub(super) fn draw(graph: &Graph) -> String {
    let words: Vec<(String, String)> = graph
        .entries
        .iter()
        .map(|entry| (title(&entry.title()), show(&entry.shape)))
        .collect();
    let length = |text: &String| text.chars().count() as f64 * CHARACTER;
    let widths: Vec<f64> = words
        .iter()
        .map(|(name, shape)| (length(name).max(length(shape)) + 20.0).max(56.0))
        .collect();
    let layout = Layout::new(graph, &widths);
    let note = graph.rest();
    let note_width = note.as_ref().map_or(0.0, length);
    let width = layout.width.max(note_width) + 2.0 * MARGIN;
    let shift = (width - layout.width) / 2.0;
    let top_margin = if note.is_some() {
        MARGIN + 24.0
    } else {
        MARGIN
    };
    let height =
        (layout.layers.saturating_sub(1)) as f64 * LAYER_HEIGHT + BOX_HEIGHT + MARGIN + top_margin;
    let top = |layer: usize| top_margin + (layout.layers - 1 - layer) as f64 * LAYER_HEIGHT;

    let told = escape_html(&told(graph));
    let mut out = String::new();
    // Colours that are read on white and on black, since the page's theme is not known here.
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"monospace\" font-size=\"12\" \
         text-anchor=\"middle\" role=\"img\" aria-label=\"{told}\" \
         style=\"max-width:100%;height:auto\"><title>computational graph</title>\
         <desc>{told}</desc>"
    );
    if let Some(note) = note {
        let _ = write!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" fill=\"#888\">{}</text>",
            width / 2.0,
            MARGIN + 12.0,
            escape_html(&note)
        );
    }
    edges(&mut out, &layout, shift, top);
    for (entry, ((name, shape), item)) in graph.entries.iter().zip(words.iter().zip(&layout.items))
    {
        let (fill, line) = match entry.kind {
            Kind::Leaf => ("#d5ecd4", "#4f9a4d"),
            Kind::Computed => ("#dce8f7", "#5c86bd"),
            Kind::Freed => ("#eeeeee", "#999999"),
        };
        let (x, y) = (item.x + shift, top(item.layer));
        let dash = if entry.kind == Kind::Freed || entry.is_cut {
            " stroke-dasharray=\"4 3\""
        } else {
            ""
        };
        let _ = write!(
            out,
            "<rect x=\"{:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{BOX_HEIGHT}\" rx=\"7\" \
             fill=\"{fill}\" stroke=\"{line}\"{dash}/>\
             <text x=\"{x:.1}\" y=\"{:.1}\" fill=\"#111\" font-weight=\"bold\">{}</text>\
             <text x=\"{x:.1}\" y=\"{:.1}\" fill=\"#444\">{}</text>",
            x - item.width / 2.0,
            item.width,
            y + 16.0,
            escape_html(name),
            y + 31.0,
            escape_html(shape)
        );
    }
    out.push_str("</svg>");
    out
}

fn edges(out: &mut String, layout: &Layout, shift: f64, top: impl Fn(usize) -> f64) {
    // Arrows that end at one box lie side by side, in the order of where they come from.
    let mut arriving = vec![Vec::new(); layout.items.len()];
    for &(from, to) in &layout.edges {
        arriving[to].push(from);
    }
    for (to, sources) in arriving.iter_mut().enumerate() {
        sources.sort_by(|&a, &b| layout.items[a].x.total_cmp(&layout.items[b].x));
        let target = &layout.items[to];
        let room = target.width / (sources.len() + 1) as f64;
        for (i, &from) in sources.iter().enumerate() {
            let source = &layout.items[from];
            let aside = (i as f64 - (sources.len() - 1) as f64 / 2.0) * room.min(ENTRY_GAP);
            let (x0, x1) = (source.x + shift, target.x + aside + shift);
            let (y0, y1) = (top(source.layer) + BOX_HEIGHT, top(target.layer));
            let end = if target.is_box { y1 - 6.0 } else { y1 };
            let middle = (y0 + y1) / 2.0;
            let _ = write!(
                out,
                "<path d=\"M{x0:.1} {y0:.1}C{x0:.1} {middle:.1} {x1:.1} {middle:.1} {x1:.1} {end:.1}",
            );
            if !target.is_box {
                let _ = write!(out, "V{:.1}", y1 + BOX_HEIGHT);
            }
            out.push_str("\" fill=\"none\" stroke=\"#888\" stroke-width=\"1.3\"/>");
            if target.is_box {
                let _ = write!(
                    out,
                    "<path d=\"M{:.1} {:.1}h8l-4 7z\" fill=\"#888\"/>",
                    x1 - 4.0,
                    y1 - 7.5
                );
            }
        }
    }
}
