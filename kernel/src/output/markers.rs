//! evcxr's own way of showing rich content, which libraries written for it use: a line
//! `EVCXR_BEGIN_CONTENT mime`, the content, a line `EVCXR_END_CONTENT`.

use crate::session::Display;
use serde_json::Value;

const BEGIN: &str = "EVCXR_BEGIN_CONTENT ";
const END: &str = "EVCXR_END_CONTENT\n";

/// A piece of standard output.
#[derive(Debug, PartialEq)]
pub enum Part {
    Text(String),
    Content(Display),
}

/// Finds content in text that comes in pieces.
#[derive(Clone, Debug, Default)]
pub struct Markers {
    held: String,
    inside_line: bool,
}

impl Markers {
    /// What is certain after this text; with `end`, everything.
    pub fn push(&mut self, text: &str, end: bool) -> Vec<Part> {
        self.held.push_str(text);
        let mut parts = Vec::new();
        let mut plain = String::new();
        loop {
            let Some(at) = self.possible_begin() else {
                plain.push_str(&self.held);
                self.note_line(&plain);
                self.held.clear();
                break;
            };
            plain.push_str(&self.held[..at]);
            self.note_line(&plain);
            self.held.drain(..at);
            match content(&self.held) {
                Some((display, length)) => {
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                    parts.push(Part::Content(display));
                    self.held.drain(..length);
                    self.inside_line = false;
                }
                None if end => {
                    plain.push_str(&self.held);
                    self.note_line(&plain);
                    self.held.clear();
                    break;
                }
                None if is_hopeless(&self.held) => {
                    // The line starts like a marker and goes on otherwise.
                    let first = self.held.chars().next().map_or(0, char::len_utf8);
                    plain.push_str(&self.held[..first]);
                    self.held.drain(..first);
                    self.inside_line = true;
                }
                None => break,
            }
        }
        parts.push(Part::Text(plain));
        parts.retain(|part| *part != Part::Text(String::new()));
        parts
    }

    fn note_line(&mut self, plain: &str) {
        if let Some(last) = plain.chars().last() {
            self.inside_line = last != '\n';
        }
    }

    /// Where a line starts that is, or may become, a marker.
    fn possible_begin(&self) -> Option<usize> {
        let first = if self.inside_line { None } else { Some(0) };
        let starts = first
            .into_iter()
            .chain(self.held.match_indices('\n').map(|(at, _)| at + 1));
        starts.filter(|at| *at < self.held.len()).find(|at| {
            let line = &self.held[*at..];
            // Less than `EVCXR_` is too little to hold back what a student prints.
            line.starts_with(BEGIN) || line.len() >= 6 && BEGIN.starts_with(line)
        })
    }
}

/// Whether text that starts like a marker can no longer become one.
fn is_hopeless(text: &str) -> bool {
    match text.strip_prefix(BEGIN) {
        Some(rest) => match rest.split_once('\n') {
            Some((mime, _)) => mime_type(mime).is_none(),
            None => rest.len() > 200,
        },
        None => !BEGIN.starts_with(text),
    }
}

fn mime_type(text: &str) -> Option<&str> {
    let valid = |c: char| c.is_ascii_alphanumeric() || "/+-._".contains(c);
    let text = text.trim_end_matches('\r');
    (text.contains('/') && text.chars().all(valid)).then_some(text)
}

/// The content at the start of `text` and its length, if all of it is there.
fn content(text: &str) -> Option<(Display, usize)> {
    let (mime, body) = text.strip_prefix(BEGIN)?.split_once('\n')?;
    let mime = mime_type(mime)?;
    let end = if body.starts_with(END) {
        0
    } else {
        body.find(&format!("\n{END}"))? + 1
    };
    let mut display = Display::default();
    let value = body[..end].trim_end_matches('\n');
    display
        .data
        .insert(mime.to_owned(), Value::String(value.to_owned()));
    Some((display, text.len() - body.len() + end + END.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(pieces: &[&str]) -> Vec<Part> {
        let mut markers = Markers::default();
        let mut parts: Vec<Part> = pieces.iter().flat_map(|p| markers.push(p, false)).collect();
        parts.extend(markers.push("", true));
        let mut joined: Vec<Part> = Vec::new();
        for part in parts {
            match (joined.last_mut(), part) {
                (Some(Part::Text(before)), Part::Text(text)) => before.push_str(&text),
                (_, part) => joined.push(part),
            }
        }
        joined
    }

    fn html(text: &str) -> Part {
        let mut display = Display::default();
        display
            .data
            .insert("text/html".to_owned(), Value::String(text.to_owned()));
        Part::Content(display)
    }

    #[test]
    fn content_is_found_however_it_is_cut() {
        let text = "before\nEVCXR_BEGIN_CONTENT text/html\n<b>\n</b>\nEVCXR_END_CONTENT\nafter";
        let expected = [
            Part::Text("before\n".into()),
            html("<b>\n</b>"),
            Part::Text("after".into()),
        ];
        // std writes the start of a line in one piece: a cut inside `EVCXR_` does not happen.
        for cut in (0..=text.len()).filter(|cut| !(8..13).contains(cut)) {
            assert_eq!(all(&[&text[..cut], &text[cut..]]), expected, "cut at {cut}");
        }
    }

    #[test]
    fn text_that_only_looks_like_it_stays_text() {
        for text in [
            "EVCXR_BEGIN_CONTENT text/html\nnever ended",
            "EVCXR_BEGIN",
            "x EVCXR_BEGIN_CONTENT text/html\na\nEVCXR_END_CONTENT\n",
            "EVCXR_BEGIN_CONTENT no mime at all\nx\nEVCXR_END_CONTENT\n",
            "EVCXR_EXECUTION_COMPLETE\n",
            "EVCXR_END_CONTENT\n",
        ] {
            assert_eq!(all(&[text]), [Part::Text(text.to_owned())]);
        }
    }

    #[test]
    fn plain_text_is_not_held_back() {
        let mut markers = Markers::default();
        assert_eq!(markers.push("12 %", false), [Part::Text("12 %".into())]);
        assert_eq!(markers.push("\rE", false), [Part::Text("\rE".into())]);
    }
}
