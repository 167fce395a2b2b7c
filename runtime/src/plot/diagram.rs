//! Boxes and arrows in pixels, as a figure without axes.

use super::Figure;
use super::color::{self, Rgb, Theme};
use super::label::{shortened, text_width};
use super::panel::{Layer, Look, Mark, Numbers, Panel};

/// Sizes of text in pixels.
const NAME: f64 = 13.0;
const NOTE: f64 = 11.0;

/// From the text to the edge of its box.
const PAD: f64 = 12.0;
/// Longer texts are cut.
const LONGEST: f64 = 340.0;

/// A drawing in pixels from the upper left corner.
#[derive(Default)]
pub(super) struct Drawing {
    layers: Vec<Layer>,
}

/// What a box is, which its colour tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    /// It has numbers that are learnt.
    Learnt,
    /// It has none.
    Fixed,
    /// What goes in and what comes out.
    Data,
}

impl Tone {
    fn color(self) -> Rgb {
        match self {
            Tone::Learnt => Rgb(210, 228, 245),
            Tone::Fixed => Rgb(236, 236, 236),
            Tone::Data => Rgb(213, 236, 212),
        }
    }
}

/// The look of the ways of data.
fn way() -> Look {
    Look {
        color: Some(Rgb(125, 125, 125)),
        width: Some(1.4),
        ..Look::default()
    }
}

/// Width and height of a box with a name and a note below it.
pub(super) fn box_size(name: &str, note: &str) -> (f64, f64) {
    // Names are bold, and so a little wider.
    let wide = (1.12 * text_width(name, NAME)).max(text_width(note, NOTE));
    let high = if note.is_empty() { 28.0 } else { 42.0 };
    ((wide.min(LONGEST) + 2.0 * PAD).max(70.0), high)
}

impl Drawing {
    fn add(&mut self, mark: Mark, look: Look) {
        self.layers.push(Layer {
            mark,
            look,
            label: String::new(),
            twin: false,
            joined: false,
        });
    }

    /// A box with its middle at x and its upper edge at y.
    pub(super) fn labelled_box(&mut self, (x, y): (f64, f64), name: &str, note: &str, tone: Tone) {
        let (wide, high) = box_size(name, note);
        let fill = tone.color();
        self.rounded((x - wide / 2.0, y), (wide, high), fill, 1.0);
        let lines: &[(&str, f64, f64, bool)] = match note {
            "" => &[(name, NAME, high / 2.0, true)],
            _ => &[(name, NAME, 14.0, true), (note, NOTE, 30.0, false)],
        };
        for &(text, size, down, bold) in lines {
            // The boxes are pale in either theme.
            self.text(
                (x, y + down),
                &shortened(text, size, LONGEST),
                size,
                bold,
                Some(Rgb(25, 25, 25)),
            );
        }
    }

    /// A frame around several boxes, with its name above its upper left corner.
    pub(super) fn frame(&mut self, corner: (f64, f64), size: (f64, f64), name: &str) {
        self.rounded(corner, size, Rgb(128, 128, 128), 0.1);
        let wide = text_width(name, NOTE);
        self.text(
            (corner.0 + 9.0 + wide / 2.0, corner.1 + 10.0),
            name,
            NOTE,
            false,
            None,
        );
    }

    fn rounded(&mut self, (x, y): (f64, f64), (wide, high): (f64, f64), fill: Rgb, alpha: f64) {
        let r = 6.0_f64.min(high / 2.0);
        let corners = [
            (x + wide - r, y + r, -90.0),
            (x + wide - r, y + high - r, 0.0),
            (x + r, y + high - r, 90.0),
            (x + r, y + r, 180.0),
        ];
        let (mut xs, mut ys) = (Vec::with_capacity(20), Vec::with_capacity(20));
        for (cx, cy, start) in corners {
            for step in 0..5 {
                let angle = (start + 22.5 * f64::from(step)).to_radians();
                xs.push(cx + r * angle.cos());
                ys.push(cy + r * angle.sin());
            }
        }
        let look = Look {
            color: Some(fill),
            alpha: Some(alpha),
            edge: Some(Rgb(125, 135, 145)),
            width: Some(1.0),
            ..Look::default()
        };
        let (x, y) = (xs.into(), ys.into());
        self.add(Mark::Shape { x, y }, look);
    }

    /// A text around its middle; without a colour in that of the theme.
    pub(super) fn text(
        &mut self,
        (x, y): (f64, f64),
        text: &str,
        size: f64,
        bold: bool,
        color: Option<Rgb>,
    ) {
        let look = Look {
            color,
            text_size: Some(size),
            plain: true,
            bold,
            ..Look::default()
        };
        let text = text.to_owned();
        self.add(Mark::Note { text, x, y }, look);
    }

    /// A grey line through points.
    pub(super) fn line(&mut self, points: &[(f64, f64)]) {
        let x: Numbers = points.iter().map(|p| p.0).collect();
        let y: Numbers = points.iter().map(|p| p.1).collect();
        self.add(Mark::Line { x, y, steps: false }, way());
    }

    /// The same with an arrow at its end.
    pub(super) fn arrow(&mut self, points: &[(f64, f64)]) {
        let [line @ .., head] = points else { return };
        let Some(&tail) = line.last() else { return };
        if line.len() > 1 {
            self.line(line);
        }
        let (text, head) = (String::new(), *head);
        self.add(Mark::Arrow { text, tail, head }, way());
    }

    /// A light line between two points.
    pub(super) fn edges(&mut self, ends: &[[(f64, f64); 2]]) {
        let look = Look {
            color: Some(Rgb(150, 150, 150)),
            width: Some(0.8),
            alpha: Some(0.7),
            ..Look::default()
        };
        let gap = (f64::NAN, f64::NAN);
        let points = ends.iter().flat_map(|&[a, b]| [a, b, gap]);
        let x: Numbers = points.clone().map(|p| p.0).collect();
        let y: Numbers = points.map(|p| p.1).collect();
        self.add(Mark::Line { x, y, steps: false }, look);
    }

    /// Circles of one colour of the palette, or white ones.
    pub(super) fn circles(&mut self, at: &[(f64, f64)], radius: f64, series: Option<usize>) {
        let white = Rgb(255, 255, 255);
        let look = Look {
            color: Some(series.map_or(white, |series| Theme::LIGHT.series(series))),
            alpha: Some(1.0),
            edge: color::parse("#333").ok(),
            marker_size: Some(radius),
            ..Look::default()
        };
        let mark = Mark::Points {
            x: at.iter().map(|p| p.0).collect(),
            y: at.iter().map(|p| p.1).collect(),
            values: None,
            sizes: None,
        };
        self.add(mark, look);
    }

    /// The figure of this size, told to those who cannot see it by `words`.
    pub(super) fn figure(self, (wide, high): (f64, f64), title: &str, words: String) -> Figure {
        /// What a figure without axes leaves free on both sides together.
        const EDGES: f64 = 16.0;
        let above = if title.is_empty() { 0.0 } else { 24.0 };
        let mut panel = Panel {
            layers: self.layers,
            title: title.to_owned(),
            no_axes: true,
            no_grid: true,
            told: Some(words),
            ..Panel::default()
        };
        panel.x.limits = Some((0.0, wide));
        panel.y.limits = Some((0.0, high));
        panel.y.flip = true;
        let mut figure = Figure::new();
        figure.panels = vec![panel];
        // A picture that is higher than the largest one is scaled down.
        figure.size(
            (wide + EDGES).ceil() as u32,
            (high + EDGES + above).ceil() as u32,
        )
    }
}
