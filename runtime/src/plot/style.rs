//! The look of the series added last.

use super::Figure;
use super::color::{self, ColorMap, Rgb};
use super::panel::{Look, Marker};
use super::scene::Dash;
use crate::error::{Error, OrRaise};

impl Figure {
    /// Names the series added last; named series are listed in a legend.
    pub fn label(&self, label: &str) -> Figure {
        self.last(|layer| layer.label = label.to_owned())
    }

    /// Puts a dot on every point of the line added last.
    pub fn marker(&self) -> Figure {
        self.last(|layer| layer.look.marker = Some(Marker::Circle))
    }

    /// Sets the look of the series added last in matplotlib's short form: a line `-`, `--`, `:` or
    /// `-.`, a marker `o`, `.`, `s`, `^`, `v`, `D`, `x`, `+` or `*`, and a colour `r`, `g`, `b`,
    /// `c`, `m`, `y`, `k` or `w`. A marker without a line draws the points only.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().line([1, 2, 3], [1, 4, 9]).style("ro--");
    /// assert!(figure.to_svg().contains("stroke-dasharray"));
    /// ```
    ///
    /// # Panics
    /// If a letter is none of these.
    #[track_caller]
    pub fn style(&self, style: &str) -> Figure {
        let mut look = Look::default();
        read_style(style, &mut look).or_raise();
        self.last(|layer| {
            layer.look.dash = look.dash;
            layer.look.no_line = look.no_line;
            layer.look.marker = look.marker;
            layer.look.color = look.color.or(layer.look.color);
        })
    }

    /// Colours the series added last: "red", "#d62728", or "C0" to "C9" of the palette.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().line([1, 2], [1, 2]).color("#123456");
    /// assert!(figure.to_svg().contains("#123456"));
    /// ```
    ///
    /// # Panics
    /// If there is no such colour.
    #[track_caller]
    pub fn color(&self, color: &str) -> Figure {
        let color = color::parse(color).or_raise();
        self.last(|layer| layer.look.color = Some(color))
    }

    /// Draws a line of this colour around the points or bars added last.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().scatter([1, 2], [1, 2]).edgecolor("#333");
    /// assert!(figure.to_svg().contains("<circle"));
    /// ```
    ///
    /// # Panics
    /// If there is no such colour.
    #[track_caller]
    pub fn edgecolor(&self, color: &str) -> Figure {
        let color = color::parse(color).or_raise();
        self.of_last_call(|layer| layer.look.edge = Some(color))
    }

    /// Sets the width in pixels of the line added last.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().line([1, 2], [1, 2]).width(4.0);
    /// assert!(figure.to_svg().contains("stroke-width=\"40\""));
    /// ```
    pub fn width(&self, width: f64) -> Figure {
        self.last(|layer| layer.look.width = Some(sensible(width, 0.1, 100.0)))
    }

    /// Sets how much the series added last hides: 0 nothing, 1 everything below it.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().line([1, 2], [1, 2]).alpha(0.25);
    /// assert!(figure.to_svg().contains("0.25"));
    /// ```
    pub fn alpha(&self, alpha: f64) -> Figure {
        self.of_last_call(|layer| layer.look.alpha = Some(sensible(alpha, 0.0, 1.0)))
    }

    /// Sets the radius in pixels of the points added last.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().scatter([1, 2], [1, 2]).marker_size(6.0);
    /// assert!(figure.to_svg().contains("stroke-width=\"120\""));
    /// ```
    pub fn marker_size(&self, radius: f64) -> Figure {
        self.of_last_call(|layer| layer.look.marker_size = Some(sensible(radius, 0.2, 200.0)))
    }

    /// Sets the size in pixels of the text added last, or of the numbers in the cells.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().text(0.0, 0.0, "here").text_size(20.0);
    /// assert!(figure.to_svg().contains("font-size=\"200\""));
    /// ```
    pub fn text_size(&self, size: f64) -> Figure {
        self.last(|layer| layer.look.text_size = Some(sensible(size, 1.0, 200.0)))
    }

    /// Chooses the colours of the numbers added last: "viridis", "plasma", "inferno", "magma",
    /// "cividis", "coolwarm", "RdBu", "Blues", "Reds", "Greens", "Greys", "hot" or "gray"; with
    /// `_r` behind the name they run the other way.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().imshow(&eye(3)).cmap("viridis");
    /// assert!(figure.to_svg().contains("<image"));
    /// ```
    ///
    /// # Panics
    /// If there is no such map.
    #[track_caller]
    pub fn cmap(&self, name: &str) -> Figure {
        let map = ColorMap::named(name).or_raise();
        self.last(|layer| layer.look.cmap = Some(map))
    }

    /// Sets the numbers of the first and the last colour of what was added last.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().imshow(&eye(3)).clim(-1.0, 1.0).colorbar();
    /// assert!(figure.to_svg().contains("−1.0"));
    /// ```
    ///
    /// # Panics
    /// If the numbers are not finite, or the first is not smaller.
    #[track_caller]
    pub fn clim(&self, low: f64, high: f64) -> Figure {
        if !(low.is_finite() && high.is_finite() && low < high) {
            Error::new(
                "clim",
                format!("the ends must be numbers, low before high: {low} and {high}"),
            )
            .raise();
        }
        self.last(|layer| layer.look.clim = Some((low, high)))
    }

    /// Sets how many levels the contours added last have.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = linspace(-1.0, 1.0, 20);
    /// let z = &x.square().unsqueeze(0) + &x.square().unsqueeze(1);
    /// let few = Figure::new().contour(&x, &x, &z).levels(3).to_svg();
    /// let many = Figure::new().contour(&x, &x, &z).levels(30).to_svg();
    /// assert!(few.len() < many.len());
    /// ```
    pub fn levels(&self, levels: usize) -> Figure {
        self.last(|layer| layer.look.levels = Some(levels.clamp(1, 200)))
    }
}

/// A number within its limits; NaN is the lower one.
fn sensible(value: f64, low: f64, high: f64) -> f64 {
    value.max(low).min(high)
}

fn read_style(style: &str, look: &mut Look) -> Result<(), Error> {
    let mut line = None;
    let mut rest = style.trim();
    while let Some(c) = rest.chars().next() {
        let mut length = c.len_utf8();
        let mut marker = |m| look.marker = Some(m);
        match c {
            '-' if rest.starts_with("--") => (line, length) = (Some(Dash::Dashed), 2),
            '-' if rest.starts_with("-.") => (line, length) = (Some(Dash::Alternating), 2),
            '-' => line = Some(Dash::Solid),
            ':' => line = Some(Dash::Dotted),
            'o' => marker(Marker::Circle),
            '.' => marker(Marker::Dot),
            's' => marker(Marker::Square),
            '^' => marker(Marker::Triangle),
            'v' => marker(Marker::Down),
            'D' | 'd' => marker(Marker::Diamond),
            'x' => marker(Marker::Cross),
            '+' => marker(Marker::Plus),
            '*' => marker(Marker::Star),
            'r' | 'g' | 'b' | 'c' | 'm' | 'y' | 'k' | 'w' => {
                look.color = Some(color::parse(&rest[..1]).unwrap_or(Rgb(0, 0, 0)));
            }
            _ => {
                return Err(
                    Error::new("style", format!("{c:?} in {style:?} means nothing")).help(
                        "a line -, --, : or -., a marker o . s ^ v D x + or *, a colour r g b c m y k \
                         or w; for other colours there is .color(\"teal\")",
                    ),
                );
            }
        }
        rest = &rest[length..];
    }
    look.no_line = line.is_none() && look.marker.is_some();
    look.dash = line.unwrap_or_default();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_of_a_look() {
        let look = |style: &str| {
            let mut look = Look::default();
            read_style(style, &mut look).map(|()| (look.dash, look.marker, look.no_line))
        };
        let circle = Some(Marker::Circle);
        assert_eq!(look("-"), Ok((Dash::Solid, None, false)));
        assert_eq!(look("o--"), Ok((Dash::Dashed, circle, false)));
        assert_eq!(look("--o"), Ok((Dash::Dashed, circle, false)));
        assert_eq!(look("r-."), Ok((Dash::Alternating, None, false)));
        assert_eq!(look("-.-"), Ok((Dash::Solid, None, false)));
        assert_eq!(look("o"), Ok((Dash::Solid, circle, true)));
        assert_eq!(look("b:"), Ok((Dash::Dotted, None, false)));
        assert_eq!(look(""), Ok((Dash::Solid, None, false)));
        assert!(look("é").is_err() && look("q").is_err());
    }
}
