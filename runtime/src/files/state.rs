//! Tensors by name.

use std::fmt;
use std::ops::Index;
use std::path::Path;

use crate::display::{MimeBundle, Rich, escape_html};
use crate::dtype::{DType, Element, with_element};
use crate::error::Error;
use crate::files::named::Named;
use crate::files::{disk, npz, pytorch, safetensors};
use crate::tensor::Tensor;

/// Tensors by name, in order: the weights of a model, or what a file holds.
///
/// Besides tensors it has notes, which are text by name; numbers and texts of a PyTorch file
/// become notes.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let mut state = StateDict::new();
/// state.insert("weight", &tensor([[0.5, -1.0]]));
/// state.insert("bias", &tensor([2.0]));
/// assert_eq!(state.names(), ["weight", "bias"]);
/// assert_close(&state["bias"], [2.0]);
/// println!("{state:?}");
/// ```
#[derive(Clone, Default)]
pub struct StateDict {
    tensors: Named<Tensor>,
    notes: Named<String>,
}

impl StateDict {
    /// No tensors yet.
    pub fn new() -> StateDict {
        StateDict::default()
    }

    /// Adds a tensor, or replaces the one of that name.
    pub fn insert(&mut self, name: &str, tensor: &Tensor) {
        self.tensors.insert(name, tensor.clone());
    }

    /// The tensor of a name; `state["bias"]` panics where there is none, with the names that are.
    pub fn get(&self, name: &str) -> Option<Tensor> {
        self.tensors.get(name).cloned()
    }

    /// Whether there is a tensor of this name.
    pub fn contains(&self, name: &str) -> bool {
        self.tensors.get(name).is_some()
    }

    /// Takes a tensor out.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let mut state = Linear::new(2, 1).state_dict();
    /// assert!(state.remove("bias").is_some());
    /// assert_eq!(state.names(), ["weight"]);
    /// ```
    pub fn remove(&mut self, name: &str) -> Option<Tensor> {
        self.tensors.remove(name)
    }

    /// The names, in order.
    pub fn names(&self) -> Vec<&str> {
        self.iter().map(|(name, _)| name).collect()
    }

    /// The names and tensors, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        self.tensors.iter()
    }

    /// How many tensors there are.
    pub fn len(&self) -> usize {
        self.tensors.len()
    }

    /// Whether there is no tensor.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many numbers there are in all.
    pub fn count(&self) -> usize {
        self.iter().map(|(_, tensor)| tensor.numel()).sum()
    }

    /// What lies under `name.`, without that prefix.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let model = seq![Linear::new(2, 3), ReLU, Linear::new(3, 1)];
    /// assert_eq!(model.state_dict().part("2").names(), ["weight", "bias"]);
    /// ```
    pub fn part(&self, name: &str) -> StateDict {
        let inner = |full: &str| {
            let rest = full.strip_prefix(name)?.strip_prefix('.')?;
            Some(rest.to_owned())
        };
        self.named(&inner)
    }

    /// The same with other names, which must differ from one another.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let state = Linear::new(2, 3).state_dict();
    /// let renamed = state.rename(|name| format!("head.{name}"));
    /// assert_eq!(renamed.names(), ["head.weight", "head.bias"]);
    /// ```
    #[track_caller]
    pub fn rename(&self, new_name: impl Fn(&str) -> String) -> StateDict {
        self.named(&|name| Some(new_name(name)))
    }

    #[track_caller]
    fn named(&self, new_name: &dyn Fn(&str) -> Option<String>) -> StateDict {
        let mut renamed = StateDict::new();
        for (name, tensor) in self.iter() {
            let Some(new) = new_name(name) else { continue };
            if renamed.contains(&new) {
                let reason = format!("{name:?} and another tensor would both be called {new:?}");
                Error::new("rename", reason).raise();
            }
            renamed.insert(&new, tensor);
        }
        for (name, text) in self.notes() {
            if let Some(new) = new_name(name) {
                renamed.set_note(&new, text);
            }
        }
        renamed
    }

    /// Adds everything of another, with `name.` before its names.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let mut both = StateDict::new();
    /// both.insert_part("encoder", &Linear::new(2, 3).state_dict());
    /// assert_eq!(both.names(), ["encoder.weight", "encoder.bias"]);
    /// ```
    pub fn insert_part(&mut self, name: &str, part: &StateDict) {
        for (inner, tensor) in part.iter() {
            self.insert(&format!("{name}.{inner}"), tensor);
        }
        for (inner, text) in part.notes.iter() {
            self.set_note(&format!("{name}.{inner}"), text);
        }
    }

    /// The note of a name.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let mut state = StateDict::new();
    /// state.set_note("trained on", "wine");
    /// assert_eq!(state.note("trained on"), Some("wine"));
    /// ```
    pub fn note(&self, name: &str) -> Option<&str> {
        self.notes.get(name).map(String::as_str)
    }

    /// Adds a note, or replaces the one of that name.
    pub fn set_note(&mut self, name: &str, text: impl fmt::Display) {
        self.notes.insert(name, text.to_string());
    }

    /// The names and texts of the notes.
    pub fn notes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.notes.iter().map(|(name, text)| (name, text.as_str()))
    }

    /// Saves as a safetensors file, which Python reads too (`safetensors.torch.load_file`).
    ///
    /// Nothing of an old file is lost where writing fails.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let path = std::env::temp_dir().join(format!("state-{}.safetensors", std::process::id()));
    /// let state = Linear::new(2, 3).state_dict();
    /// state.save(&path)?;
    /// let loaded = StateDict::load(&path)?;
    /// assert_eq!(loaded["weight"].to_vec(), state["weight"].to_vec());
    /// # std::fs::remove_file(path).unwrap();
    /// # Ok::<(), Error>(())
    /// ```
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        self.save_as("save", path.as_ref())
    }

    pub(super) fn save_as(&self, op: &str, path: &Path) -> Result<(), Error> {
        let header =
            safetensors::Header::of(self).map_err(|reason| disk::fault(op, path, reason))?;
        disk::write(op, path, |out| header.write(self, out))
    }

    /// Loads what a file holds: safetensors, NumPy's `.npz`, or PyTorch's `.pt` and `.pth`.
    ///
    /// The contents tell the format. Of a PyTorch file only tensors, numbers and texts are read,
    /// those of an inner dict under `outer.inner`; nothing in it is executed, and what asks for
    /// that is refused.
    pub fn load(path: impl AsRef<Path>) -> Result<StateDict, Error> {
        StateDict::load_as("load", path.as_ref())
    }

    pub(super) fn load_as(op: &str, path: &Path) -> Result<StateDict, Error> {
        let bytes = disk::read(op, path)?;
        parse(&bytes).map_err(|reason| disk::fault(op, path, reason))
    }

    /// The same as [`StateDict::load`] for a file that is in memory already.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let file = b"\x02\0\0\0\0\0\0\0{}";
    /// assert!(StateDict::from_bytes(file)?.is_empty());
    /// let error = StateDict::from_bytes(&file[..9]).unwrap_err();
    /// assert!(error.to_string().contains("is cut off"));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn from_bytes(bytes: &[u8]) -> Result<StateDict, Error> {
        parse(bytes).map_err(|reason| Error::new("from_bytes", reason))
    }
}

fn parse(bytes: &[u8]) -> Result<StateDict, String> {
    if bytes.starts_with(b"PK") {
        let archive = super::zip::Archive::open(bytes)?;
        if pytorch::is_archive(&archive) {
            return pytorch::read_archive(&archive);
        }
        return npz::read(&archive);
    }
    if pytorch::is_legacy(bytes) {
        return pytorch::read_legacy(bytes);
    }
    if bytes.starts_with(super::npy::MAGIC) {
        return Err("holds one array without a name; Tensor::load_npy reads it".to_owned());
    }
    safetensors::read(bytes)
}

impl Index<&str> for StateDict {
    type Output = Tensor;

    #[track_caller]
    fn index(&self, name: &str) -> &Tensor {
        self.tensors.get(name).unwrap_or_else(|| {
            let names = listed(&self.names());
            Error::new(
                "state",
                format!("there is no tensor {name:?}; there are: {names}"),
            )
            .raise()
        })
    }
}

/// Names for an error text, the first few where they are many.
pub(super) fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 12;
    match names {
        [] => "none".to_owned(),
        _ if names.len() <= SHOWN => names.join(", "),
        _ => format!(
            "{} and {} more",
            names[..SHOWN].join(", "),
            names.len() - SHOWN
        ),
    }
}

/// The first numbers of a tensor, on one line.
fn preview(tensor: &Tensor) -> String {
    const SHOWN: usize = 8;
    let count = tensor.numel();
    let layout = &tensor.0.layout;
    let place = |mut i: usize| {
        let dims = layout.shape.iter().zip(&layout.strides).rev();
        dims.fold(layout.offset, |at, (&size, &stride)| {
            let index = i % size;
            i /= size;
            at + index * stride
        })
    };
    let storage = tensor.0.buffer.snapshot();
    let numbers: Vec<String> = with_element!(tensor.dtype(), T => {
        let values = T::slice(&storage);
        (0..count.min(SHOWN)).map(|i| shown(values[place(i)])).collect()
    });
    let more = if count > SHOWN { ", .." } else { "" };
    format!("{}{more}", numbers.join(", "))
}

fn shown<T: Element>(value: T) -> String {
    match T::DTYPE {
        DType::Bool => (value.to_i64() != 0).to_string(),
        DType::I64 => value.to_i64().to_string(),
        _ => format!("{:.4}", value.to_f64()),
    }
}

impl fmt::Debug for StateDict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<[String; 4]> = self
            .iter()
            .map(|(name, tensor)| {
                let shape = format!("{:?}", tensor.shape());
                [
                    name.to_owned(),
                    shape,
                    tensor.dtype().to_string(),
                    preview(tensor),
                ]
            })
            .collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
        let (names, shapes) = (width(0).unwrap_or(0), width(1).unwrap_or(0));
        for [name, shape, dtype, numbers] in &rows {
            writeln!(f, "{name:<names$}  {shape:<shapes$}  {dtype:<4}  {numbers}")?;
        }
        for (name, text) in self.notes() {
            writeln!(f, "{name}: {text}")?;
        }
        write!(f, "{} tensors, {} numbers", self.len(), self.count())
    }
}

impl Rich for StateDict {
    fn mime_bundle(&self) -> MimeBundle {
        let left = "<td style=\"text-align:left\">";
        let rows: String = self
            .iter()
            .map(|(name, tensor)| {
                format!(
                    "<tr>{left}{}</td><td>{:?}</td><td>{}</td>{left}{}</td></tr>",
                    escape_html(name),
                    tensor.shape(),
                    tensor.dtype(),
                    preview(tensor)
                )
            })
            .collect();
        let notes: String = self
            .notes()
            .map(|(name, text)| {
                let (name, text) = (escape_html(name), escape_html(text));
                format!("<tr>{left}{name}</td><td></td><td>note</td>{left}{text}</td></tr>")
            })
            .collect();
        MimeBundle::text(format!("{self:?}")).html(format!(
            "<table style=\"text-align:right\"><thead><tr><th style=\"text-align:left\">name</th>\
             <th>shape</th><th>type</th><th style=\"text-align:left\">numbers</th></tr></thead>\
             <tbody>{rows}{notes}</tbody></table><div style=\"opacity:.7;font-size:85%\">\
             {} tensors, {} numbers</div>",
            self.len(),
            self.count()
        ))
    }
}

crate::display::rich_result!(StateDict);
