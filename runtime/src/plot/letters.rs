//! Outlines of letters, for pictures that bring their own text.
//!
//! `font/letters.bin` holds letters of DejaVu Sans (`font/LICENSE`); `tests/golden/plots_font.py`
//! wrote it and describes it.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::clip::Point;
use super::label::{self, SMALLER};
use super::scene::{Side, Words};

/// Units of the font's size.
const UNITS: f64 = 1024.0;

struct Letter {
    /// How far the next letter stands.
    advance: f64,
    /// Closed outlines, y upward.
    outlines: Vec<Vec<Point>>,
}

/// A letter for those that the font does not have.
const MISSING: char = '□';

fn letters() -> &'static HashMap<char, Letter> {
    static LETTERS: OnceLock<HashMap<char, Letter>> = OnceLock::new();
    LETTERS.get_or_init(|| {
        let mut letters = read(include_bytes!("font/letters.bin")).unwrap_or_default();
        let square = [(100.0, 0.0), (500.0, 0.0), (500.0, 700.0), (100.0, 700.0)];
        let hole = [(150.0, 50.0), (150.0, 650.0), (450.0, 650.0), (450.0, 50.0)];
        letters.insert(
            MISSING,
            Letter {
                advance: 600.0,
                outlines: vec![square.to_vec(), hole.to_vec()],
            },
        );
        letters
    })
}

/// The letters in the file; `None` if it is cut off.
fn read(mut bytes: &[u8]) -> Option<HashMap<char, Letter>> {
    fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
        let (head, rest) = bytes.split_first_chunk::<N>()?;
        *bytes = rest;
        Some(*head)
    }
    let mut letters = HashMap::new();
    while !bytes.is_empty() {
        let code = char::from_u32(u32::from_le_bytes(take(&mut bytes)?))?;
        let advance = f64::from(u16::from_le_bytes(take(&mut bytes)?));
        let [count] = take(&mut bytes)?;
        let mut outlines = Vec::with_capacity(usize::from(count));
        for _ in 0..count {
            let n = u16::from_le_bytes(take(&mut bytes)?);
            let mut points = Vec::with_capacity(usize::from(n));
            for _ in 0..n {
                let x = i16::from_le_bytes(take(&mut bytes)?);
                let y = i16::from_le_bytes(take(&mut bytes)?);
                let [on] = take(&mut bytes)?;
                points.push((f64::from(x), f64::from(y), on == 1));
            }
            outlines.push(flattened(&points));
        }
        letters.insert(code, Letter { advance, outlines });
    }
    Some(letters)
}

/// Curves as short lines. Between two points that bend there is one on the outline.
fn flattened(points: &[(f64, f64, bool)]) -> Vec<Point> {
    let mut out: Vec<Point> = Vec::with_capacity(points.len() * 3);
    let n = points.len();
    for i in 0..n {
        let (x, y, on) = points[i];
        if on {
            out.push((x, y));
            continue;
        }
        let middle = |(ax, ay, a_on): (f64, f64, bool)| match a_on {
            true => (ax, ay),
            false => (f64::midpoint(ax, x), f64::midpoint(ay, y)),
        };
        let start = out.last().copied().unwrap_or((x, y));
        let end = middle(points[(i + 1) % n]);
        for step in 1..=4 {
            let t = f64::from(step) / 4.0;
            let (a, b, c) = ((1.0 - t) * (1.0 - t), 2.0 * t * (1.0 - t), t * t);
            out.push((
                a * start.0 + b * x + c * end.0,
                a * start.1 + b * y + c * end.1,
            ));
        }
    }
    out
}

/// The closed outlines of a text in its place.
pub(super) fn outlines(words: &Words) -> Vec<Vec<Point>> {
    let letters = letters();
    let mut out: Vec<Vec<Point>> = Vec::new();
    let mut x = 0.0;
    for run in label::runs(&words.text) {
        let part = if run.level == 0 { 1.0 } else { SMALLER };
        let size = words.size * part / UNITS;
        let up = 0.28 * words.size * f64::from(run.level);
        let lean = if run.italic { 0.2 } else { 0.0 };
        for c in run.text.chars() {
            let Some(letter) = letters.get(&c).or_else(|| letters.get(&MISSING)) else {
                continue;
            };
            for outline in &letter.outlines {
                let place = |&(px, py): &Point| (x + (px + lean * py) * size, -(py * size + up));
                out.push(outline.iter().map(place).collect());
            }
            // An accent stands on the letter before it.
            x += letter.advance * size;
        }
    }
    let start = match words.side {
        Side::Start => 0.0,
        Side::Middle => x / 2.0,
        Side::End => x,
    };
    let drop = words.drop();
    let (sin, cos) = (-words.turned).to_radians().sin_cos();
    for outline in &mut out {
        for point in outline {
            let (x, y) = (point.0 - start, point.1 + drop);
            *point = (
                words.at.0 + x * cos - y * sin,
                words.at.1 + x * sin + y * cos,
            );
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_has_the_letters_of_labels() {
        let letters = letters();
        assert!(letters.len() > 350, "{}", letters.len());
        for c in "Aaz09 −·×μσ∇≤→⁻²éß…".chars() {
            assert!(letters.contains_key(&c), "{c}");
        }
        assert!(read(&[65, 0, 0]).is_none());
        // The width that labels are placed by is about that of the letters.
        for text in ["validation accuracy", "epoch", "0.25", "MMMM"] {
            let wide: f64 = text.chars().map(|c| letters[&c].advance / UNITS).sum();
            let placed = label::text_width(text, 1.0);
            assert!(
                (placed / wide - 1.0).abs() < 0.15,
                "{text}: {placed}, {wide}"
            );
        }
    }
}
