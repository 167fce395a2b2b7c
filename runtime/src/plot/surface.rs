//! Surfaces in space, seen from above and from the side.

use super::clip::Point;
use super::draw::Painter;
use super::label::shortened;
use super::layout::{LABEL_TEXT, TICK_TEXT};
use super::panel::{Layer, Mark};
use super::raster::{color_limits, map_of, share};
use super::scene::{Item, Side, stroke};
use super::ticks::Axis;

/// From where the surface is seen: turned and raised by these angles.
const TURN: f64 = -60.0;
const RAISE: f64 = 28.0;
/// The height of the box in parts of its width.
const TALL: f64 = 0.72;
/// More squares than this along a side are not seen.
const MOST: usize = 45;

/// A point in the box, from -1 to 1 along each axis.
type Place = (f64, f64, f64);

/// A layer with its x, y and z.
type Part<'a> = (&'a Layer, &'a [f64], &'a [f64], &'a [f64]);

/// The way from the box to the page.
struct View {
    center: Point,
    scale: f64,
}

impl View {
    /// Place on the page, and the distance: smaller is farther away.
    fn project(&self, (x, y, z): Place) -> (Point, f64) {
        let (turn, raise) = (TURN.to_radians(), RAISE.to_radians());
        let right = -turn.sin() * x + turn.cos() * y;
        let toward = turn.cos() * x + turn.sin() * y;
        let up = raise.cos() * z * TALL - raise.sin() * toward;
        let near = raise.cos() * toward + raise.sin() * z * TALL;
        (
            (
                self.center.0 + self.scale * right,
                self.center.1 - self.scale * up,
            ),
            near,
        )
    }

    fn at(&self, place: Place) -> Point {
        self.project(place).0
    }
}

impl Painter<'_, '_> {
    /// All surfaces of the panel in one box.
    pub(super) fn surfaces(&mut self) {
        let panel = self.placed.panel;
        let parts: Vec<Part<'_>> = panel
            .layers
            .iter()
            .filter_map(|layer| match &layer.mark {
                Mark::Surface { x, y, z } => Some((layer, &x[..], &y[..], &z[..])),
                _ => None,
            })
            .collect();
        let around = |pick: fn(&Part<'_>) -> Vec<f64>, limits: Option<(f64, f64)>| {
            if let Some((low, high)) = limits {
                return Axis::between(low, high, false);
            }
            let all = parts.iter().flat_map(pick).filter(|v| v.is_finite());
            let (low, high) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| {
                (l.min(v), h.max(v))
            });
            if low < high {
                Axis::between(low, high, false)
            } else {
                Axis::around([low].into_iter(), false, false)
            }
        };
        let x = around(|part| part.1.to_vec(), panel.x.limits);
        let y = around(|part| part.2.to_vec(), panel.y.limits);
        let z = around(|part| part.3.to_vec(), None);
        let frame = self.placed.frame;
        let (wide, high) = (frame.right - frame.left, frame.bottom - frame.top);
        let view = View {
            center: (
                f64::midpoint(frame.left, frame.right),
                f64::midpoint(frame.top, frame.bottom) - 0.03 * high,
            ),
            scale: (wide / 3.5).min(high / 2.75),
        };
        self.walls(&view, [x, y, z]);
        for &(layer, xs, ys, zs) in &parts {
            self.surface(&view, [x, y, z], layer, (xs, ys, zs));
        }
    }

    /// The three sides of the box behind the surface, with marks and names.
    fn walls(&mut self, view: &View, [x, y, z]: [Axis; 3]) {
        let theme = self.scene.theme;
        let wall = theme.grid.toward(theme.paper, 0.65).solid();
        let line = stroke(theme.grid.solid(), 0.8);
        let ink = stroke(theme.ink.solid(), 0.9);
        // Seen from there the sides at the low x, the high y and the bottom are behind.
        let corner = |x, y, z| view.at((x, y, z));
        for side in [
            [
                (-1., -1., -1.),
                (1., -1., -1.),
                (1., 1., -1.),
                (-1., 1., -1.),
            ],
            [
                (-1., -1., -1.),
                (-1., 1., -1.),
                (-1., 1., 1.),
                (-1., -1., 1.),
            ],
            [(-1., 1., -1.), (1., 1., -1.), (1., 1., 1.), (-1., 1., 1.)],
        ] {
            let outline = side.into_iter().map(|(x, y, z)| corner(x, y, z)).collect();
            self.scene.area(outline, wall, Some(line));
        }
        let place = |t: f64| 2.0 * t - 1.0;
        let mut lines = Vec::new();
        for t in x.ticks(5).iter().map(|tick| place(tick.at)) {
            lines.push(vec![
                corner(t, -1., -1.),
                corner(t, 1., -1.),
                corner(t, 1., 1.),
            ]);
        }
        for t in y.ticks(5).iter().map(|tick| place(tick.at)) {
            lines.push(vec![
                corner(1., t, -1.),
                corner(-1., t, -1.),
                corner(-1., t, 1.),
            ]);
        }
        for t in z.ticks(5).iter().map(|tick| place(tick.at)) {
            lines.push(vec![
                corner(-1., -1., t),
                corner(-1., 1., t),
                corner(1., 1., t),
            ]);
        }
        self.scene.lines(lines, line);
        let edges = vec![
            vec![corner(-1., -1., -1.), corner(1., -1., -1.)],
            vec![corner(1., -1., -1.), corner(1., 1., -1.)],
            vec![corner(1., 1., -1.), corner(1., 1., 1.)],
        ];
        self.scene.lines(edges, ink);
        let labels = self.placed.panel;
        let room = self.scene.width / 2.5;
        let x_name = shortened(&labels.x.label, LABEL_TEXT, room);
        let y_name = shortened(&labels.y.label, LABEL_TEXT, room);
        for tick in x.ticks(5) {
            let at = corner(place(tick.at), -1.14, -1.);
            self.scene
                .text(&tick.text, at, TICK_TEXT, Side::End, Side::Start);
        }
        for tick in y.ticks(5) {
            let at = corner(1.12, place(tick.at), -1.);
            self.scene
                .text(&tick.text, at, TICK_TEXT, Side::Start, Side::Start);
        }
        for tick in z.ticks(5) {
            let (px, py) = corner(1., 1., place(tick.at));
            let at = (px + 6.0, py);
            self.scene
                .text(&tick.text, at, TICK_TEXT, Side::Start, Side::Middle);
        }
        self.scene.text(
            &x_name,
            corner(0.0, -1.5, -1.05),
            LABEL_TEXT,
            Side::Middle,
            Side::Start,
        );
        self.scene.text(
            &y_name,
            corner(1.5, 0.0, -1.05),
            LABEL_TEXT,
            Side::Middle,
            Side::Start,
        );
    }

    fn surface(
        &mut self,
        view: &View,
        [x, y, z]: [Axis; 3],
        layer: &Layer,
        (xs, ys, zs): (&[f64], &[f64], &[f64]),
    ) {
        let columns = xs.len();
        let steps = |n: usize| -> Vec<usize> {
            let parts = n.saturating_sub(1).min(MOST);
            match parts {
                0 => Vec::new(),
                _ => (0..=parts).map(|i| i * (n - 1) / parts).collect(),
            }
        };
        let (rows_at, columns_at) = (steps(ys.len()), steps(columns));
        let place = |i: usize, j: usize| -> Option<Place> {
            let inside = |axis: &Axis, v: f64| {
                axis.place(v)
                    .filter(|t| (-1e-6..=1.0 + 1e-6).contains(t))
                    .map(|t| 2.0 * t - 1.0)
            };
            Some((
                inside(&x, xs[j])?,
                inside(&y, ys[i])?,
                inside(&z, zs[i * columns + j])?,
            ))
        };
        let (limits, map) = (color_limits(layer), map_of(layer));
        let mut squares = Vec::new();
        for i in rows_at.windows(2) {
            for j in columns_at.windows(2) {
                let corners = [(i[0], j[0]), (i[0], j[1]), (i[1], j[1]), (i[1], j[0])];
                let places: Option<Vec<(Point, f64)>> = corners
                    .iter()
                    .map(|&(i, j)| Some(view.project(place(i, j)?)))
                    .collect();
                let Some(places) = places else { continue };
                let mean = corners
                    .iter()
                    .map(|&(i, j)| zs[i * columns + j] / 4.0)
                    .sum::<f64>();
                let near = places.iter().map(|(_, near)| near / 4.0).sum::<f64>();
                let outline: Vec<Point> = places.into_iter().map(|(at, _)| at).collect();
                squares.push((near, outline, share(mean, limits).unwrap_or(0.0)));
            }
        }
        // The farthest first; what is nearer covers it.
        squares.sort_by(|a, b| a.0.total_cmp(&b.0));
        let alpha = layer.look.alpha.unwrap_or(1.0);
        for (_, outline, t) in squares {
            let color = map.at(t);
            let edge = color.toward(super::color::Rgb(0, 0, 0), 0.18);
            self.scene.items.push(Item::Path {
                lines: vec![outline],
                closed: true,
                fill: Some(color.paint(alpha)),
                stroke: Some(stroke(edge.paint(alpha), 0.5)),
            });
        }
    }
}
