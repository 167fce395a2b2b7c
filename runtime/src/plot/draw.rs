//! The picture of a figure: frames, marks and names; `marks` draws what is inside.

use super::clip::{Frame, Point};
use super::color::Rgb;
use super::figure::Figure;
use super::label::{shortened, text_width};
use super::layout::{self, LABEL_TEXT, LEAN, Placed, SUPTITLE_TEXT, TICK_TEXT, TITLE_TEXT};
use super::panel::{Layer, Mark};
use super::raster::map_of;
use super::scene::Item;
use super::scene::{Pixels, Scene, Side, Words, stroke};

/// Everything that the figure shows, in its place.
pub(super) fn scene(figure: &Figure) -> Scene {
    let figure = &*super::lighten::lightened(figure);
    let (width, height) = figure.pixels();
    let mut scene = Scene::new(width, height, figure.theme);
    let middle = width / 2.0;
    let title = shortened(&figure.suptitle, SUPTITLE_TEXT, width - 10.0);
    scene.text(
        &title,
        (middle, 6.0),
        SUPTITLE_TEXT,
        Side::Middle,
        Side::Start,
    );
    for placed in &layout::place(figure) {
        let mut painter = Painter {
            scene: &mut scene,
            placed,
        };
        painter.panel();
    }
    scene
}

/// What draws one panel.
pub(super) struct Painter<'a, 'b> {
    pub(super) scene: &'a mut Scene,
    pub(super) placed: &'a Placed<'b>,
}

/// The colours of the layers of a panel.
pub(super) fn colors(placed: &Placed<'_>, scene_theme: super::color::Theme) -> Vec<Rgb> {
    let mut taken = 0;
    let mut last = scene_theme.series(0);
    let layers = &placed.panel.layers;
    layers
        .iter()
        .enumerate()
        .map(|(i, layer)| {
            let next = if layer.mark.takes_color() {
                taken += 1;
                scene_theme.series(taken - 1)
            } else {
                match layer.mark {
                    // A band belongs to the line before it.
                    Mark::Band { of_next, .. } => {
                        let next = layers.get(i + 1).filter(|_| of_next);
                        match next {
                            Some(next) => next.look.color.unwrap_or(scene_theme.series(taken)),
                            None => last,
                        }
                    }
                    Mark::Span { .. } => scene_theme.faint,
                    _ => scene_theme.ink,
                }
            };
            let color = layer.look.color.unwrap_or(next);
            if layer.mark.takes_color() {
                last = color;
            }
            color
        })
        .collect()
}

impl Painter<'_, '_> {
    fn panel(&mut self) {
        let placed = self.placed;
        let panel = placed.panel;
        if placed.has_surface() {
            self.surfaces();
        } else {
            if !(panel.no_grid || panel.no_axes) {
                self.grid();
            }
            let colors = colors(placed, self.scene.theme);
            // Ranges from edge to edge lie below everything else.
            for ground in [true, false] {
                for (i, (layer, &color)) in panel.layers.iter().zip(&colors).enumerate() {
                    if matches!(layer.mark, Mark::Span { .. }) == ground {
                        self.layer(layer, color, i);
                    }
                }
            }
            if !panel.no_axes {
                self.axes();
            }
        }
        self.names();
        self.bar();
        self.legend();
    }

    pub(super) fn x(&self, fraction: f64) -> f64 {
        let frame = self.placed.frame;
        frame.left + fraction * (frame.right - frame.left)
    }

    pub(super) fn y(&self, fraction: f64) -> f64 {
        let frame = self.placed.frame;
        frame.bottom - fraction * (frame.bottom - frame.top)
    }

    /// The place of a point of a layer; `None` if it has none.
    pub(super) fn place(&self, x: f64, y: f64, twin: bool) -> Option<Point> {
        self.placed.place(x, y, twin)
    }

    fn grid(&mut self) {
        let placed = self.placed;
        // Lines on an image or behind a full frame are noise.
        let full = |layer: &Layer| {
            matches!(
                layer.mark,
                Mark::Image { .. } | Mark::Contour { filled: true, .. } | Mark::Regions { .. }
            )
        };
        if placed.panel.layers.iter().any(full) {
            return;
        }
        let Frame {
            left,
            top,
            right,
            bottom,
        } = placed.frame;
        let named = |layer: &Layer| matches!(layer.mark, Mark::Bars { .. } | Mark::Box { .. });
        let lying = |layer: &Layer| matches!(layer.mark, Mark::Bars { lying: true, .. });
        // Between bars with names only the lines that tell their height.
        let (bars, lie) = (
            placed.panel.layers.iter().any(named),
            placed.panel.layers.iter().any(lying),
        );
        let mut lines = Vec::new();
        if !bars || lie {
            for tick in &placed.x_ticks {
                let x = self.x(tick.at);
                lines.push(vec![(x, top), (x, bottom)]);
            }
        }
        if !bars || !lie {
            for tick in &placed.y_ticks {
                let y = self.y(tick.at);
                lines.push(vec![(left, y), (right, y)]);
            }
        }
        let grid = self.scene.theme.grid.solid();
        if !lines.is_empty() {
            self.scene.lines(lines, stroke(grid, 0.8));
        }
    }

    fn axes(&mut self) {
        let placed = self.placed;
        let ink = self.scene.theme.ink.solid();
        let Frame {
            left,
            top,
            right,
            bottom,
        } = placed.frame;
        self.scene
            .rectangle(placed.frame, None, Some(stroke(ink, 0.9)));
        let mut marks = Vec::new();
        for tick in &placed.x_ticks {
            let x = self.x(tick.at);
            marks.push(vec![(x, bottom), (x, bottom + 4.0)]);
            if placed.leaning {
                self.scene.words(Words {
                    text: tick.text.clone(),
                    at: (x + 4.0, bottom + 6.0),
                    size: TICK_TEXT,
                    side: Side::End,
                    down: Side::Start,
                    paint: ink,
                    turned: LEAN,
                    bold: false,
                    halo: None,
                });
            } else {
                let at = (x, bottom + 6.0);
                self.scene
                    .text(&tick.text, at, TICK_TEXT, Side::Middle, Side::Start);
            }
        }
        for tick in &placed.y_ticks {
            let y = self.y(tick.at);
            marks.push(vec![(left - 4.0, y), (left, y)]);
            let at = (left - 7.0, y);
            self.scene
                .text(&tick.text, at, TICK_TEXT, Side::End, Side::Middle);
        }
        for tick in &placed.twin_ticks {
            let y = self.y(tick.at);
            marks.push(vec![(right, y), (right + 4.0, y)]);
            let at = (right + 7.0, y);
            self.scene
                .text(&tick.text, at, TICK_TEXT, Side::Start, Side::Middle);
        }
        if !marks.is_empty() {
            self.scene.lines(marks, stroke(ink, 0.9));
        }
        let mut small = Vec::new();
        for at in placed.y.between_ticks() {
            let y = self.y(at);
            small.push(vec![(left - 2.5, y), (left, y)]);
        }
        for at in placed.x.between_ticks() {
            let x = self.x(at);
            small.push(vec![(x, bottom), (x, bottom + 2.5)]);
        }
        for at in placed
            .twin
            .iter()
            .flat_map(super::ticks::Axis::between_ticks)
        {
            let y = self.y(at);
            small.push(vec![(right, y), (right + 2.5, y)]);
        }
        if !small.is_empty() {
            self.scene.lines(small, stroke(ink, 0.6));
        }
        debug_assert!(top <= bottom);
    }

    fn names(&mut self) {
        let placed = self.placed;
        let panel = placed.panel;
        let Frame {
            left,
            top,
            right,
            bottom,
        } = placed.frame;
        let (middle_x, middle_y) = ((left + right) / 2.0, (top + bottom) / 2.0);
        let title = shortened(&panel.title, TITLE_TEXT, placed.room);
        // A title wider than its frame stays on the page.
        let half = text_width(&title, TITLE_TEXT) / 2.0;
        let last = self.scene.width - half - 4.0;
        let at = (middle_x.min(last).max(half + 4.0), top - 6.0);
        let theme = self.scene.theme;
        let color = if panel.warns {
            theme.warning
        } else {
            theme.ink
        };
        self.scene.words(Words {
            text: title,
            at,
            size: TITLE_TEXT,
            side: Side::Middle,
            down: Side::End,
            paint: color.solid(),
            turned: 0.0,
            bold: false,
            halo: None,
        });
        if panel.no_axes || placed.has_surface() {
            return;
        }
        let label = shortened(&panel.x.label, LABEL_TEXT, placed.room);
        let at = (middle_x, bottom + placed.below());
        self.scene
            .text(&label, at, LABEL_TEXT, Side::Middle, Side::Start);
        let high = bottom - top + 60.0;
        let label = shortened(&panel.y.label, LABEL_TEXT, high);
        self.upright(
            &label,
            (left - placed.margins.left + 2.0, middle_y),
            Side::Start,
        );
        let label = shortened(&panel.twin.label, LABEL_TEXT, high);
        let at = (right + placed.margins.twin - 2.0, middle_y);
        self.upright(&label, at, Side::End);
    }

    /// A text from bottom to top.
    fn upright(&mut self, text: &str, at: Point, down: Side) {
        let paint = self.scene.theme.ink.solid();
        self.scene.words(Words {
            text: text.to_owned(),
            at,
            size: LABEL_TEXT,
            side: Side::Middle,
            down,
            paint,
            turned: 90.0,
            bold: false,
            halo: None,
        });
    }

    /// The colour bar.
    fn bar(&mut self) {
        let (Some(bar), Some(layer)) = (&self.placed.bar, self.placed.mapped()) else {
            return;
        };
        let map = map_of(layer);
        let frame = bar.frame;
        let ink = self.scene.theme.ink.solid();
        let at = |fraction: f64| frame.bottom - fraction * (frame.bottom - frame.top);
        let levels = match &layer.mark {
            Mark::Contour { filled: true, .. } => {
                super::contour::levels(layer, bar.axis.low, bar.axis.high)
            }
            _ => Vec::new(),
        };
        if levels.len() > 1 {
            for pair in levels.windows(2) {
                let (Some(a), Some(b)) = (bar.axis.place(pair[0]), bar.axis.place(pair[1])) else {
                    continue;
                };
                let step = Frame {
                    top: at(b.min(1.0)),
                    bottom: at(a.max(0.0)),
                    ..frame
                };
                let color = map.at(f64::midpoint(a, b)).solid();
                self.scene.rectangle(step, Some(color), None);
            }
        } else {
            let rgba = (0..128)
                .rev()
                .flat_map(|i| {
                    let Rgb(r, g, b) = map.at(f64::from(i) / 127.0);
                    [r, g, b, 255]
                })
                .collect();
            self.scene.items.push(Item::Image(Pixels {
                frame,
                width: 1,
                height: 128,
                rgba,
                smooth: false,
            }));
        }
        self.scene.rectangle(frame, None, Some(stroke(ink, 0.8)));
        let marks = bar
            .ticks
            .iter()
            .map(|tick| vec![(frame.right, at(tick.at)), (frame.right + 3.5, at(tick.at))])
            .collect();
        self.scene.lines(marks, stroke(ink, 0.8));
        for tick in &bar.ticks {
            let place = (frame.right + 6.0, at(tick.at));
            self.scene
                .text(&tick.text, place, TICK_TEXT, Side::Start, Side::Middle);
        }
        let name = self.placed.panel.colorbar.as_deref().unwrap_or_default();
        let name = shortened(name, LABEL_TEXT, frame.bottom - frame.top + 60.0);
        let right = self.placed.frame.right + self.placed.margins.twin + self.placed.margins.bar;
        let middle = f64::midpoint(frame.top, frame.bottom);
        self.upright(&name, (right - 2.0, middle), Side::End);
    }
}

impl Placed<'_> {
    /// From the frame's lower edge to the name of the horizontal axis.
    fn below(&self) -> f64 {
        if !self.leaning {
            return 13.0 + TICK_TEXT;
        }
        let longest = self
            .x_ticks
            .iter()
            .map(|tick| text_width(&tick.text, TICK_TEXT))
            .fold(0.0, f64::max);
        longest * LEAN.to_radians().sin() + 12.0 + TICK_TEXT
    }

    /// The place of a point; `None` if it has none.
    pub(super) fn place(&self, x: f64, y: f64, twin: bool) -> Option<Point> {
        // Far outside the frame one place is as good as another, and i32 has its limits.
        let near = |fraction: f64| fraction.clamp(-1e4, 1e4);
        let vertical = match (twin, &self.twin) {
            (true, Some(axis)) => axis,
            _ => &self.y,
        };
        let frame = self.frame;
        Some((
            frame.left + near(self.x.place(x)?) * (frame.right - frame.left),
            frame.bottom - near(vertical.place(y)?) * (frame.bottom - frame.top),
        ))
    }
}
