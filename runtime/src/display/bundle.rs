//! One value under several mime types.

use base64::Engine as _;
use serde_json::{Map, Value, json};

/// A value under several mime types; a notebook shows the richest that it knows.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let bundle = MimeBundle::text("1/2").html("<sup>1</sup>/<sub>2</sub>");
/// assert_eq!(bundle.get("text/plain"), Some("1/2"));
/// assert!(bundle.get("image/png").is_none());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MimeBundle {
    parts: Vec<(String, String)>,
}

impl MimeBundle {
    /// Plain text, which every bundle has.
    pub fn text(text: impl Into<String>) -> MimeBundle {
        MimeBundle {
            parts: vec![("text/plain".to_owned(), text.into())],
        }
    }

    /// Adds another form; images other than SVG are base64 text.
    pub fn with(&self, mime: &str, content: impl Into<String>) -> MimeBundle {
        let mut parts = self.parts.clone();
        parts.retain(|(other, _)| other != mime);
        parts.push((mime.to_owned(), content.into()));
        MimeBundle { parts }
    }

    /// Adds HTML.
    pub fn html(&self, html: impl Into<String>) -> MimeBundle {
        self.with("text/html", html)
    }

    /// Adds Markdown.
    pub fn markdown(&self, markdown: impl Into<String>) -> MimeBundle {
        self.with("text/markdown", markdown)
    }

    /// Adds LaTeX.
    pub fn latex(&self, latex: impl Into<String>) -> MimeBundle {
        self.with("text/latex", latex)
    }

    /// Adds an SVG picture.
    pub fn svg(&self, svg: impl Into<String>) -> MimeBundle {
        self.with("image/svg+xml", svg)
    }

    /// Adds a PNG picture from the bytes of its file.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let bundle = MimeBundle::text("a picture").png(&[1, 2, 3]);
    /// assert_eq!(bundle.get("image/png"), Some("AQID"));
    /// ```
    pub fn png(&self, bytes: &[u8]) -> MimeBundle {
        self.with(
            "image/png",
            base64::engine::general_purpose::STANDARD.encode(bytes),
        )
    }

    /// The content of one mime type.
    pub fn get(&self, mime: &str) -> Option<&str> {
        self.parts()
            .find(|(other, _)| *other == mime)
            .map(|(_, content)| content)
    }

    /// Mime types with their contents.
    pub fn parts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parts
            .iter()
            .map(|(mime, content)| (mime.as_str(), content.as_str()))
    }

    /// The message to the kernel.
    pub(crate) fn message(&self, id: Option<&str>, update: bool, result: bool) -> String {
        let data: Map<String, Value> = self
            .parts()
            .map(|(mime, content)| (mime.to_owned(), json!(content)))
            .collect();
        let mut message = json!({
            "data": data, "metadata": {}, "update": update, "result": result,
        });
        if let Some(id) = id {
            message["display_id"] = json!(id);
        }
        message.to_string()
    }
}

/// A value that a notebook can show as more than text.
///
/// ```
/// use cuaderno::prelude::*;
///
/// struct Swatch(&'static str);
///
/// impl Rich for Swatch {
///     fn mime_bundle(&self) -> MimeBundle {
///         MimeBundle::text(self.0).html(format!("<b style=\"color:{0}\">{0}</b>", self.0))
///     }
/// }
///
/// display(&Swatch("teal"));
/// ```
pub trait Rich {
    /// The value under every mime type it has.
    fn mime_bundle(&self) -> MimeBundle;
}

impl Rich for MimeBundle {
    fn mime_bundle(&self) -> MimeBundle {
        self.clone()
    }
}

impl Rich for str {
    fn mime_bundle(&self) -> MimeBundle {
        MimeBundle::text(self)
    }
}

impl Rich for String {
    fn mime_bundle(&self) -> MimeBundle {
        MimeBundle::text(self.as_str())
    }
}

impl<T: Rich + ?Sized> Rich for &T {
    fn mime_bundle(&self) -> MimeBundle {
        (**self).mime_bundle()
    }
}

/// Text as HTML shows it literally.
///
/// ```
/// assert_eq!(cuaderno::display::escape_html("a < b"), "a &lt; b");
/// ```
pub fn escape_html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
