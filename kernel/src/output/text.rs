//! Bytes of one stream to text: UTF-8 that is cut between two writes is put together, and what is
//! no UTF-8 becomes the replacement character.

use super::markers::{Markers, Part};

/// One stream's state.
#[derive(Clone, Debug)]
pub struct TextStream {
    incomplete: Vec<u8>,
    /// Only standard output carries evcxr's rich content.
    markers: Option<Markers>,
}

impl TextStream {
    pub fn stdout() -> TextStream {
        TextStream {
            incomplete: Vec::new(),
            markers: Some(Markers::default()),
        }
    }

    pub fn stderr() -> TextStream {
        TextStream {
            incomplete: Vec::new(),
            markers: None,
        }
    }

    /// What can be shown after these bytes.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Part> {
        self.incomplete.extend_from_slice(bytes);
        let mut text = String::new();
        let mut rest = &self.incomplete[..];
        let held = loop {
            match std::str::from_utf8(rest) {
                Ok(valid) => {
                    text.push_str(valid);
                    break Vec::new();
                }
                Err(error) => {
                    let (valid, after) = rest.split_at(error.valid_up_to());
                    text.push_str(&String::from_utf8_lossy(valid));
                    let Some(length) = error.error_len() else {
                        break after.to_vec();
                    };
                    text.push(char::REPLACEMENT_CHARACTER);
                    rest = &after[length..];
                }
            }
        };
        self.incomplete = held;
        self.parts(text, false)
    }

    /// Nothing follows: what was held back is shown as it is.
    pub fn finish(&mut self) -> Vec<Part> {
        let rest = std::mem::take(&mut self.incomplete);
        self.parts(String::from_utf8_lossy(&rest).into_owned(), true)
    }

    fn parts(&mut self, text: String, end: bool) -> Vec<Part> {
        match &mut self.markers {
            Some(markers) => markers.push(&text, end),
            None if text.is_empty() => Vec::new(),
            None => vec![Part::Text(text)],
        }
    }
}
