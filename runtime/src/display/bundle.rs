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

    /// As it goes to a page: a drawing is an `img` too, with the text in place of it for those who
    /// cannot see it. JupyterLab's own `img` of a drawing has none, and a notebook that is not
    /// trusted shows no drawing but this.
    pub(crate) fn on_page(&self) -> MimeBundle {
        match (self.get("text/html"), self.get("image/svg+xml")) {
            (None, Some(svg)) => {
                let alt = self.get("text/plain").unwrap_or_default();
                // With its size, a page keeps the place while it reads the next of a live picture.
                let style = "max-width:100%;height:auto";
                let attributes = format!("{} style=\"{style}\"", drawn_size(svg));
                self.html(img("image/svg+xml", svg, alt, &attributes))
            }
            _ => self.clone(),
        }
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

/// A picture inside of HTML, with the text in place of it.
pub(crate) fn img(mime: &str, file: impl AsRef<[u8]>, alt: &str, attributes: &str) -> String {
    let alt = escape_html(alt);
    let data = base64::engine::general_purpose::STANDARD.encode(file);
    format!("<img alt=\"{alt}\"{attributes} src=\"data:{mime};base64,{data}\">")
}

/// Width and height of a drawing as attributes, if it says them in pixels.
fn drawn_size(svg: &str) -> String {
    let tag = svg.find("<svg").map_or("", |start| &svg[start..]);
    let tag = tag.split('>').next().unwrap_or_default();
    let pixels = |name: &str| {
        let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
        tag[start..].split('"').next()?.parse::<u32>().ok()
    };
    match (pixels("width"), pixels("height")) {
        (Some(width), Some(height)) => format!(" width=\"{width}\" height=\"{height}\""),
        _ => String::new(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_on_a_page_tells_what_it_shows() {
        let bundle = MimeBundle::text("a < \"b\"").svg("<svg/>").on_page();
        assert_eq!(
            bundle.get("text/html"),
            Some(
                "<img alt=\"a &lt; &quot;b&quot;\" style=\"max-width:100%;height:auto\" \
                 src=\"data:image/svg+xml;base64,PHN2Zy8+\">"
            )
        );
        assert_eq!(bundle.get("image/svg+xml"), Some("<svg/>"));
        let own = MimeBundle::text("a").svg("<svg/>").html("<b>a</b>");
        assert_eq!(own.on_page(), own);
    }

    #[test]
    fn a_drawing_keeps_its_place() {
        let cases = [
            (
                r#"<?xml?><svg width="30" height="20"/>"#,
                r#" width="30" height="20""#,
            ),
            (
                r#"<svg viewBox="0 0 3 2" height="20" width="30"><g/>"#,
                r#" width="30" height="20""#,
            ),
            (r#"<svg width="100%" height="20">"#, ""),
            (r#"<svg stroke-width="3" height="20"><rect width="1"/>"#, ""),
            ("no drawing", ""),
        ];
        for (svg, expected) in cases {
            assert_eq!(drawn_size(svg), expected, "{svg}");
        }
    }
}
