//! A scene as an SVG document.

use std::fmt::Write as _;

use base64::Engine as _;

use super::clip::Point;
use super::color::Paint;
use super::label::{self, SMALLER};
use super::scene::{Dash, Item, Pixels, Scene, Side, Stroke, Words};
use crate::display::escape_html;

/// Units of a pixel: places are whole numbers, which are short, and curves want finer steps than a
/// pixel. The `viewBox` scales them back.
const FINE: f64 = 10.0;

/// Fonts that every system has one of, of about the same width.
const FONTS: &str = "Helvetica Neue,Arial,Liberation Sans,DejaVu Sans,sans-serif";

/// The document, with a text for those who cannot see it.
pub(super) fn document(scene: &Scene, zoom: f64, title: &str, words: &str) -> String {
    let mut out = String::with_capacity(1 << 14);
    let (title, words) = (escaped(title), escaped(words));
    let (wide, high) = ((scene.width * zoom).round(), (scene.height * zoom).round());
    let _ = writeln!(
        out,
        "<svg width=\"{wide}\" height=\"{high}\" style=\"max-width:100%;height:auto\" \
         viewBox=\"0 0 {} {}\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" \
         aria-label=\"{words}\" font-family=\"{FONTS}\" stroke-linejoin=\"round\">\
         <title>{title}</title><desc>{words}</desc>",
        fine(scene.width),
        fine(scene.height),
    );
    let _ = writeln!(
        out,
        "<path fill=\"{}\" d=\"M0 0H{}V{}H0z\"/>",
        scene.theme.paper.css(),
        fine(scene.width),
        fine(scene.height)
    );
    for item in &scene.items {
        write_item(&mut out, item);
    }
    out.push_str("</svg>\n");
    out
}

/// Text as XML takes it: a control character, which XML does not know, would make the whole
/// document unreadable.
fn escaped(text: &str) -> String {
    let known = |c: char| {
        if c.is_control() || ('\u{fffe}'..='\u{ffff}').contains(&c) {
            ' '
        } else {
            c
        }
    };
    escape_html(&text.chars().map(known).collect::<String>())
}

fn fine(value: f64) -> i32 {
    let value = value * FINE;
    // The cast leaves out what is behind the point, makes 0 of NaN and keeps within i32.
    (value + 0.5_f64.copysign(value)) as i32
}

fn write_item(out: &mut String, item: &Item) {
    // Writing to a string does not fail.
    let _ = match item {
        Item::Path {
            lines,
            closed,
            fill,
            stroke,
        } => {
            out.push_str("<path");
            write_fill(out, *fill);
            write_stroke(out, *stroke);
            out.push_str(" d=\"");
            for line in lines {
                write_line(out, line, *closed);
            }
            out.push_str("\"/>\n");
            Ok(())
        }
        Item::Dots {
            at,
            radius,
            fill,
            edge,
        } => {
            write_dots(out, at, *radius, *fill, *edge);
            Ok(())
        }
        Item::Text(words) => {
            write_text(out, words);
            Ok(())
        }
        Item::Image(pixels) => {
            write_image(out, pixels);
            Ok(())
        }
        // An inner `svg` cuts without an id, of which a page with several pictures has only one.
        Item::Clip(frame) => {
            let place = format!(
                "{} {} {} {}",
                fine(frame.left),
                fine(frame.top),
                fine(frame.right - frame.left).max(1),
                fine(frame.bottom - frame.top).max(1)
            );
            let mut parts = place.split(' ');
            let mut part = || parts.next().unwrap_or_default();
            writeln!(
                out,
                "<svg x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" viewBox=\"{place}\">",
                part(),
                part(),
                part(),
                part()
            )
        }
        Item::Unclip => writeln!(out, "</svg>"),
    };
}

fn write_fill(out: &mut String, fill: Option<Paint>) {
    let _ = match fill {
        None => write!(out, " fill=\"none\""),
        Some(paint) => write!(out, " fill=\"{}\"", paint.color.css()),
    };
    if let Some(paint) = fill.filter(|paint| paint.alpha < 1.0) {
        let _ = write!(out, " fill-opacity=\"{}\"", short(paint.alpha));
    }
}

fn write_stroke(out: &mut String, stroke: Option<Stroke>) {
    let Some(stroke) = stroke else { return };
    let _ = write!(
        out,
        " stroke=\"{}\" stroke-width=\"{}\"",
        stroke.paint.color.css(),
        fine(stroke.width)
    );
    if stroke.paint.alpha < 1.0 {
        let _ = write!(out, " stroke-opacity=\"{}\"", short(stroke.paint.alpha));
    }
    if stroke.dash != Dash::Solid {
        let lengths: Vec<String> = stroke
            .dash
            .pattern()
            .iter()
            .map(|length| fine(length * stroke.width).to_string())
            .collect();
        let _ = write!(out, " stroke-dasharray=\"{}\"", lengths.join(" "));
    }
}

/// Two digits are as many as an opacity needs.
fn short(value: f64) -> f64 {
    (value.clamp(0.0, 1.0) * 100.0).round() / 100.0
}

/// The first point, and the steps from one to the next, which are shorter to write.
fn write_line(out: &mut String, line: &[Point], closed: bool) {
    let Some(&(x, y)) = line.first() else { return };
    let mut before = (fine(x), fine(y));
    let _ = write!(out, "M{} {}", before.0, before.1);
    let mut named = false;
    // Most of a document are these numbers, and `write!` takes three times as long for them.
    let mut digits = itoa::Buffer::new();
    // A minus sign separates as a space does.
    let mut step = |out: &mut String, v: i32, named: bool| {
        if named && v >= 0 {
            out.push(' ');
        }
        out.push_str(digits.format(v));
    };
    for &(x, y) in &line[1..] {
        let here = (fine(x), fine(y));
        let (dx, dy) = (
            here.0.saturating_sub(before.0),
            here.1.saturating_sub(before.1),
        );
        if (dx, dy) == (0, 0) {
            continue;
        }
        if !named {
            out.push('l');
        }
        step(out, dx, named);
        step(out, dy, true);
        named = true;
        before = here;
    }
    if closed {
        out.push('z');
    } else if !named {
        out.push_str("h0");
    }
}

fn write_dots(out: &mut String, at: &[Point], radius: f64, fill: Paint, edge: Option<Stroke>) {
    if at.is_empty() {
        return;
    }
    if edge.is_some() {
        out.push_str("<g");
        write_fill(out, Some(fill));
        write_stroke(out, edge);
        out.push('>');
        for &(x, y) in at {
            let _ = write!(
                out,
                "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"/>",
                fine(x),
                fine(y),
                fine(radius)
            );
        }
        out.push_str("</g>\n");
        return;
    }
    // A line without length and with round ends is a circle, in a third of the letters. Circles of
    // one path do not darken each other, so those that let light through are a path each.
    let _ = write!(
        out,
        "<g stroke=\"{}\" stroke-width=\"{}\" stroke-linecap=\"round\"",
        fill.color.css(),
        fine(2.0 * radius)
    );
    let apart = fill.alpha < 1.0;
    if apart {
        let _ = write!(out, " stroke-opacity=\"{}\"", short(fill.alpha));
    }
    out.push_str(if apart { ">" } else { "><path d=\"" });
    for &(x, y) in at {
        let place = format!("M{} {}h0", fine(x), fine(y));
        let _ = match apart {
            true => write!(out, "<path d=\"{place}\"/>"),
            false => write!(out, "{place}"),
        };
    }
    out.push_str(if apart { "</g>\n" } else { "\"/></g>\n" });
}

/// A halo is a text of its own below: "paint-order" is not known everywhere, and without it the
/// halo would cover the letters.
fn write_text(out: &mut String, words: &Words) {
    if words.halo.is_some() {
        write_letters(out, words, words.halo);
    }
    write_letters(out, words, None);
}

fn write_letters(out: &mut String, words: &Words, halo: Option<Paint>) {
    // "dominant-baseline" is not known everywhere.
    let drop = words.drop();
    let (x, y) = words.at;
    let _ = if words.turned == 0.0 {
        write!(out, "<text x=\"{}\" y=\"{}\"", fine(x), fine(y + drop))
    } else {
        write!(
            out,
            "<text y=\"{}\" transform=\"translate({} {})rotate({})\"",
            fine(drop),
            fine(x),
            fine(y),
            -words.turned
        )
    };
    let _ = write!(out, " font-size=\"{}\"", fine(words.size));
    match words.side {
        Side::Start => {}
        Side::Middle => out.push_str(" text-anchor=\"middle\""),
        Side::End => out.push_str(" text-anchor=\"end\""),
    }
    if words.bold {
        out.push_str(" font-weight=\"bold\"");
    }
    match halo {
        Some(halo) => {
            write_fill(out, None);
            write_stroke(out, Some(super::scene::stroke(halo, 3.0)));
        }
        None => write_fill(out, Some(words.paint)),
    }
    out.push('>');
    let mut level = 0;
    for run in label::runs(&words.text) {
        let text = escaped(&run.text);
        if run.level == level && level == 0 && !run.italic {
            out.push_str(&text);
            continue;
        }
        let _ = write!(
            out,
            "<tspan dy=\"{}\"",
            fine(words.size * 0.28 * f64::from(level - run.level))
        );
        if run.level != 0 {
            let _ = write!(out, " font-size=\"{}\"", fine(words.size * SMALLER));
        }
        if run.italic {
            out.push_str(" font-style=\"italic\"");
        }
        let _ = write!(out, ">{text}</tspan>");
        level = run.level;
    }
    out.push_str("</text>\n");
}

fn write_image(out: &mut String, pixels: &Pixels) {
    let data = base64::engine::general_purpose::STANDARD.encode(super::image::png_of(
        pixels.width,
        pixels.height,
        &pixels.rgba,
    ));
    let frame = pixels.frame;
    let smooth = if pixels.smooth { "auto" } else { "pixelated" };
    let _ = writeln!(
        out,
        "<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\" \
         image-rendering=\"{smooth}\" href=\"data:image/png;base64,{data}\"/>",
        fine(frame.left),
        fine(frame.top),
        fine(frame.right - frame.left).max(1),
        fine(frame.bottom - frame.top).max(1),
    );
}
