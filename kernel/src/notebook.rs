//! Notebook files (nbformat 4): reading their code cells and filling in outputs.

use crate::output::{Part, TextStream};
use crate::session::{CellError, Display, Event};
use crate::venv::replace;
use anyhow::{Context as _, bail};
use serde_json::{Map, Value, json};
use std::fs;
use std::path::Path;

/// A notebook as it is in its file.
#[derive(Clone, Debug)]
pub struct Notebook {
    content: Value,
}

/// A code cell with something to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeCell {
    /// Its place among all cells.
    pub index: usize,
    /// The number shown beside it once it ran.
    pub number: usize,
    /// Its source.
    pub code: String,
    /// Its identifier.
    pub id: Option<String>,
    /// Whether the notebook goes on if it fails.
    pub may_fail: bool,
}

impl Notebook {
    /// Reads a notebook.
    ///
    /// # Errors
    /// If there is no such file, or it is no notebook of format 4.
    pub fn read(path: &Path) -> anyhow::Result<Notebook> {
        let text = fs::read(path).with_context(|| format!("can't read {}", path.display()))?;
        let content: Value = serde_json::from_slice(&text)
            .with_context(|| format!("{} is no notebook", path.display()))?;
        if content["nbformat"] != 4 || !content["cells"].is_array() {
            bail!("{} is no notebook of format 4", path.display());
        }
        Ok(Notebook { content })
    }

    /// The code cells in order; empty ones do not count, as in Jupyter.
    pub fn code_cells(&self) -> Vec<CodeCell> {
        let cells = self.content["cells"]
            .as_array()
            .into_iter()
            .flatten()
            .enumerate();
        cells
            .filter(|(_, cell)| cell["cell_type"] == "code")
            .map(|(index, cell)| (index, cell, text_of(&cell["source"])))
            .filter(|(_, _, code)| !code.trim().is_empty())
            .zip(1..)
            .map(|((index, cell, code), number)| CodeCell {
                index,
                number,
                code,
                id: cell["id"].as_str().map(str::to_owned),
                may_fail: cell["metadata"]["tags"]
                    .as_array()
                    .is_some_and(|tags| tags.iter().any(|tag| tag == "raises-exception")),
            })
            .collect()
    }

    /// Writes the notebook with these outputs in place of its own.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn write(&self, path: &Path, outputs: &Outputs) -> anyhow::Result<()> {
        let mut content = self.content.clone();
        for cell in content["cells"].as_array_mut().into_iter().flatten() {
            if cell["cell_type"] == "code" {
                cell["outputs"] = json!([]);
                cell["execution_count"] = Value::Null;
            }
        }
        for cell in &outputs.cells {
            let shown = cell
                .outputs
                .iter()
                .map(|output| output.content.clone())
                .collect();
            content["cells"][cell.index]["outputs"] = Value::Array(shown);
            content["cells"][cell.index]["execution_count"] = json!(cell.number);
        }
        let text = format!("{}\n", serde_json::to_string_pretty(&content)?);
        replace(path, text.as_bytes()).with_context(|| format!("can't write {}", path.display()))
    }
}

/// A string, or the list of lines that nbformat allows in its place.
fn text_of(value: &Value) -> String {
    match value {
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        _ => value.as_str().unwrap_or_default().to_owned(),
    }
}

/// The outputs of the cells that ran, as a finished notebook holds them: of a display that was
/// updated only the last state stays.
#[derive(Clone, Debug, Default)]
pub struct Outputs {
    cells: Vec<CellOutputs>,
}

#[derive(Clone, Debug)]
struct CellOutputs {
    index: usize,
    number: usize,
    outputs: Vec<Output>,
    /// The outputs so far go when the next one comes.
    clear_at_next: bool,
    streams: [TextStream; 2],
}

#[derive(Clone, Debug)]
struct Output {
    content: Value,
    display_id: Option<String>,
}

impl Outputs {
    /// A cell starts.
    pub fn begin(&mut self, cell: &CodeCell) {
        let CodeCell { index, number, .. } = *cell;
        self.cells.push(CellOutputs {
            index,
            number,
            outputs: Vec::new(),
            clear_at_next: false,
            streams: [TextStream::stdout(), TextStream::stderr()],
        });
    }

    /// Takes what the running cell shows.
    pub fn add(&mut self, event: Event) {
        match event {
            Event::Stdout(bytes) => self.print(0, |stream| stream.push(&bytes)),
            Event::Stderr(bytes) => self.print(1, |stream| stream.push(&bytes)),
            Event::ClearOutput { wait } => {
                self.finish_text();
                match self.cells.last_mut() {
                    Some(cell) if wait => cell.clear_at_next = true,
                    Some(cell) => cell.clear(),
                    None => {}
                }
            }
            Event::Display(display) => {
                self.finish_text();
                self.display(display);
            }
            // `run` answers it; a notebook file keeps no trace.
            Event::InputRequest => {}
        }
    }

    /// The running cell has ended.
    pub fn end(&mut self, error: Option<&CellError>) {
        self.finish_text();
        let Some(cell) = self.cells.last_mut() else {
            return;
        };
        for output in &mut cell.outputs {
            if output.content["output_type"] == "stream" {
                output.content["text"] = json!(rewritten(&text_of(&output.content["text"])));
            }
        }
        if let Some(error) = error {
            cell.push(
                json!({
                    "output_type": "error",
                    "ename": error.name,
                    "evalue": error.value,
                    "traceback": error.traceback,
                }),
                None,
            );
        }
    }

    /// What a stream of the running cell lets go: text, and evcxr's rich content in it.
    fn print(&mut self, stream: usize, read: impl FnOnce(&mut TextStream) -> Vec<Part>) {
        let parts = match self.cells.last_mut() {
            Some(cell) => read(&mut cell.streams[stream]),
            None => return,
        };
        for part in parts {
            match (part, self.cells.last_mut()) {
                (Part::Text(text), Some(cell)) => cell.push_text(stream, &text),
                (Part::Content(display), _) => self.display(display),
                (Part::Text(_), None) => {}
            }
        }
    }

    /// Lets go of text that was held back because it might be the start of something.
    fn finish_text(&mut self) {
        self.print(0, TextStream::finish);
        self.print(1, TextStream::finish);
    }

    fn display(&mut self, display: Display) {
        if display.display_id.is_some() {
            let outputs = self.cells.iter_mut().flat_map(|cell| &mut cell.outputs);
            for output in outputs.filter(|output| output.display_id == display.display_id) {
                output.content["data"] = Value::Object(display.data.clone());
                output.content["metadata"] = Value::Object(display.metadata.clone());
            }
        }
        let Some(cell) = self.cells.last_mut().filter(|_| !display.update) else {
            return;
        };
        let mut content = Map::new();
        let kind = if display.result {
            "execute_result"
        } else {
            "display_data"
        };
        content.insert("output_type".to_owned(), json!(kind));
        content.insert("data".to_owned(), Value::Object(display.data));
        content.insert("metadata".to_owned(), Value::Object(display.metadata));
        if display.result {
            content.insert("execution_count".to_owned(), json!(cell.number));
        }
        cell.push(Value::Object(content), display.display_id);
    }
}

impl CellOutputs {
    fn clear(&mut self) {
        self.outputs.clear();
        self.clear_at_next = false;
    }

    fn push(&mut self, content: Value, display_id: Option<String>) {
        if self.clear_at_next {
            self.clear();
        }
        self.outputs.push(Output {
            content,
            display_id,
        });
    }

    fn push_text(&mut self, stream: usize, text: &str) {
        let name = ["stdout", "stderr"][stream];
        if let Some(Output { content, .. }) =
            self.outputs.last_mut().filter(|_| !self.clear_at_next)
            && content["name"] == name
            && let Value::String(before) = &mut content["text"]
        {
            before.push_str(text);
            return;
        }
        self.push(
            json!({ "output_type": "stream", "name": name, "text": text }),
            None,
        );
    }
}

/// A text as a terminal shows it in the end: `\r` goes back to the start of the line.
fn rewritten(text: &str) -> String {
    let lines = text.split('\n').map(|line| {
        let line = line.strip_suffix('\r').unwrap_or(line);
        line.rsplit('\r').next().unwrap_or_default()
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notebook(cells: Value) -> Notebook {
        let file = tempfile::NamedTempFile::new().unwrap();
        let content = json!({
            "nbformat": 4, "nbformat_minor": 5, "cells": cells,
            "metadata": { "kernelspec": { "name": "cuaderno" } },
        });
        fs::write(file.path(), content.to_string()).unwrap();
        Notebook::read(file.path()).unwrap()
    }

    fn code(source: Value) -> Value {
        json!({
            "cell_type": "code", "id": "c1", "metadata": {}, "source": source,
            "execution_count": 9, "outputs": [{"output_type": "stream", "name": "stdout", "text": "old"}],
        })
    }

    /// Outputs of a notebook's single cell after these events.
    fn outputs(events: Vec<Event>, error: Option<&CellError>) -> Value {
        let notebook = notebook(json!([code(json!("1"))]));
        let mut outputs = Outputs::default();
        outputs.begin(&notebook.code_cells()[0]);
        for event in events {
            outputs.add(event);
        }
        outputs.end(error);
        let file = tempfile::NamedTempFile::new().unwrap();
        notebook.write(file.path(), &outputs).unwrap();
        let written = Notebook::read(file.path()).unwrap();
        assert_eq!(written.content["cells"][0]["execution_count"], 1);
        written.content["cells"][0]["outputs"].clone()
    }

    fn shown(text: &str, id: Option<&str>, update: bool) -> Event {
        let data = Map::from_iter([("text/plain".to_owned(), json!(text))]);
        let display_id = id.map(str::to_owned);
        Event::Display(Display {
            data,
            display_id,
            update,
            ..Display::default()
        })
    }

    fn printed(text: &str) -> Event {
        Event::Stdout(text.as_bytes().to_vec())
    }

    #[test]
    fn code_cells_are_numbered_as_jupyter_numbers_them() {
        let mut tagged = code(json!("panic!()"));
        tagged["metadata"] = json!({ "tags": ["raises-exception"] });
        let notebook = notebook(json!([
            { "cell_type": "markdown", "metadata": {}, "source": "# Title" },
            code(json!(["let a = 1;\n", "a"])),
            code(json!("  \n")),
            tagged,
        ]));
        let cells = notebook.code_cells();
        assert_eq!(cells.len(), 2);
        assert_eq!(
            (cells[0].index, cells[0].number, cells[0].may_fail),
            (1, 1, false)
        );
        assert_eq!(
            (cells[0].code.as_str(), cells[0].id.as_deref()),
            ("let a = 1;\na", Some("c1"))
        );
        assert_eq!(
            (cells[1].index, cells[1].number, cells[1].may_fail),
            (3, 2, true)
        );
    }

    #[test]
    fn text_of_one_stream_is_one_output() {
        let found = outputs(
            vec![
                printed("a"),
                printed("b\n"),
                Event::Stderr(b"e\n".to_vec()),
                printed("c\n"),
            ],
            None,
        );
        assert_eq!(
            found,
            json!([
                { "output_type": "stream", "name": "stdout", "text": "ab\n" },
                { "output_type": "stream", "name": "stderr", "text": "e\n" },
                { "output_type": "stream", "name": "stdout", "text": "c\n" },
            ])
        );
    }

    #[test]
    fn bytes_that_are_no_text_and_split_characters_are_kept_apart() {
        let euro = "€".as_bytes();
        let found = outputs(
            vec![
                Event::Stdout([b"1", &euro[..1]].concat()),
                Event::Stdout(euro[1..].to_vec()),
                Event::Stdout(b"\xff!\xe2".to_vec()),
            ],
            None,
        );
        assert_eq!(found[0]["text"], "1€\u{fffd}!\u{fffd}");
    }

    #[test]
    fn content_between_evcxr_s_markers_is_a_display() {
        let found = outputs(
            vec![
                printed("a\nEVCXR_BEGIN_CONTENT text/html\n"),
                printed("<b>3</b>\nEVCXR_END_CONTENT\nb\nEVCXR_BE"),
            ],
            None,
        );
        assert_eq!(
            found,
            json!([
                { "output_type": "stream", "name": "stdout", "text": "a\n" },
                { "output_type": "display_data", "data": { "text/html": "<b>3</b>" }, "metadata": {} },
                { "output_type": "stream", "name": "stdout", "text": "b\nEVCXR_BE" },
            ])
        );
    }

    #[test]
    fn of_a_line_that_was_rewritten_the_last_state_stays() {
        let found = outputs(
            vec![printed("10 %\r50 %"), printed("\r100 %\r\ndone\n")],
            None,
        );
        assert_eq!(found[0]["text"], "100 %\ndone\n");
    }

    #[test]
    fn an_update_replaces_the_display_and_adds_none() {
        let found = outputs(
            vec![
                shown("first", Some("a"), false),
                shown("other", None, false),
                shown("last", Some("a"), true),
                shown("nowhere", Some("b"), true),
            ],
            None,
        );
        let texts: Vec<&Value> = found
            .as_array()
            .unwrap()
            .iter()
            .map(|output| &output["data"]["text/plain"])
            .collect();
        assert_eq!(texts, ["last", "other"]);
        assert_eq!(found[0]["output_type"], "display_data");
    }

    #[test]
    fn clearing_waits_if_asked_to() {
        let clear = |wait| Event::ClearOutput { wait };
        let texts = |found: Value| {
            let outputs = found.as_array().unwrap().clone();
            outputs
                .iter()
                .map(|output| text_of(&output["text"]))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            texts(outputs(vec![printed("a"), clear(false)], None)),
            [""; 0]
        );
        assert_eq!(texts(outputs(vec![printed("a"), clear(true)], None)), ["a"]);
        assert_eq!(
            texts(outputs(vec![printed("a"), clear(true), printed("b")], None)),
            ["b"]
        );
    }

    #[test]
    fn a_value_has_the_cells_number_and_an_error_comes_last() {
        let data = Map::from_iter([("text/html".to_owned(), json!("<b>7</b>"))]);
        let value = Event::Display(Display {
            data,
            result: true,
            ..Display::default()
        });
        let error = CellError {
            name: "Panic".to_owned(),
            value: "no".to_owned(),
            traceback: vec!["line".to_owned()],
        };
        let found = outputs(vec![value], Some(&error));
        assert_eq!(
            found,
            json!([
                { "output_type": "execute_result", "execution_count": 1, "metadata": {},
                  "data": { "text/html": "<b>7</b>" } },
                { "output_type": "error", "ename": "Panic", "evalue": "no", "traceback": ["line"] },
            ])
        );
    }

    #[test]
    fn what_is_no_notebook_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for text in ["", "{}", r#"{"nbformat": 3, "worksheets": []}"#] {
            fs::write(file.path(), text).unwrap();
            let error = Notebook::read(file.path()).unwrap_err().to_string();
            assert!(error.contains("is no notebook"), "{error}");
        }
        let error = Notebook::read(Path::new("/nowhere.ipynb"))
            .unwrap_err()
            .to_string();
        assert_eq!(error, "can't read /nowhere.ipynb");
    }
}
