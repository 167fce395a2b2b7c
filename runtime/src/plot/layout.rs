//! Where the panels of a figure stand, so that no text meets another.

use super::clip::{Frame, Point};
use super::extent::{self, Side};
use super::figure::Figure;
use super::label::text_width;
use super::legend;
use super::panel::{Legend, Mark, Panel};
use super::ticks::{Axis, Tick};

/// Sizes of text in pixels: those of matplotlib, whose 10 and 12 points are 13.9 and 16.7 pixels,
/// in a font that is a little wider than ours.
pub(super) const TICK_TEXT: f64 = 13.0;
pub(super) const LABEL_TEXT: f64 = 14.0;
pub(super) const TITLE_TEXT: f64 = 16.0;
pub(super) const SUPTITLE_TEXT: f64 = 18.0;

/// The width of a colour bar, and its distance from the frame.
const BAR: f64 = 16.0;
const BAR_GAP: f64 = 12.0;

/// Names of marks that do not fit side by side lean by this angle.
pub(super) const LEAN: f64 = 35.0;
/// And are cut at this many pixels.
const LONGEST_NAME: f64 = 150.0;

/// A panel with its place on the page.
pub(super) struct Placed<'a> {
    pub(super) panel: &'a Panel,
    pub(super) frame: Frame,
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) twin: Option<Axis>,
    pub(super) x_ticks: Vec<Tick>,
    pub(super) y_ticks: Vec<Tick>,
    pub(super) twin_ticks: Vec<Tick>,
    /// The names of the horizontal axis' marks lean.
    pub(super) leaning: bool,
    /// The legend stands right of the frame.
    pub(super) beside: bool,
    /// Where a legend that stands in the frame hides least, and how much it hides there.
    pub(super) quietest: Option<(Point, usize)>,
    /// A panel below has the names of this one's horizontal axis, or one on the left those of its
    /// vertical axis.
    named_below: bool,
    named_left: bool,
    pub(super) bar: Option<Bar>,
    pub(super) margins: Margins,
    /// The title is at most as wide as this.
    pub(super) room: f64,
}

/// A colour bar.
pub(super) struct Bar {
    pub(super) frame: Frame,
    pub(super) axis: Axis,
    pub(super) ticks: Vec<Tick>,
}

/// Room around a frame.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Margins {
    pub(super) left: f64,
    top: f64,
    right: f64,
    bottom: f64,
    /// Parts of `right`: marks of the second axis, and of the colour bar.
    pub(super) twin: f64,
    pub(super) bar: f64,
}

/// All panels in their places.
pub(super) fn place(figure: &Figure) -> Vec<Placed<'_>> {
    let mut beside: Vec<bool> = figure
        .panels
        .iter()
        .map(|panel| panel.legend == Legend::Outside)
        .collect();
    let placed = with_legends(figure, &beside);
    let mut moved = false;
    for (i, placed) in placed.iter().enumerate() {
        if legend::crowded(placed) {
            (beside[i], moved) = (true, true);
        }
    }
    if moved {
        return with_legends(figure, &beside);
    }
    placed
}

fn with_legends<'a>(figure: &'a Figure, beside: &[bool]) -> Vec<Placed<'a>> {
    let mut panels: Vec<Placed<'a>> = figure
        .panels
        .iter()
        .zip(beside)
        .enumerate()
        .map(|(i, (panel, &beside))| Placed {
            named_below: figure.share_x && i + figure.columns < figure.panels.len(),
            named_left: figure.share_y && i % figure.columns > 0,
            ..unplaced(figure, panel, beside)
        })
        .collect();
    // Margins depend on marks, and how many marks there are on the frame's size.
    for _ in 0..3 {
        let frames = frames(figure, &panels);
        for (placed, frame) in panels.iter_mut().zip(frames) {
            placed.frame = frame;
            placed.fit();
        }
    }
    for placed in &mut panels {
        placed.place_bar();
        placed.quietest = legend::quietest(placed);
    }
    panels
}

fn unplaced<'a>(figure: &'a Figure, panel: &'a Panel, beside: bool) -> Placed<'a> {
    let mut sharing = vec![panel];
    let mut axis = |side, shared: bool| {
        sharing.truncate(1);
        if shared {
            let others = figure.panels.iter().filter(|p| !std::ptr::eq(*p, panel));
            sharing.extend(others);
        }
        extent::axis(&sharing, side)
    };
    let has_twin = panel.layers.iter().any(|layer| layer.twin) || panel.on_twin;
    Placed {
        panel,
        frame: Frame {
            left: 0.0,
            top: 0.0,
            right: figure.pixels().0 / figure.columns as f64 * 0.8,
            bottom: figure.pixels().1 / figure.rows as f64 * 0.8,
        },
        x: axis(Side::X, figure.share_x),
        y: axis(Side::Y, figure.share_y),
        twin: has_twin.then(|| axis(Side::Twin, false)),
        x_ticks: Vec::new(),
        y_ticks: Vec::new(),
        twin_ticks: Vec::new(),
        leaning: false,
        beside,
        quietest: None,
        named_below: false,
        named_left: false,
        bar: None,
        margins: Margins::default(),
        room: 0.0,
    }
    .first_fit(figure)
}

/// The frames of all panels, as large as the margins let them be.
fn frames(figure: &Figure, panels: &[Placed<'_>]) -> Vec<Frame> {
    let (width, height) = figure.pixels();
    let gap = if figure.tight.is_some() { 4.0 } else { 10.0 };
    let edge = 7.0;
    let top = match figure.suptitle.as_str() {
        "" => edge,
        _ => edge + SUPTITLE_TEXT + 8.0,
    };
    let widest = |f: fn(&Margins) -> f64, among: &dyn Fn(usize) -> bool| {
        panels
            .iter()
            .enumerate()
            .filter(|(i, _)| among(*i))
            .map(|(_, placed)| f(&placed.margins))
            .fold(0.0, f64::max)
    };
    let columns = figure.columns;
    let lefts: Vec<f64> = (0..columns)
        .map(|c| widest(|m| m.left, &|i| i % columns == c))
        .collect();
    let rights: Vec<f64> = (0..columns)
        .map(|c| widest(|m| m.right, &|i| i % columns == c))
        .collect();
    let tops: Vec<f64> = (0..figure.rows)
        .map(|r| widest(|m| m.top, &|i| i / columns == r))
        .collect();
    let bottoms: Vec<f64> = (0..figure.rows)
        .map(|r| widest(|m| m.bottom, &|i| i / columns == r))
        .collect();
    let sum = |list: &[f64]| list.iter().sum::<f64>();
    let gaps = |n: usize| gap * (n - 1) as f64;
    let across = (width - 2.0 * edge - sum(&lefts) - sum(&rights) - gaps(columns)) / columns as f64;
    let up =
        (height - top - edge - sum(&tops) - sum(&bottoms) - gaps(figure.rows)) / figure.rows as f64;
    let (across, up) = (across.max(4.0), up.max(4.0));
    let mut frames = Vec::with_capacity(panels.len());
    let mut y = top;
    for row in 0..figure.rows {
        let mut x = edge;
        y += tops[row];
        for column in 0..columns {
            x += lefts[column];
            let cell = Frame {
                left: x,
                top: y,
                right: x + across,
                bottom: y + up,
            };
            frames.push(panels[row * columns + column].shaped(cell));
            x += across + rights[column] + gap;
        }
        y += up + bottoms[row] + gap;
    }
    frames
}

impl<'a> Placed<'a> {
    /// The frame in its cell: smaller where one unit is as long across as it is up.
    fn shaped(&self, cell: Frame) -> Frame {
        let images = self
            .panel
            .layers
            .iter()
            .any(|layer| matches!(layer.mark, Mark::Image { .. }));
        if !(self.panel.equal || images) {
            return cell;
        }
        let (wide, high) = (cell.right - cell.left, cell.bottom - cell.top);
        let shape = self.x.width() / self.y.width();
        if !(shape.is_finite() && (1e-3..=1e3).contains(&shape)) {
            return cell;
        }
        let scale = (wide / shape).min(high);
        let (dx, dy) = ((wide - scale * shape) / 2.0, (high - scale) / 2.0);
        Frame {
            left: cell.left + dx,
            top: cell.top + dy,
            right: cell.right - dx,
            bottom: cell.bottom - dy,
        }
    }

    fn first_fit(mut self, figure: &Figure) -> Placed<'a> {
        self.room = figure.pixels().0 / figure.columns as f64 - 8.0;
        self.fit();
        self
    }

    /// Marks and margins for the frame.
    fn fit(&mut self) {
        let (wide, high) = (
            self.frame.right - self.frame.left,
            self.frame.bottom - self.frame.top,
        );
        let panel = self.panel;
        let upward = |axis: &Axis, given: Option<&Vec<(f64, String)>>| match given {
            Some(names) => thinned(axis.at(names), high, TICK_TEXT * 1.15),
            None => axis.ticks(((high / 32.0) as usize).clamp(2, 9)),
        };
        self.y_ticks = upward(&self.y, panel.y.ticks.as_ref());
        self.twin_ticks = self
            .twin
            .as_ref()
            .map_or_else(Vec::new, |axis| upward(axis, panel.twin.ticks.as_ref()));
        for tick in self.y_ticks.iter_mut().chain(&mut self.twin_ticks) {
            tick.text = super::label::shortened(&tick.text, TICK_TEXT, LONGEST_NAME);
        }
        let boxes = extent::box_names(panel);
        self.leaning = false;
        self.x_ticks = match panel.x.ticks.as_ref().or(boxes.as_ref()) {
            Some(names) => self.named_ticks(names, wide),
            None => self.inside_counts(self.numbered_ticks(wide)),
        };
        if self.named_below {
            self.x_ticks.iter_mut().for_each(|tick| tick.text.clear());
        }
        if self.named_left {
            self.y_ticks.iter_mut().for_each(|tick| tick.text.clear());
        }
        self.margins = self.needed(high);
    }

    fn numbered_ticks(&self, wide: f64) -> Vec<Tick> {
        // Numbers of epochs and classes are short and wanted one by one.
        let (apart, limit) = if self.x.whole { (32.0, 16) } else { (41.0, 9) };
        let mut most = ((wide / apart) as usize).clamp(2, limit);
        // One number alone does not tell a scale.
        if self.x.ticks(most).len() < 2 {
            most += 2;
        }
        loop {
            let ticks = self.x.ticks(most);
            if most <= 2 || fit_side_by_side(&ticks, wide) {
                return ticks;
            }
            most -= 1;
        }
    }

    /// The marks, without those beside a histogram of classes, where no class is.
    fn inside_counts(&self, ticks: Vec<Tick>) -> Vec<Tick> {
        let Some((low, high)) = extent::counted(self.panel) else {
            return ticks;
        };
        let inside = |tick: &Tick| {
            let between = |a: f64, b: f64| (a.min(b)..=a.max(b)).contains(&tick.at);
            let ends = self.x.place(low).zip(self.x.place(high));
            ends.is_none_or(|(a, b)| between(a, b))
        };
        ticks.into_iter().filter(inside).collect()
    }

    fn named_ticks(&mut self, names: &[(f64, String)], wide: f64) -> Vec<Tick> {
        let mut ticks = self.x.at(names);
        for tick in &mut ticks {
            let room = wide.max(LONGEST_NAME);
            tick.text = super::label::shortened(&tick.text, TICK_TEXT, room);
        }
        if fit_side_by_side(&ticks, wide) {
            return ticks;
        }
        // Numbers in a row are understood when some are left out; names are not.
        if ticks.iter().all(|tick| tick.text.parse::<f64>().is_ok()) {
            let widest = widest(&ticks) + 8.0;
            return thinned(ticks, wide, widest);
        }
        self.leaning = true;
        let mut ticks = thinned(ticks, wide, TICK_TEXT * 1.25);
        for tick in &mut ticks {
            tick.text = super::label::shortened(&tick.text, TICK_TEXT, LONGEST_NAME);
        }
        ticks
    }

    fn needed(&self, high: f64) -> Margins {
        let panel = self.panel;
        let room = |text: &str, room: f64| if text.is_empty() { 0.0 } else { room };
        let title = room(&panel.title, TITLE_TEXT + 9.0);
        let bar = if self.mapped().is_some() && panel.colorbar.is_some() {
            let name = panel.colorbar.as_deref().unwrap_or_default();
            let ticks = self.bar_marks(high);
            BAR_GAP + BAR + 8.0 + widest(&ticks) + room(name, LABEL_TEXT + 7.0)
        } else {
            0.0
        };
        let legend = if self.beside {
            legend::size(self).map_or(0.0, |(width, _)| width + 10.0)
        } else {
            0.0
        };
        if panel.no_axes || self.has_surface() {
            return Margins {
                left: 1.0,
                top: title + 1.0,
                right: bar + legend + 1.0,
                bottom: 1.0,
                twin: 0.0,
                bar,
            };
        }
        let half_last = self.x_ticks.last().map_or(0.0, |tick| {
            let over = (1.0 - tick.at) * (self.frame.right - self.frame.left);
            (text_width(&tick.text, TICK_TEXT) / 2.0 - over).max(0.0)
        });
        let names = match self.leaning {
            _ if self.named_below => 0.0,
            true => {
                let longest = widest(&self.x_ticks);
                longest * LEAN.to_radians().sin() + TICK_TEXT
            }
            false => TICK_TEXT,
        };
        let twin = match self.twin {
            Some(_) => 8.0 + widest(&self.twin_ticks) + room(&panel.twin.label, LABEL_TEXT + 7.0),
            None => 0.0,
        };
        // Names that lean to the left of the first mark.
        let leaning = match (self.leaning, self.x_ticks.first()) {
            (true, Some(tick)) => {
                text_width(&tick.text, TICK_TEXT) * LEAN.to_radians().cos()
                    - tick.at * (self.frame.right - self.frame.left)
            }
            _ => 0.0,
        };
        Margins {
            left: (7.0 + widest(&self.y_ticks) + room(&panel.y.label, LABEL_TEXT + 7.0))
                .max(leaning),
            top: title.max(6.0),
            right: (twin + bar + legend).max(half_last) + 2.0,
            bottom: 9.0 + names + room(&panel.x.label, LABEL_TEXT + 6.0),
            twin,
            bar,
        }
    }

    pub(super) fn has_surface(&self) -> bool {
        self.panel
            .layers
            .iter()
            .any(|layer| matches!(layer.mark, Mark::Surface { .. }))
    }

    /// The layer that the colour bar explains.
    pub(super) fn mapped(&self) -> Option<&'a super::panel::Layer> {
        self.panel
            .layers
            .iter()
            .rev()
            .find(|layer| layer.mark.mapped().is_some())
    }

    fn bar_axis(&self) -> Axis {
        let (low, high) = self
            .mapped()
            .map_or((0.0, 1.0), super::raster::color_limits);
        Axis::between(low, high, false)
    }

    /// The marks of the colour bar: of filled contours those between two colours.
    fn bar_marks(&self, high: f64) -> Vec<Tick> {
        let axis = self.bar_axis();
        if let Some(layer) = self.mapped()
            && matches!(layer.mark, Mark::Contour { filled: true, .. })
        {
            let levels = super::contour::levels(layer, axis.low, axis.high);
            let step = levels.windows(2).map(|pair| pair[1] - pair[0]).next();
            let ticks = axis.labelled(&levels, step.unwrap_or(1.0));
            return thinned(ticks, high, TICK_TEXT * 1.5);
        }
        axis.ticks(((high / 45.0) as usize).clamp(2, 9))
    }

    fn place_bar(&mut self) {
        if self.mapped().is_none() || self.panel.colorbar.is_none() {
            return;
        }
        let axis = self.bar_axis();
        let left = self.frame.right + self.margins.twin + BAR_GAP;
        self.bar = Some(Bar {
            frame: Frame {
                left,
                right: left + BAR,
                ..self.frame
            },
            axis,
            ticks: self.bar_marks(self.frame.bottom - self.frame.top),
        });
    }
}

fn widest(ticks: &[Tick]) -> f64 {
    ticks
        .iter()
        .map(|tick| text_width(&tick.text, TICK_TEXT))
        .fold(0.0, f64::max)
}

/// Whether the texts of marks keep a distance from each other.
fn fit_side_by_side(ticks: &[Tick], wide: f64) -> bool {
    let mut places: Vec<(f64, f64)> = ticks
        .iter()
        .map(|tick| (tick.at * wide, text_width(&tick.text, TICK_TEXT) / 2.0))
        .collect();
    places.sort_by(|a, b| a.0.total_cmp(&b.0));
    places
        .windows(2)
        .all(|pair| pair[0].0 + pair[0].1 + 7.0 <= pair[1].0 - pair[1].1)
}

/// Every second, third, .. mark, so that they stand at least `apart` pixels apart.
fn thinned(ticks: Vec<Tick>, length: f64, apart: f64) -> Vec<Tick> {
    let (Some(first), Some(last)) = (ticks.first(), ticks.last()) else {
        return ticks;
    };
    let between = (last.at - first.at).abs() * length / (ticks.len() - 1).max(1) as f64;
    if between >= apart || ticks.len() == 1 {
        return ticks;
    }
    let every = match between > 0.0 {
        // 1, 2, 5, 10, 20, .. as numbers of classes are read.
        true => [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]
            .into_iter()
            .find(|&n| n as f64 * between >= apart)
            .unwrap_or(5000),
        false => ticks.len(),
    };
    ticks.into_iter().step_by(every).collect()
}
