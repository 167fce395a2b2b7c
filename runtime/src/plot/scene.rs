//! What a picture is made of, before it is written as SVG.

use super::clip::{Frame, Point};
use super::color::{Paint, Theme};

/// A line's look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stroke {
    pub(super) paint: Paint,
    pub(super) width: f64,
    pub(super) dash: Dash,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) enum Dash {
    #[default]
    Solid,
    Dashed,
    Dotted,
    Alternating,
}

impl Dash {
    /// Lengths of dashes and gaps, in widths of the line.
    pub(super) fn pattern(self) -> &'static [f64] {
        match self {
            Dash::Solid => &[],
            Dash::Dashed => &[3.7, 1.8],
            Dash::Dotted => &[1.0, 1.7],
            Dash::Alternating => &[5.0, 1.8, 1.0, 1.8],
        }
    }
}

pub(super) fn stroke(paint: Paint, width: f64) -> Stroke {
    Stroke {
        paint,
        width,
        dash: Dash::Solid,
    }
}

/// Which side of the text stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Start,
    Middle,
    End,
}

/// A text and its look; `down` says which part of it stands at its place, from its top.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Words {
    pub(super) text: String,
    pub(super) at: Point,
    pub(super) size: f64,
    pub(super) side: Side,
    pub(super) down: Side,
    pub(super) paint: Paint,
    /// Turned against the clock, in degrees.
    pub(super) turned: f64,
    pub(super) bold: bool,
    /// A border of this colour, so that the text is readable on anything.
    pub(super) halo: Option<Paint>,
}

impl Words {
    /// From the place down to the line on which the letters stand.
    pub(super) fn drop(&self) -> f64 {
        self.size
            * match self.down {
                Side::Start => 0.76,
                Side::Middle => 0.36,
                Side::End => -0.06,
            }
    }
}

/// Pixels to be shown in a rectangle.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pixels {
    pub(super) frame: Frame,
    pub(super) width: usize,
    pub(super) height: usize,
    /// Red, green, blue and opacity of one pixel after the other, row by row.
    pub(super) rgba: Vec<u8>,
    pub(super) smooth: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Item {
    /// Lines through points, closed ones filled, with one look.
    Path {
        lines: Vec<Vec<Point>>,
        closed: bool,
        fill: Option<Paint>,
        stroke: Option<Stroke>,
    },
    /// Circles of one look.
    Dots {
        at: Vec<Point>,
        radius: f64,
        fill: Paint,
        edge: Option<Stroke>,
    },
    Text(Words),
    Image(Pixels),
    /// What follows is cut at the frame, up to `Unclip`.
    Clip(Frame),
    Unclip,
}

/// A picture, in pixels from the upper left corner.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) theme: Theme,
    pub(super) items: Vec<Item>,
}

impl Scene {
    pub(super) fn new(width: f64, height: f64, theme: Theme) -> Scene {
        Scene {
            width,
            height,
            theme,
            items: Vec::new(),
        }
    }

    pub(super) fn line(&mut self, points: Vec<Point>, stroke: Stroke) {
        self.lines(vec![points], stroke);
    }

    pub(super) fn lines(&mut self, lines: Vec<Vec<Point>>, stroke: Stroke) {
        self.items.push(Item::Path {
            lines,
            closed: false,
            fill: None,
            stroke: Some(stroke),
        });
    }

    pub(super) fn area(&mut self, points: Vec<Point>, fill: Paint, stroke: Option<Stroke>) {
        self.items.push(Item::Path {
            lines: vec![points],
            closed: true,
            fill: Some(fill),
            stroke,
        });
    }

    pub(super) fn rectangle(&mut self, frame: Frame, fill: Option<Paint>, stroke: Option<Stroke>) {
        let Frame {
            left,
            top,
            right,
            bottom,
        } = frame;
        self.items.push(Item::Path {
            lines: vec![vec![
                (left, top),
                (right, top),
                (right, bottom),
                (left, bottom),
            ]],
            closed: true,
            fill,
            stroke,
        });
    }

    pub(super) fn dots(&mut self, at: Vec<Point>, radius: f64, fill: Paint, edge: Option<Stroke>) {
        self.items.push(Item::Dots {
            at,
            radius,
            fill,
            edge,
        });
    }

    pub(super) fn text(&mut self, text: &str, at: Point, size: f64, side: Side, down: Side) {
        let paint = self.theme.ink.solid();
        self.words(Words {
            text: text.to_owned(),
            at,
            size,
            side,
            down,
            paint,
            turned: 0.0,
            bold: false,
            halo: None,
        });
    }

    pub(super) fn words(&mut self, words: Words) {
        if !words.text.is_empty() {
            self.items.push(Item::Text(words));
        }
    }
}
