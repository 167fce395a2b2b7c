//! A model's layers as boxes, in the order in which data run through them.

use super::Figure;
use super::diagram::{Drawing, Tone, box_size};
use super::label::text_width;
use crate::nn::{Summary, SummaryRow, grouped, shape_of_batch};

/// Between two boxes.
const GAP: f64 = 20.0;
/// Between a frame and what is in it, and above for its name.
const INSIDE: f64 = 10.0;
const HEAD: f64 = 22.0;
/// The circle in which a residual block adds.
const PLUS: f64 = 9.0;
/// More boxes than this are drawn as one for each container, down to a depth where they fit.
const MOST: usize = 36;

/// A layer with those in it.
struct Part<'a> {
    row: &'a SummaryRow,
    parts: Vec<Part<'a>>,
}

/// Room around the line on which data enter and leave.
#[derive(Clone, Copy, Default)]
struct Room {
    left: f64,
    right: f64,
    high: f64,
}

impl Summary {
    /// The architecture: a box for each layer with its output's shape and its number of
    /// parameters, a frame around those of a container, shortcuts and branches beside each other.
    ///
    /// Layers of a model of your own stand in the order in which they ran. Of a deep model the
    /// inner containers are one box each, so that no more than 36 are drawn.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let block = Residual::new(seq![Linear::new(8, 8), ReLU]);
    /// let model = seq![Linear::new(4, 8), block, Linear::new(8, 3)];
    /// let figure = model.summary(&[4]).plot();
    /// assert!(figure.to_svg().contains("Linear(4, 8)"));
    /// assert!(figure.to_svg().contains(">[n, 3] · 27 parameters<"));
    /// ```
    pub fn plot(&self) -> Figure {
        let mut rest = &self.rows[..];
        let Some(root) = tree(&mut rest) else {
            return Figure::new().title("a model without layers");
        };
        let mut depth = usize::MAX;
        if root.boxes(depth) > MOST {
            let fits = |depth: &usize| root.boxes(*depth) <= MOST;
            depth = (1..=32).rev().find(fits).unwrap_or(1);
        }
        let root = root.cut(depth);
        let inner = root.flow();
        let (input, output) = (
            shape_of_batch(&self.input),
            shape_of_batch(&root.row.output),
        );
        let ends = box_size("output", &output)
            .0
            .max(box_size("input", &input).0)
            / 2.0;
        let (left, right) = (inner.left.max(ends), inner.right.max(ends));
        let (_, data) = box_size("input", &input);
        let mut drawing = Drawing::default();
        let axis = left;
        drawing.labelled_box((axis, 0.0), "input", &input, Tone::Data);
        drawing.arrow(&[(axis, data), (axis, data + GAP)]);
        root.draw_flow(&mut drawing, (axis, data + GAP));
        let bottom = data + GAP + inner.high;
        drawing.arrow(&[(axis, bottom), (axis, bottom + GAP)]);
        drawing.labelled_box((axis, bottom + GAP), "output", &output, Tone::Data);
        let high = bottom + GAP + data;
        let title = root.row.layer.split('(').next().unwrap_or_default();
        drawing.figure((left + right, high), title, self.told())
    }

    fn told(&self) -> String {
        let layer =
            |row: &SummaryRow| format!("{} gives {}", row.layer, shape_of_batch(&row.output));
        let layers: Vec<String> = self.rows.iter().skip(1).take(60).map(layer).collect();
        format!(
            "architecture of {} parameters: input {}, {}",
            grouped(self.parameters),
            shape_of_batch(&self.input),
            layers.join(", ")
        )
    }
}

/// The first row with the deeper ones behind it.
fn tree<'a>(rest: &mut &'a [SummaryRow]) -> Option<Part<'a>> {
    let (row, below) = rest.split_first()?;
    *rest = below;
    let mut parts = Vec::new();
    while rest.first().is_some_and(|next| next.depth > row.depth) {
        parts.extend(tree(rest));
    }
    Some(Part { row, parts })
}

impl Part<'_> {
    fn boxes(&self, depth: usize) -> usize {
        if self.parts.is_empty() || depth == 0 {
            return 1;
        }
        self.parts.iter().map(|part| part.boxes(depth - 1)).sum()
    }

    /// The same with what lies deeper left out.
    fn cut(self, depth: usize) -> Self {
        let parts = match depth {
            0 => Vec::new(),
            _ => self
                .parts
                .into_iter()
                .map(|part| part.cut(depth - 1))
                .collect(),
        };
        Part { parts, ..self }
    }

    fn name(&self) -> String {
        match self.row.name.rsplit('.').next() {
            // A name that somebody gave, not a number.
            Some(name) if name.parse::<usize>().is_err() && !name.is_empty() => {
                format!("{name}: {}", self.row.layer)
            }
            _ => self.row.layer.clone(),
        }
    }

    fn note(&self) -> String {
        let shape = shape_of_batch(&self.row.output);
        match self.row.parameters {
            0 if self.row.shared => format!("{shape} · shared"),
            0 => shape,
            1 => format!("{shape} · 1 parameter"),
            n => format!("{shape} · {} parameters", grouped(n)),
        }
    }

    fn is(&self, layer: &str) -> bool {
        self.row.layer == layer && !self.parts.is_empty()
    }

    /// Room for the layer with its frame.
    fn room(&self) -> Room {
        if self.parts.is_empty() {
            let (wide, high) = box_size(&self.name(), &self.note());
            return Room {
                left: wide / 2.0,
                right: wide / 2.0,
                high,
            };
        }
        let inner = self.inner();
        Room {
            // The name stands beside the line.
            left: inner.left.max(text_width(&self.name(), 11.0) + 8.0) + INSIDE,
            right: inner.right + INSIDE,
            high: inner.high + HEAD + INSIDE,
        }
    }

    fn inner(&self) -> Room {
        if self.is("Residual") {
            self.around()
        } else if self.is("Concat") {
            self.beside()
        } else {
            self.flow()
        }
    }

    /// One below the other.
    fn flow(&self) -> Room {
        let rooms = self.parts.iter().map(Part::room);
        let gaps = GAP * self.parts.len().saturating_sub(1) as f64;
        rooms.fold(
            Room {
                high: gaps,
                ..Room::default()
            },
            |all, room| Room {
                left: all.left.max(room.left),
                right: all.right.max(room.right),
                high: all.high + room.high,
            },
        )
    }

    /// A block with its way around.
    fn around(&self) -> Room {
        let block = self.parts[0].room();
        let side = self.parts.get(1).map(Part::room).unwrap_or_default();
        Room {
            left: block.left,
            right: block.right + GAP + side.left + side.right,
            high: GAP + block.high.max(side.high) + GAP + 2.0 * PLUS,
        }
    }

    /// Branches side by side.
    fn beside(&self) -> Room {
        let rooms = self.parts.iter().map(Part::room);
        let gaps = GAP * (self.parts.len() - 1) as f64;
        let (wide, high) = rooms.fold((gaps, 0.0), |(wide, high): (f64, f64), room| {
            (wide + room.left + room.right, high.max(room.high))
        });
        let half = wide / 2.0;
        Room {
            left: half,
            right: half,
            high: GAP + high + GAP + box_size("cat", "").1,
        }
    }

    /// Draws the layer below the point at which data enter.
    fn draw(&self, drawing: &mut Drawing, (x, y): (f64, f64)) {
        if self.parts.is_empty() {
            let tone = if self.row.parameters > 0 || self.row.shared {
                Tone::Learnt
            } else {
                Tone::Fixed
            };
            return drawing.labelled_box((x, y), &self.name(), &self.note(), tone);
        }
        let room = self.room();
        drawing.frame(
            (x - room.left, y),
            (room.left + room.right, room.high),
            &self.name(),
        );
        let top = y + HEAD;
        let entry = [(x, y), (x, top)];
        if self.is("Residual") {
            drawing.line(&entry);
            self.draw_around(drawing, (x, top));
        } else if self.is("Concat") {
            drawing.line(&entry);
            self.draw_beside(drawing, (x, top));
        } else {
            drawing.arrow(&entry);
            self.draw_flow(drawing, (x, top));
        }
        // From what is in it to the edge of its frame.
        drawing.line(&[(x, y + room.high - INSIDE), (x, y + room.high)]);
    }

    fn draw_flow(&self, drawing: &mut Drawing, (x, mut y): (f64, f64)) {
        for (i, part) in self.parts.iter().enumerate() {
            if i > 0 {
                drawing.arrow(&[(x, y), (x, y + GAP)]);
                y += GAP;
            }
            part.draw(drawing, (x, y));
            y += part.room().high;
        }
    }

    fn draw_around(&self, drawing: &mut Drawing, (x, y): (f64, f64)) {
        let block = &self.parts[0];
        let room = block.room();
        let high = self.around().high;
        let plus = y + high - PLUS;
        drawing.arrow(&[(x, y), (x, y + GAP)]);
        block.draw(drawing, (x, y + GAP));
        drawing.arrow(&[(x, y + GAP + room.high), (x, plus - PLUS)]);
        let fork = y + 6.0;
        match self.parts.get(1) {
            Some(side) => {
                let side_room = side.room();
                let beside = x + room.right + GAP + side_room.left;
                drawing.arrow(&[(x, fork), (beside, fork), (beside, y + GAP)]);
                side.draw(drawing, (beside, y + GAP));
                let below = y + GAP + side_room.high;
                drawing.arrow(&[(beside, below), (beside, plus), (x + PLUS, plus)]);
            }
            None => {
                let beside = x + room.right + GAP - 4.0;
                drawing.arrow(&[(x, fork), (beside, fork), (beside, plus), (x + PLUS, plus)]);
            }
        }
        drawing.circles(&[(x, plus)], PLUS, None);
        drawing.text(
            (x, plus),
            "+",
            15.0,
            true,
            Some(super::color::Rgb(25, 25, 25)),
        );
    }

    fn draw_beside(&self, drawing: &mut Drawing, (x, y): (f64, f64)) {
        let all = self.beside();
        let (_, joined) = box_size("cat", "");
        let join = y + all.high - joined;
        let fork = y + 4.0;
        let mut left = x - all.left;
        for part in &self.parts {
            let room = part.room();
            let at = left + room.left;
            drawing.arrow(&[(x, fork), (at, fork), (at, y + GAP)]);
            part.draw(drawing, (at, y + GAP));
            let below = y + GAP + room.high;
            let last = join - GAP / 2.0;
            drawing.arrow(&[(at, below), (at, last), (x, last), (x, join)]);
            left += room.left + room.right + GAP;
        }
        drawing.labelled_box((x, join), "cat", "", Tone::Fixed);
    }
}
