//! A picture of one or more panels: what it holds; `layout` and `draw` make the picture.

use std::fmt;

use super::color::Theme;
use super::names::Names;
use super::panel::{Layer, Look, Mark, Panel};
use crate::display::{MimeBundle, Rich};
use crate::error::Error;

/// A picture of one or more series: lines, points, bars, images and more, in one panel or in a
/// grid of them.
///
/// Every method gives a figure with one more thing in it, so calls are chained. Data are tensors,
/// arrays, slices or `Vec`s. Text may hold LaTeX between two `$`, such as `$x_1$`.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = linspace(0.0, 6.0, 100);
/// let figure = Figure::new()
///     .line(&x, &x.sin())
///     .label("sine")
///     .scatter([1.0, 2.0, 3.0], [0.5, 1.0, 0.0])
///     .label("points")
///     .title("two series")
///     .xlabel("x");
/// assert!(figure.to_svg().contains("two series"));
/// ```
#[derive(Clone)]
#[must_use = "every method gives a new figure; write `figure = figure.line(..)`"]
pub struct Figure {
    pub(super) rows: usize,
    pub(super) columns: usize,
    /// Row by row.
    pub(super) panels: Vec<Panel>,
    /// The panel that the next call changes.
    current: usize,
    pub(super) suptitle: String,
    pub(super) size: Option<(u32, u32)>,
    /// By how much everything is drawn larger.
    pub(super) zoom: f64,
    pub(super) theme: Theme,
    pub(super) share_x: bool,
    pub(super) share_y: bool,
    /// Panels are pictures close to each other, of this size.
    pub(super) tight: Option<(u32, u32)>,
}

/// The size of a figure in pixels, as matplotlib's 6.4 by 4.8 inches at 100 dots, a bit flatter.
const SIZE: (u32, u32) = (640, 420);

/// A grid larger than this is a mistake.
const MOST_PANELS: usize = 2500;

impl Default for Figure {
    fn default() -> Figure {
        Figure::new()
    }
}

impl Figure {
    /// An empty figure.
    pub fn new() -> Figure {
        Figure {
            rows: 1,
            columns: 1,
            panels: vec![Panel::default()],
            current: 0,
            suptitle: String::new(),
            size: None,
            zoom: 1.0,
            theme: Theme::LIGHT,
            share_x: false,
            share_y: false,
            tight: None,
        }
    }

    /// A figure of `rows` times `columns` panels, of which [`axes`](Figure::axes) chooses one.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::grid(1, 2)
    ///     .axes(0, 0)
    ///     .line([1, 2, 3], [3.0, 2.0, 1.0])
    ///     .title("loss")
    ///     .axes(0, 1)
    ///     .line([1, 2, 3], [0.1, 0.5, 0.9])
    ///     .title("accuracy");
    /// assert!(figure.to_svg().contains("accuracy"));
    /// ```
    ///
    /// # Panics
    /// If a side is 0, or if there are more than 2500 panels.
    #[track_caller]
    pub fn grid(rows: usize, columns: usize) -> Figure {
        let panels = rows.saturating_mul(columns);
        if panels == 0 || panels > MOST_PANELS {
            Error::new(
                "grid",
                format!("a figure has 1 to {MOST_PANELS} panels: {rows} x {columns} asked for"),
            )
            .raise();
        }
        Figure {
            rows,
            columns,
            panels: vec![Panel::default(); panels],
            ..Figure::new()
        }
    }

    /// Figures side by side, each a panel of the new one.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let loss = Figure::new().line([1, 2], [2.0, 1.0]).title("loss");
    /// let accuracy = Figure::new().line([1, 2], [0.5, 0.9]).title("accuracy");
    /// let both = Figure::row(&[loss, accuracy]);
    /// assert!(both.to_svg().contains("accuracy"));
    /// ```
    ///
    /// # Panics
    /// If there is no figure.
    #[track_caller]
    pub fn row(figures: &[Figure]) -> Figure {
        let panels: Vec<Panel> = figures.iter().flat_map(|f| f.panels.clone()).collect();
        let figure = Figure::grid(1, panels.len());
        Figure { panels, ..figure }
    }

    /// Figures one below the other, each a panel of the new one.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let curve = Figure::new().line([1, 2], [2.0, 1.0]);
    /// assert!(Figure::column(&[curve.clone(), curve]).to_svg().contains("<svg"));
    /// ```
    ///
    /// # Panics
    /// If there is no figure.
    #[track_caller]
    pub fn column(figures: &[Figure]) -> Figure {
        let row = Figure::row(figures);
        Figure {
            rows: row.columns,
            columns: 1,
            ..row
        }
    }

    /// The same figure, where what follows goes to the panel at a row and a column, from 0.
    ///
    /// # Panics
    /// If there is no such panel.
    #[track_caller]
    pub fn axes(&self, row: usize, column: usize) -> Figure {
        if row >= self.rows || column >= self.columns {
            Error::new(
                "axes",
                format!(
                    "there is no panel ({row}, {column}), the figure has {} x {}",
                    self.rows, self.columns
                ),
            )
            .help("Figure::grid(rows, columns) makes a figure of several panels, counted from 0")
            .raise();
        }
        let mut figure = self.clone();
        figure.current = row * self.columns + column;
        figure.panels[figure.current].on_twin = false;
        figure
    }

    /// Sets the title above the panel.
    pub fn title(&self, title: &str) -> Figure {
        self.panel(|panel| panel.title = title.to_owned())
    }

    /// Sets the title above all panels.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert!(Figure::grid(1, 2).suptitle("both").to_svg().contains("both"));
    /// ```
    pub fn suptitle(&self, title: &str) -> Figure {
        self.change(|figure| figure.suptitle = title.to_owned())
    }

    /// Sets the titles of the panels, row by row.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::grid(1, 2).titles(["before", "after"]);
    /// assert!(figure.to_svg().contains("after"));
    /// ```
    pub fn titles(&self, titles: impl Names) -> Figure {
        self.set_titles(titles.names())
    }

    fn set_titles(&self, titles: Vec<String>) -> Figure {
        self.change(|figure| {
            for (panel, title) in figure.panels.iter_mut().zip(titles) {
                panel.title = title;
            }
        })
    }

    /// Sets width and height in pixels.
    pub fn size(&self, width: u32, height: u32) -> Figure {
        let size = (width.clamp(120, 4000), height.clamp(90, 4000));
        self.change(|figure| figure.size = Some(size))
    }

    /// Draws texts, lines and points larger by a factor, in a figure of the same size: for slides.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().line([1, 2], [1, 2]).title("loss").size(800, 500).zoom(1.5);
    /// assert!(figure.to_svg().contains("width=\"800\" height=\"500\""));
    /// ```
    ///
    /// # Panics
    /// If the factor is not from 0.25 to 4.
    #[track_caller]
    pub fn zoom(&self, factor: f64) -> Figure {
        if !(0.25..=4.0).contains(&factor) {
            Error::new(
                "zoom",
                format!("the factor must be from 0.25 to 4: {factor}"),
            )
            .raise();
        }
        self.change(|figure| figure.zoom = factor)
    }

    /// Chooses the colours of paper and text: "light" or "dark".
    ///
    /// A light figure has white paper, so it is readable on a dark page too.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().line([1, 2], [1, 2]).theme("dark");
    /// assert!(figure.to_svg().contains("#111"));
    /// ```
    ///
    /// # Panics
    /// If the theme is unknown.
    #[track_caller]
    pub fn theme(&self, name: &str) -> Figure {
        let theme = match name {
            "light" => Theme::LIGHT,
            "dark" => Theme::DARK,
            _ => Error::new("theme", format!("there is no theme {name:?}"))
                .help("\"light\" or \"dark\"")
                .raise(),
        };
        self.change(|figure| figure.theme = theme)
    }

    /// Gives all panels the same horizontal axis.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::grid(2, 1).line([0, 9], [0, 1]).axes(1, 0).line([0, 1], [0, 1]);
    /// assert!(figure.share_x().to_svg() != figure.to_svg());
    /// ```
    pub fn share_x(&self) -> Figure {
        self.change(|figure| figure.share_x = true)
    }

    /// Gives all panels the same vertical axis.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::grid(1, 2).line([0, 1], [0, 9]).axes(0, 1).line([0, 1], [0, 1]);
    /// assert!(figure.share_y().to_svg() != figure.to_svg());
    /// ```
    pub fn share_y(&self) -> Figure {
        self.change(|figure| figure.share_y = true)
    }

    /// The picture as SVG.
    pub fn to_svg(&self) -> String {
        let scene = super::draw::scene(self);
        super::svg::document(&scene, self.zoom, &self.heading(), &self.words())
    }

    /// The picture as the bytes of a PNG file, with four pixels for each of the figure, so that it
    /// is sharp on fine screens and in print.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let png = Figure::new().line([1, 2], [1, 2]).title("up").to_png();
    /// assert_eq!(png[1..4], *b"PNG");
    /// ```
    pub fn to_png(&self) -> Vec<u8> {
        super::paint::png(&super::draw::scene(self), 2.0 * self.zoom)
    }

    /// Writes the picture to a file: SVG, or PNG if the name ends so.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let path = std::env::temp_dir().join("cuaderno-figure.png");
    /// let path = path.to_str().unwrap();
    /// Figure::new().line([1, 2], [1, 2]).save(path)?;
    /// assert_eq!(std::fs::read(path)?[1..4], *b"PNG");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the name ends in neither, or the file cannot be written; the message names the path. A
    /// file that was there is then as it was.
    pub fn save(&self, path: &str) -> std::io::Result<()> {
        let target = std::path::Path::new(path);
        let kind = target
            .extension()
            .map(|e| e.to_string_lossy().to_ascii_lowercase());
        let bytes = match kind.as_deref() {
            Some("svg") => self.to_svg().into_bytes(),
            Some("png") => self.to_png(),
            _ => {
                return Err(std::io::Error::new(
                    std::io::ErrorKind::InvalidInput,
                    format!("{path}: a figure is written to a name that ends in .svg or .png"),
                ));
            }
        };
        // Beside the file first, so that a full disk leaves the old one.
        let beside = target.with_extension(format!("{}.part", std::process::id()));
        std::fs::write(&beside, bytes)
            .and_then(|()| std::fs::rename(&beside, target))
            .map_err(|error| {
                let _ = std::fs::remove_file(&beside);
                std::io::Error::new(error.kind(), format!("{path}: {error}"))
            })
    }

    pub(super) fn change(&self, f: impl FnOnce(&mut Figure)) -> Figure {
        let mut figure = self.clone();
        f(&mut figure);
        figure
    }

    /// A change of the current panel.
    pub(super) fn panel(&self, f: impl FnOnce(&mut Panel)) -> Figure {
        self.change(|figure| f(&mut figure.panels[figure.current]))
    }

    pub(super) fn current(&self) -> &Panel {
        &self.panels[self.current]
    }

    /// A change of every panel's settings.
    pub(super) fn every_panel(&self, f: impl Fn(&mut Panel)) -> Figure {
        self.change(|figure| figure.panels.iter_mut().for_each(f))
    }

    /// One more layer in the current panel.
    pub(super) fn with(&self, mark: Mark) -> Figure {
        self.panel(|panel| {
            panel.layers.push(Layer {
                mark,
                look: Look::default(),
                label: String::new(),
                twin: panel.on_twin,
                joined: false,
            });
        })
    }

    /// A change of the layer added last.
    pub(super) fn last(&self, f: impl FnOnce(&mut Layer)) -> Figure {
        self.panel(|panel| {
            if let Some(layer) = panel.layers.last_mut() {
                f(layer);
            }
        })
    }

    /// A change of all layers that the last call added.
    pub(super) fn of_last_call(&self, f: impl Fn(&mut Layer)) -> Figure {
        self.panel(|panel| {
            for layer in panel.layers.iter_mut().rev() {
                f(layer);
                if !layer.joined {
                    break;
                }
            }
        })
    }

    /// Width and height of what is drawn before it is made larger.
    pub(super) fn pixels(&self) -> (f64, f64) {
        let (width, height) = self.shown();
        (f64::from(width) / self.zoom, f64::from(height) / self.zoom)
    }

    /// Width and height on the page.
    fn shown(&self) -> (u32, u32) {
        if let (None, Some((wide, high))) = (self.size, self.tight) {
            return self.of_pictures(wide, high);
        }
        let (width, height) = match (self.rows, self.columns) {
            (1, 1) => SIZE,
            // Panels get smaller the more there are, and a page is about 1000 pixels wide.
            (rows, columns) => {
                let across = match columns {
                    1 => 640,
                    2 => 430,
                    3 => 340,
                    _ => (1080 / columns as u32).max(130),
                };
                let up = match columns {
                    1 => 240,
                    _ => (across * 4 / 5).max(110),
                };
                (
                    across.saturating_mul(columns as u32).min(4000),
                    up.saturating_mul(rows as u32).min(4000),
                )
            }
        };
        self.size.unwrap_or((width, height))
    }

    /// Room for pictures close to each other, and for titles where there are any.
    fn of_pictures(&self, wide: u32, high: u32) -> (u32, u32) {
        let (rows, columns) = (self.rows as u32, self.columns as u32);
        let titled = |row: &[Panel]| row.iter().any(|panel| !panel.title.is_empty());
        let titles = self.panels.chunks(self.columns).filter(|row| titled(row));
        let title = u32::from(!self.suptitle.is_empty()) * 25;
        let width = (wide + 6).saturating_mul(columns) + 12;
        let height = (high + 6).saturating_mul(rows) + 12 + 24 * titles.count() as u32 + title;
        (width.min(6000), height.min(6000))
    }

    /// What the picture is about, in a few words.
    fn heading(&self) -> String {
        let title = if self.suptitle.is_empty() {
            &self.panels[0].title
        } else {
            &self.suptitle
        };
        if title.is_empty() {
            return "figure".to_owned();
        }
        super::label::spoken(title)
    }

    /// What the picture shows, in words: the alternative for a reader who cannot see it.
    pub(super) fn words(&self) -> String {
        /// Panels that are told in full.
        const TOLD: usize = 6;
        let panel = |panel: &Panel| {
            let words = panel.words();
            match panel.title.as_str() {
                "" => format!("figure{words}"),
                _ => words,
            }
        };
        if let [only] = &self.panels[..] {
            return panel(only);
        }
        let mut parts: Vec<String> = self.panels.iter().take(TOLD).map(panel).collect();
        if self.panels.len() > TOLD {
            parts.push("and so on".to_owned());
        }
        format!(
            "{}, {} x {} panels. {}",
            self.heading(),
            self.rows,
            self.columns,
            parts.join(". ")
        )
    }
}

impl fmt::Debug for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Figure({})", self.words())
    }
}

impl Rich for Figure {
    fn mime_bundle(&self) -> MimeBundle {
        MimeBundle::text(format!("{self:?}")).svg(self.to_svg())
    }
}

crate::display::rich_result!(Figure);
