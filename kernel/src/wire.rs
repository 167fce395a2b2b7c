//! Messages as Jupyter's protocol defines them.

use crate::completeness::Completeness;
use crate::session::{CellError, Completions, Display};
use serde_json::{Map, Value, json};

/// A message, with the parts that the protocol names. Contents stay JSON: a frontend may leave
/// out or add fields, and no request is dropped for that.
#[derive(Clone, Debug, Default)]
pub struct Message {
    /// Whom it comes from or goes to; for a broadcast its topic.
    pub identities: Vec<Vec<u8>>,
    /// `msg_id`, `msg_type`, `session` …
    pub header: Value,
    /// Header of the message that this one answers.
    pub parent_header: Value,
    /// Metadata.
    pub metadata: Value,
    /// Content by type.
    pub content: Value,
}

impl Message {
    /// The type, such as `execute_request`.
    pub fn kind(&self) -> &str {
        self.header["msg_type"].as_str().unwrap_or_default()
    }

    /// A text of the content; empty if it is missing.
    pub fn text(&self, name: &str) -> &str {
        self.content[name].as_str().unwrap_or_default()
    }

    /// A flag of the content, or its default in the protocol.
    pub fn flag(&self, name: &str, default: bool) -> bool {
        self.content[name].as_bool().unwrap_or(default)
    }

    /// A position of the content; a negative one is the start.
    pub fn position(&self, name: &str) -> usize {
        let position = self.content[name].as_i64().unwrap_or(0).max(0);
        usize::try_from(position).unwrap_or(usize::MAX)
    }
}

/// A message of a type, with the request that it answers.
pub fn message(kind: &str, content: Value, parent: Option<&Message>) -> Message {
    let header = json!({
        "msg_id": uuid::Uuid::new_v4().to_string(),
        "msg_type": kind,
        "username": "kernel",
        "date": chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
        "version": PROTOCOL_VERSION,
    });
    Message {
        identities: parent
            .map(|parent| parent.identities.clone())
            .unwrap_or_default(),
        header,
        parent_header: parent.map_or_else(|| json!({}), |parent| parent.header.clone()),
        metadata: json!({}),
        content,
    }
}

/// Version of Jupyter's messaging protocol.
const PROTOCOL_VERSION: &str = "5.3";

/// A message for everybody: no addressee, the kind as its topic.
pub fn broadcast(kind: &str, content: Value, parent: Option<&Message>) -> Message {
    Message {
        identities: vec![kind.as_bytes().to_vec()],
        ..message(kind, content, parent)
    }
}

/// `status`: busy, idle or starting.
pub fn status(state: &str, parent: Option<&Message>) -> Message {
    broadcast("status", json!({"execution_state": state}), parent)
}

/// `stream`: printed text.
pub fn stream(name: &str, text: &str, parent: Option<&Message>) -> Message {
    broadcast("stream", json!({"name": name, "text": text}), parent)
}

/// `execute_result`, `display_data` or `update_display_data`.
pub fn display(shown: &Display, count: usize, parent: Option<&Message>) -> Message {
    let transient = match &shown.display_id {
        Some(id) => json!({"display_id": id}),
        None => json!({}),
    };
    let mut content =
        json!({"data": shown.data, "metadata": shown.metadata, "transient": transient});
    let kind = if shown.update {
        "update_display_data"
    } else if shown.result {
        content["execution_count"] = json!(count);
        "execute_result"
    } else {
        "display_data"
    };
    broadcast(kind, content, parent)
}

/// `error`.
pub fn error(error: &CellError, parent: Option<&Message>) -> Message {
    broadcast("error", error_fields(error), parent)
}

/// The fields that `error` and an `execute_reply` with `status: error` share.
pub fn error_fields(error: &CellError) -> Value {
    json!({"ename": error.name, "evalue": error.value, "traceback": error.traceback})
}

/// Content of `execute_reply`.
pub fn execute_reply(result: Result<Map<String, Value>, &CellError>, count: usize) -> Value {
    match result {
        Ok(expressions) => json!({
            "status": "ok", "execution_count": count, "payload": [],
            "user_expressions": expressions,
        }),
        Err(error) => {
            let mut content = error_fields(error);
            content["status"] = json!("error");
            content["execution_count"] = json!(count);
            content["payload"] = json!([]);
            content["user_expressions"] = json!({});
            content
        }
    }
}

/// Content of `kernel_info_reply`.
pub fn kernel_info() -> Value {
    json!({
        "status": "ok",
        "protocol_version": PROTOCOL_VERSION,
        "implementation": "cuaderno",
        "implementation_version": env!("CARGO_PKG_VERSION"),
        "language_info": {
            "name": "rust",
            "version": rust_version(),
            "mimetype": "text/x-rust",
            "file_extension": ".rs",
            "pygments_lexer": "rust",
            "codemirror_mode": "rust",
            "nbconvert_exporter": "script",
        },
        "banner": format!(
            "Cuaderno {}: Rust with a deep-learning runtime. :help lists the commands.",
            env!("CARGO_PKG_VERSION")
        ),
        "debugger": false,
        "help_links": [
            {"text": "The Rust Book", "url": "https://doc.rust-lang.org/book/"},
            {"text": "Rust's standard library", "url": "https://doc.rust-lang.org/std/"},
        ],
    })
}

fn rust_version() -> String {
    let version = crate::preload::toolchain().map(|toolchain| toolchain.version);
    version
        .ok()
        .and_then(|text| Some(text.lines().next()?.split(' ').nth(1)?.to_owned()))
        .unwrap_or_default()
}

/// Content of `complete_reply`; `completions` has byte offsets, the protocol counts characters.
pub fn complete_reply(code: &str, completions: &Completions) -> Value {
    let (start, end) = (
        characters_before(code, completions.start),
        characters_before(code, completions.end),
    );
    let matches: Vec<&str> = completions
        .matches
        .iter()
        .map(|m| m.text.as_str())
        .collect();
    let types: Vec<Value> = completions
        .matches
        .iter()
        .map(|m| {
            json!({
                "text": m.text, "type": m.kind, "signature": m.signature,
                "start": start, "end": end,
            })
        })
        .collect();
    json!({
        "status": "ok", "matches": matches, "cursor_start": start, "cursor_end": end,
        "metadata": {"_jupyter_types_experimental": types},
    })
}

/// Content of `is_complete_reply`.
pub fn is_complete_reply(completeness: Completeness) -> Value {
    match completeness {
        Completeness::Complete => json!({"status": "complete"}),
        Completeness::Invalid => json!({"status": "invalid"}),
        Completeness::Incomplete { indent } => {
            json!({"status": "incomplete", "indent": " ".repeat(indent)})
        }
    }
}

/// Characters (code points) before a byte offset.
pub fn characters_before(code: &str, byte: usize) -> usize {
    code.char_indices().take_while(|(at, _)| *at < byte).count()
}

/// Byte offset of a character's number, as the protocol counts cursors.
pub fn byte_offset(code: &str, characters: usize) -> usize {
    code.char_indices()
        .nth(characters)
        .map_or(code.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_count_code_points() {
        let code = "let 🦀é = x;";
        for characters in 0..=code.chars().count() {
            assert_eq!(
                characters_before(code, byte_offset(code, characters)),
                characters
            );
        }
        assert_eq!(byte_offset(code, 5), "let 🦀".len());
        assert_eq!(byte_offset(code, 999), code.len());
    }

    #[test]
    fn a_result_carries_the_count_and_a_display_its_id() {
        let mut shown = Display {
            result: true,
            ..Display::default()
        };
        let result = display(&shown, 7, None);
        assert_eq!(result.kind(), "execute_result");
        shown = Display {
            display_id: Some("a".to_owned()),
            update: true,
            ..Display::default()
        };
        assert_eq!(display(&shown, 7, None).kind(), "update_display_data");
    }
}
