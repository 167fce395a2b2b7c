//! What one pair of axes shows: data, looks and names, without places on the page.

use std::sync::Arc;

use super::color::{ColorMap, Rgb};
use super::scene::Dash;

pub(super) type Numbers = Arc<[f64]>;

/// One pair of axes with everything in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Panel {
    pub(super) layers: Vec<Layer>,
    pub(super) title: String,
    /// The title says that something went wrong.
    pub(super) warns: bool,
    pub(super) x: Scale,
    pub(super) y: Scale,
    /// The vertical axis on the right.
    pub(super) twin: Scale,
    /// What is added now belongs to the right axis.
    pub(super) on_twin: bool,
    pub(super) no_grid: bool,
    pub(super) no_axes: bool,
    /// One unit is as long across as it is up.
    pub(super) equal: bool,
    /// The title of the colour bar, if there is one.
    pub(super) colorbar: Option<String>,
    pub(super) legend: Legend,
    /// What the panel shows, where its layers are only strokes of a drawing.
    pub(super) told: Option<String>,
}

/// What is set of an axis.
#[derive(Clone, Debug, Default)]
pub(super) struct Scale {
    pub(super) label: String,
    pub(super) log: bool,
    pub(super) limits: Option<(f64, f64)>,
    /// Marks and what they say, instead of those at round numbers.
    pub(super) ticks: Option<Vec<(f64, String)>>,
    /// From high to low.
    pub(super) flip: bool,
}

/// Where the list of named layers stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Legend {
    /// In the emptiest corner, or beside the frame where every corner is full.
    #[default]
    Best,
    Outside,
    None,
    /// A corner: right or left, lower or upper.
    Corner {
        right: bool,
        lower: bool,
    },
}

#[derive(Clone, Debug)]
pub(super) struct Layer {
    pub(super) mark: Mark,
    pub(super) look: Look,
    pub(super) label: String,
    pub(super) twin: bool,
    /// One call added it together with the layer before.
    pub(super) joined: bool,
}

/// What is set of a layer's look; the rest is up to its kind.
#[derive(Clone, Debug, Default)]
pub(super) struct Look {
    pub(super) color: Option<Rgb>,
    pub(super) width: Option<f64>,
    pub(super) alpha: Option<f64>,
    pub(super) dash: Dash,
    pub(super) marker: Option<Marker>,
    pub(super) marker_size: Option<f64>,
    pub(super) no_line: bool,
    pub(super) edge: Option<Rgb>,
    pub(super) cmap: Option<ColorMap>,
    /// The numbers of the first and the last colour.
    pub(super) clim: Option<(f64, f64)>,
    pub(super) levels: Option<usize>,
    pub(super) text_size: Option<f64>,
    /// A text without the border that lifts it off what is below.
    pub(super) plain: bool,
    pub(super) bold: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    Dot,
    Circle,
    Square,
    Triangle,
    Down,
    Diamond,
    Cross,
    Plus,
    Star,
}

/// Markers of classes, one after the other.
pub(super) const MARKERS: [Marker; 6] = [
    Marker::Circle,
    Marker::Triangle,
    Marker::Square,
    Marker::Diamond,
    Marker::Down,
    Marker::Star,
];

/// One thing that is drawn.
#[derive(Clone, Debug)]
pub(super) enum Mark {
    Line {
        x: Numbers,
        y: Numbers,
        steps: bool,
    },
    Points {
        x: Numbers,
        y: Numbers,
        /// Numbers that the colour map makes colours of.
        values: Option<Numbers>,
        /// Radii in pixels.
        sizes: Option<Numbers>,
    },
    /// Bars from `edges[i]` to `edges[i + 1]`.
    Histogram {
        edges: Numbers,
        heights: Numbers,
    },
    /// Bars around the numbers 0, 1, 2, ..; `lying` ones grow to the right.
    Bars {
        heights: Numbers,
        lying: bool,
    },
    /// Quartiles and outliers, at the place with this number.
    Box {
        at: usize,
        values: Numbers,
    },
    Errors {
        x: Numbers,
        y: Numbers,
        error: Numbers,
    },
    Band {
        x: Numbers,
        low: Numbers,
        high: Numbers,
        /// It has the colour of the layer after it, not of the one before.
        of_next: bool,
    },
    /// A closed outline, filled.
    Shape {
        x: Numbers,
        y: Numbers,
    },
    /// A line from edge to edge, `level` or upright.
    Rule {
        at: f64,
        level: bool,
    },
    /// A band from edge to edge.
    Span {
        low: f64,
        high: f64,
        level: bool,
    },
    Note {
        text: String,
        x: f64,
        y: f64,
    },
    /// An arrow, with a text at its tail.
    Arrow {
        text: String,
        tail: (f64, f64),
        head: (f64, f64),
    },
    Image {
        rows: usize,
        columns: usize,
        cells: Cells,
        /// Digits behind the point of the number in each cell, if they are written.
        digits: Option<usize>,
    },
    Contour {
        x: Numbers,
        y: Numbers,
        /// Row by row; a row has one y.
        z: Numbers,
        filled: bool,
    },
    Regions {
        x: Numbers,
        y: Numbers,
        /// For each class by how much it is ahead of every other, point by point.
        margins: Vec<Numbers>,
    },
    Surface {
        x: Numbers,
        y: Numbers,
        z: Numbers,
    },
    Arrows {
        x: Numbers,
        y: Numbers,
        u: Numbers,
        v: Numbers,
    },
}

/// The content of an image: numbers for the colour map, or red, green and blue.
#[derive(Clone, Debug)]
pub(super) enum Cells {
    Numbers(Numbers),
    Rgb(Arc<[u8]>),
}

impl Mark {
    /// Whether the layer takes the next colour of the palette.
    pub(super) fn takes_color(&self) -> bool {
        matches!(
            self,
            Mark::Line { .. }
                | Mark::Points { values: None, .. }
                | Mark::Histogram { .. }
                | Mark::Bars { .. }
                | Mark::Box { .. }
                | Mark::Errors { .. }
                | Mark::Shape { .. }
        )
    }

    /// Whether colours stand for numbers, as a colour bar tells.
    pub(super) fn mapped(&self) -> Option<&[f64]> {
        match self {
            Mark::Points {
                values: Some(values),
                ..
            } => Some(values),
            Mark::Image {
                cells: Cells::Numbers(values),
                ..
            } => Some(values),
            Mark::Contour { z, .. } | Mark::Surface { z, .. } => Some(z),
            _ => None,
        }
    }

    /// What it is called in the words for the picture.
    pub(super) fn words(&self) -> String {
        let points = |kind: &str, n: usize| format!("{kind} of {n}");
        match self {
            Mark::Line { y, .. } => points("line", y.len()),
            Mark::Points { y, .. } => points("points", y.len()),
            Mark::Histogram { heights, .. } => points("histogram", heights.len()),
            Mark::Bars { heights, .. } => points("bars", heights.len()),
            Mark::Box { values, .. } => points("box", values.len()),
            Mark::Errors { y, .. } => points("error bars", y.len()),
            Mark::Band { x, .. } => points("band", x.len()),
            Mark::Shape { x, .. } => format!("shape of {} corners", x.len()),
            Mark::Rule { at, level: true } => format!("level line at {at}"),
            Mark::Rule { at, level: false } => format!("upright line at {at}"),
            Mark::Span { low, high, .. } => format!("range from {low} to {high}"),
            Mark::Note { text, .. } | Mark::Arrow { text, .. } => format!("note {text:?}"),
            Mark::Image {
                rows,
                columns,
                digits,
                ..
            } => {
                let kind = if digits.is_some() {
                    "heat map"
                } else {
                    "image"
                };
                format!("{kind} of {rows} x {columns}")
            }
            Mark::Contour { x, y, .. } => format!("contours of {} x {}", y.len(), x.len()),
            Mark::Regions { margins, .. } => format!("regions of {} classes", margins.len()),
            Mark::Surface { x, y, .. } => format!("surface of {} x {}", y.len(), x.len()),
            Mark::Arrows { x, .. } => points("arrows", x.len()),
        }
    }
}

impl Layer {
    fn words(&self) -> String {
        let name = if self.label.is_empty() {
            String::new()
        } else {
            format!(" {:?}", super::label::spoken(&self.label))
        };
        let kind = self.mark.words();
        let (kind, rest) = kind.split_once(' ').unwrap_or((&kind, ""));
        let last = match &self.mark {
            Mark::Line { y, .. } => match y.last() {
                Some(last) if last.is_finite() => format!(", last {last:.4}"),
                _ => String::new(),
            },
            _ => String::new(),
        };
        format!("{kind}{name} {rest}{last}")
    }
}

/// Layers that the words for a panel name.
const TOLD: usize = 12;

impl Panel {
    /// What the panel shows, in words.
    pub(super) fn words(&self) -> String {
        let spoken = super::label::spoken;
        if let Some(told) = &self.told {
            return format!("{}: {told}", spoken(&self.title));
        }
        let axes = match (self.x.label.as_str(), self.y.label.as_str()) {
            ("", "") => String::new(),
            (x, "") => format!(" over {}", spoken(x)),
            ("", y) => format!(", {}", spoken(y)),
            (x, y) => format!(", {} over {}", spoken(y), spoken(x)),
        };
        let mut layers: Vec<String> = self.layers.iter().take(TOLD).map(Layer::words).collect();
        if self.layers.len() > TOLD {
            layers.push(format!("and {} more", self.layers.len() - TOLD));
        }
        let layers = if layers.is_empty() {
            "empty".to_owned()
        } else {
            layers.join("; ")
        };
        format!("{}{axes}: {layers}", spoken(&self.title))
    }
}
