//! The picture of a figure, drawn with plotters' SVG backend.
//!
//! plotters draws on whole pixels. Curves want finer steps, so the canvas is [`FINE`] times as
//! large, and the SVG's `viewBox` scales it back.

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::element::{Circle, PathElement, Rectangle};
use plotters::prelude::{Color, DrawingArea, IntoDrawingArea, RGBColor, ShapeStyle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontTransform, IntoTextStyle, TextStyle};

use super::clip::{Frame, Point, thinned};
use super::figure::{Figure, Kind, Series};
use super::ticks::{Axis, Tick};
use crate::display::escape_html;

const FINE: i32 = 10;

/// Okabe and Ito's colours, told apart by colour-blind readers, strongest on white first.
pub(super) const PALETTE: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(60, 60, 60),
];
const INK: RGBColor = RGBColor(38, 38, 38);
const GRID: RGBColor = RGBColor(228, 228, 228);
pub(super) const PAPER: RGBColor = RGBColor(255, 255, 255);

/// Sizes of text in pixels.
pub(super) const TICK_TEXT: f64 = 12.0;
const LABEL_TEXT: f64 = 13.0;
const TITLE_TEXT: f64 = 15.0;
/// The mean width of a character, in parts of its size.
const CHARACTER: f64 = 0.6;

type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;
pub(super) type Drawn = Result<(), String>;

/// The figure as an SVG document.
pub(super) fn svg(figure: &Figure) -> String {
    let (width, height) = figure.size;
    let mut out = String::new();
    let drawn = {
        let size = (width * FINE as u32, height * FINE as u32);
        let canvas = SVGBackend::with_string(&mut out, size).into_drawing_area();
        picture(figure, &canvas).and_then(|()| canvas.present().map_err(|e| e.to_string()))
    };
    debug_assert_eq!(drawn, Ok(()), "writing to a string does not fail");
    // plotters' document starts with its size in fine units.
    let body = out.split_once('>').map_or("", |(_, body)| body);
    let words = escape_html(&figure.words());
    format!(
        "<svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {} {}\" \
         xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{words}\" \
         style=\"max-width:100%;height:auto\"><title>{words}</title>{}",
        width * FINE as u32,
        height * FINE as u32,
        compact(body)
    )
}

/// Drops what every browser assumes anyway.
fn compact(body: &str) -> String {
    body.replace(" opacity=\"1\"", "")
        .replace(" stroke=\"none\"", "")
}

fn picture(figure: &Figure, canvas: &Canvas<'_>) -> Drawn {
    canvas.fill(&PAPER).map_err(|e| e.to_string())?;
    let (width, height) = figure.size;
    let (width, height) = (f64::from(width), f64::from(height));
    let x_axis = x_axis(figure);
    let y_axis = y_axis(figure);
    let y_ticks = y_axis.ticks(((height / 55.0) as usize).clamp(2, 10));
    let widest = y_ticks
        .iter()
        .map(|tick| text_width(&tick.text, TICK_TEXT))
        .fold(0.0, f64::max);
    let room = |text: &str, room: f64| if text.is_empty() { 0.0 } else { room };
    let frame = Frame {
        left: 14.0 + widest + 8.0 + room(&figure.ylabel, 20.0),
        top: 14.0 + room(&figure.title, 22.0),
        right: width - 16.0,
        bottom: height - 30.0 - room(&figure.xlabel, 20.0),
    };
    let x_ticks = x_axis.ticks((((frame.right - frame.left) / 75.0) as usize).clamp(2, 10));
    let plot = Plot {
        canvas,
        frame,
        x_axis,
        y_axis,
    };
    plot.grid(&x_ticks, &y_ticks)?;
    for (i, series) in figure.series.iter().enumerate() {
        plot.series(series, PALETTE[i % PALETTE.len()])?;
    }
    plot.axes(&x_ticks, &y_ticks)?;
    plot.names(figure)?;
    plot.legend(figure)
}

fn x_axis(figure: &Figure) -> Axis {
    match figure.xlim {
        Some((low, high)) => Axis::between(low, high, false),
        None => Axis::around(
            figure.series.iter().flat_map(|s| s.x.iter().copied()),
            false,
            false,
        ),
    }
}

fn y_axis(figure: &Figure) -> Axis {
    match figure.ylim {
        Some((low, high)) => Axis::between(low, high, figure.log_y),
        None => {
            let bars = figure.series.iter().any(|s| s.kind == Kind::Histogram);
            let values = figure.series.iter().flat_map(|s| s.y.iter().copied());
            Axis::around(values, figure.log_y, bars && !figure.log_y)
        }
    }
}

pub(super) fn text_width(text: &str, size: f64) -> f64 {
    text.chars().count() as f64 * size * CHARACTER
}

/// The canvas with its frame and axes; places are in pixels until they are drawn.
pub(super) struct Plot<'a, 'b> {
    canvas: &'a Canvas<'b>,
    pub(super) frame: Frame,
    x_axis: Axis,
    y_axis: Axis,
}

pub(super) fn fine(value: f64) -> i32 {
    (value * f64::from(FINE)).round() as i32
}

fn at((x, y): Point) -> (i32, i32) {
    (fine(x), fine(y))
}

pub(super) fn stroke(color: impl Color, width: f64) -> ShapeStyle {
    ShapeStyle {
        color: color.to_rgba(),
        filled: false,
        stroke_width: fine(width) as u32,
    }
}

pub(super) fn text_style(size: f64, horizontal: HPos, vertical: VPos) -> TextStyle<'static> {
    // plotters divides the size by 1.24 when it writes it.
    ("sans-serif", size * 1.24 * f64::from(FINE))
        .into_text_style(&(1, 1))
        .color(&INK)
        .pos(Pos::new(horizontal, vertical))
}

impl Plot<'_, '_> {
    pub(super) fn line(&self, points: Vec<Point>, style: ShapeStyle) -> Drawn {
        let points: Vec<(i32, i32)> = points.into_iter().map(at).collect();
        self.canvas
            .draw(&PathElement::new(points, style))
            .map_err(|e| e.to_string())
    }

    pub(super) fn dot(&self, point: Point, radius: f64, color: impl Color) -> Drawn {
        let dot = Circle::new(at(point), fine(radius), color.filled());
        self.canvas.draw(&dot).map_err(|e| e.to_string())
    }

    pub(super) fn rectangle(&self, a: Point, b: Point, style: ShapeStyle) -> Drawn {
        self.canvas
            .draw(&Rectangle::new([at(a), at(b)], style))
            .map_err(|e| e.to_string())
    }

    /// plotters' own rectangle has no stroke width.
    pub(super) fn outline(&self, a: Point, b: Point, style: ShapeStyle) -> Drawn {
        self.line(vec![a, (b.0, a.1), b, (a.0, b.1), a], style)
    }

    pub(super) fn text(&self, text: &str, point: Point, style: TextStyle<'_>) -> Drawn {
        self.canvas
            .draw(&Text::new(text.to_owned(), at(point), style))
            .map_err(|e| e.to_string())
    }

    fn x(&self, fraction: f64) -> f64 {
        self.frame.left + fraction * (self.frame.right - self.frame.left)
    }

    fn y(&self, fraction: f64) -> f64 {
        self.frame.bottom - fraction * (self.frame.bottom - self.frame.top)
    }

    pub(super) fn place(&self, x: f64, y: f64) -> Option<Point> {
        // Far outside the frame one place is as good as another, and i32 has its limits.
        let near = |fraction: f64| fraction.clamp(-1e4, 1e4);
        Some((
            self.x(near(self.x_axis.place(x)?)),
            self.y(near(self.y_axis.place(y)?)),
        ))
    }

    fn grid(&self, x_ticks: &[Tick], y_ticks: &[Tick]) -> Drawn {
        let Frame {
            left,
            top,
            right,
            bottom,
        } = self.frame;
        for tick in x_ticks {
            self.line(
                vec![(self.x(tick.at), top), (self.x(tick.at), bottom)],
                stroke(GRID, 0.8),
            )?;
        }
        for tick in y_ticks {
            self.line(
                vec![(left, self.y(tick.at)), (right, self.y(tick.at))],
                stroke(GRID, 0.8),
            )?;
        }
        Ok(())
    }

    fn axes(&self, x_ticks: &[Tick], y_ticks: &[Tick]) -> Drawn {
        let Frame {
            left,
            top,
            right,
            bottom,
        } = self.frame;
        self.outline((left, top), (right, bottom), stroke(INK, 0.9))?;
        for tick in x_ticks {
            let x = self.x(tick.at);
            self.line(vec![(x, bottom), (x, bottom + 4.0)], stroke(INK, 0.9))?;
            let style = text_style(TICK_TEXT, HPos::Center, VPos::Top);
            self.text(&tick.text, (x, bottom + 7.0), style)?;
        }
        for tick in y_ticks {
            let y = self.y(tick.at);
            self.line(vec![(left - 4.0, y), (left, y)], stroke(INK, 0.9))?;
            let style = text_style(TICK_TEXT, HPos::Right, VPos::Center);
            self.text(&tick.text, (left - 7.0, y), style)?;
        }
        for at in self.y_axis.between_ticks() {
            let y = self.y(at);
            self.line(vec![(left - 2.5, y), (left, y)], stroke(INK, 0.6))?;
        }
        Ok(())
    }

    fn names(&self, figure: &Figure) -> Drawn {
        let Frame {
            left,
            top,
            right,
            bottom,
        } = self.frame;
        let (middle_x, middle_y) = ((left + right) / 2.0, (top + bottom) / 2.0);
        if !figure.title.is_empty() {
            let style = text_style(TITLE_TEXT, HPos::Center, VPos::Bottom);
            self.text(&figure.title, (middle_x, top - 6.0), style)?;
        }
        if !figure.xlabel.is_empty() {
            let style = text_style(LABEL_TEXT, HPos::Center, VPos::Top);
            self.text(&figure.xlabel, (middle_x, bottom + 27.0), style)?;
        }
        if !figure.ylabel.is_empty() {
            let style = text_style(LABEL_TEXT, HPos::Center, VPos::Top);
            let style = style.transform(FontTransform::Rotate270);
            self.text(&figure.ylabel, (9.0, middle_y), style)?;
        }
        Ok(())
    }

    pub(super) fn points<'a>(
        &'a self,
        series: &'a Series,
    ) -> impl Iterator<Item = Option<Point>> + 'a {
        series
            .x
            .iter()
            .zip(series.y.iter())
            .map(|(&x, &y)| self.place(x, y))
    }

    fn series(&self, series: &Series, color: RGBColor) -> Drawn {
        match series.kind {
            Kind::Line => {
                for line in self.frame.lines(self.points(series)) {
                    match line[..] {
                        [point] => self.dot(point, 2.0, color)?,
                        _ => self.line(thinned(&line, 0.7), stroke(color, 1.6))?,
                    }
                }
                if series.marker {
                    self.dots(series, 3.2, color.mix(1.0))?;
                }
                Ok(())
            }
            Kind::Scatter => {
                // Many points hide each other, so they are smaller and lighter.
                let (radius, opacity) = match series.x.len() {
                    0..=200 => (3.2, 0.85),
                    201..=2000 => (2.4, 0.6),
                    _ => (1.6, 0.45),
                };
                self.dots(series, radius, color.mix(opacity))
            }
            Kind::Histogram => self.bars(series, color),
        }
    }

    fn dots(&self, series: &Series, radius: f64, color: impl Color + Copy) -> Drawn {
        // Of points on the same spot of a large cloud one is drawn.
        let spot = if series.x.len() > 2000 { 2.0 } else { 0.1 };
        let mut seen = std::collections::HashSet::new();
        for (x, y) in self
            .points(series)
            .flatten()
            .filter(|&point| self.frame.holds(point))
        {
            if seen.insert(((x / spot) as i32, (y / spot) as i32)) {
                self.dot((x, y), radius, color)?;
            }
        }
        Ok(())
    }

    fn bars(&self, series: &Series, color: RGBColor) -> Drawn {
        let Frame {
            left,
            top,
            right,
            bottom,
        } = self.frame;
        for (edges, &height) in series.x.windows(2).zip(series.y.iter()) {
            let (Some(a), Some(b)) = (self.place(edges[0], height), self.place(edges[1], height))
            else {
                continue;
            };
            let base = self
                .y_axis
                .place(0.0)
                .map_or(bottom, |at| self.y(at.clamp(0.0, 1.0)));
            let (x0, x1) = (a.0.clamp(left, right), b.0.clamp(left, right));
            let y = a.1.clamp(top, bottom);
            if height > 0.0 && x1 > x0 {
                self.rectangle((x0, y), (x1, base), color.mix(0.75).filled())?;
                self.outline((x0, y), (x1, base), stroke(PAPER, 0.6))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn odd_data_make_a_picture() {
        let odd: &[&[f64]] = &[
            &[],
            &[1.0],
            &[2.0, 2.0, 2.0],
            &[f64::NAN, f64::NAN],
            &[1.0, f64::NAN, 3.0],
            &[f64::INFINITY, f64::NEG_INFINITY, 0.0],
            &[-1e308, 1e308],
            &[1e-300, 2e-300],
            &[0.0, -1.0],
            &[1e15, 1e15 + 1.0],
        ];
        for y in odd {
            let x: Vec<f64> = (0..y.len()).map(|i| i as f64).collect();
            let all = Figure::new()
                .line(&x, y)
                .label("line")
                .line(y, &x)
                .marker()
                .scatter(y, y)
                .label("points")
                .hist(y, 5)
                .label("histogram");
            for figure in [
                all.clone(),
                all.log_y(),
                all.ylim(0.0, 1.0),
                all.xlim(-1.0, 1e300),
                all.size(1, 1),
            ] {
                let svg = figure.to_svg();
                assert!(
                    svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"),
                    "{y:?}"
                );
                assert!(!svg.contains("NaN") && !svg.contains("inf"), "{y:?}: {svg}");
            }
        }
    }

    #[test]
    fn long_lines_stay_small() {
        let x = arange(0.0, 10_000.0, 1.0);
        let noise = randn(&[10_000]);
        let size = Figure::new().line(&x, &noise).to_svg().len();
        assert!(size < 100_000, "{size} bytes");
    }

    #[test]
    fn words_stand_for_the_picture() {
        let svg = Figure::new()
            .line([1, 2], [0.5, 0.25])
            .label("a < b")
            .title("loss")
            .to_svg();
        assert!(
            svg.contains("loss: line &quot;a &lt; b&quot; of 2, last 0.2500"),
            "{svg}"
        );
        assert!(!svg.contains("a < b"), "{svg}");
    }
}
