//! What `torch.save` writes: a pickle, and the elements of its tensors beside it.
//!
//! Since version 1.6 both lie in a zip archive, before that one after the other.

use std::collections::HashMap;

use crate::dtype::Storage;
use crate::files::StateDict;
use crate::files::bytes::{Cursor, Kind, numel};
use crate::files::pickle::{self, Id, Object, Pickle, Store, View};
use crate::files::zip::Archive;
use crate::tensor::{Layout, Tensor};

/// The pickle of the number 0x1950a86a20f9469cfc6c, without the protocol before it.
const MAGIC: &[u8] = b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";

pub(super) fn is_archive(archive: &Archive<'_>) -> bool {
    folder(archive).is_some()
}

/// What the names of the entries start with.
fn folder<'b>(archive: &'b Archive<'_>) -> Option<&'b str> {
    archive.names().find_map(|name| {
        let folder = name.strip_suffix("data.pkl")?;
        (folder.is_empty() || folder.ends_with('/')).then_some(folder)
    })
}

pub(super) fn is_legacy(bytes: &[u8]) -> bool {
    // The protocol is between; since protocol 4 a frame and its length are, too.
    let framed = bytes.get(2) == Some(&0x95);
    let magic = bytes.get(if framed { 11 } else { 2 }..);
    bytes.first() == Some(&0x80) && magic.is_some_and(|rest| rest.starts_with(MAGIC))
}

pub(super) fn read_archive(archive: &Archive<'_>) -> Result<StateDict, String> {
    let folder = folder(archive).ok_or("has no data.pkl")?;
    let order = format!("{folder}byteorder");
    let big_endian =
        archive.names().any(|name| name == order) && archive.read(&order)?.as_ref() == b"big";
    let program = archive.read(&format!("{folder}data.pkl"))?;
    let pickle = pickle::read(&mut Cursor::new(&program, 0))?;
    let load = |store: &Store<'_>| {
        let name = format!("{folder}data/{}", store.key);
        elements(store.kind, store.count, &archive.read(&name)?, big_endian)
            .map_err(|reason| format!("{name} {reason}"))
    };
    Flattened::of(&pickle, program.len(), &load)
}

fn elements(kind: Kind, count: usize, bytes: &[u8], big_endian: bool) -> Result<Storage, String> {
    if kind.count(bytes.len()) != Some(count) {
        return Err(format!(
            "is damaged: {count} elements of {} bytes can't lie in {} bytes",
            kind.size(),
            bytes.len()
        ));
    }
    kind.decode(bytes, big_endian)
}

pub(super) fn read_legacy(bytes: &[u8]) -> Result<StateDict, String> {
    let mut cursor = Cursor::new(bytes, 0);
    pickle::read(&mut cursor)?;
    let version = pickle::read(&mut cursor)?;
    if !matches!(version.object(version.root), Object::Int(1001)) {
        return Err("has a version of PyTorch's format that is not known".to_owned());
    }
    let system = pickle::read(&mut cursor)?;
    let big_endian = is_big_endian(&system);
    let start = cursor.position();
    let pickle = pickle::read(&mut cursor)?;
    let length = cursor.position() - start;
    let keys = pickle::read(&mut cursor)?;
    let Object::List(order) = keys.object(keys.root) else {
        return Err("is damaged: the keys of its elements are no list".to_owned());
    };

    let mut kinds: HashMap<&str, Kind> = HashMap::new();
    for store in &pickle.stores {
        if *kinds.entry(store.key).or_insert(store.kind) != store.kind {
            return Err(format!("has elements {} of two types", store.key));
        }
    }
    let mut places: HashMap<&str, &[u8]> = HashMap::new();
    for &key in order {
        let Object::Text(key) = *keys.object(key) else {
            return Err("is damaged: a key of its elements is no text".to_owned());
        };
        let kind = kinds.get(key);
        let kind = kind.ok_or_else(|| format!("has elements {key} that no tensor refers to"))?;
        let count = cursor.u64()?;
        let size = usize::try_from(count).ok();
        let size = size.and_then(|count| count.checked_mul(kind.size()));
        let size = size.ok_or_else(|| format!("is damaged: it can't have {count} elements"))?;
        if places.insert(key, cursor.take(size)?).is_some() {
            return Err(format!("has two sets of elements {key}"));
        }
    }
    let load = |store: &Store<'_>| {
        let bytes = places.get(store.key);
        let bytes = bytes.ok_or_else(|| format!("has no elements {}", store.key))?;
        elements(store.kind, store.count, bytes, big_endian)
            .map_err(|reason| format!("elements {}: {reason}", store.key))
    };
    Flattened::of(&pickle, length, &load)
}

fn is_big_endian(system: &Pickle<'_>) -> bool {
    let Object::Dict(entries) = system.object(system.root) else {
        return false;
    };
    entries.iter().any(|&(key, value)| {
        matches!(system.object(key), Object::Text("little_endian"))
            && matches!(system.object(value), Object::Bool(false))
    })
}

type Load<'f> = &'f dyn Fn(&Store<'_>) -> Result<Storage, String>;

/// The tensors and notes of a pickle, under the path of names that leads to each.
struct Flattened<'f, 'a> {
    pickle: &'f Pickle<'a>,
    load: Load<'f>,
    /// The elements that are loaded; tensors that share them share memory here too.
    loaded: HashMap<usize, Tensor>,
    state: StateDict,
    /// Bytes of names that may still be made. A pickle may name a part of itself many times, so
    /// that without a limit a small file would have more names than memory holds.
    budget: usize,
}

/// How deep dicts and lists may lie in one another.
const DEPTH: usize = 100;

impl Flattened<'_, '_> {
    fn of(pickle: &Pickle<'_>, length: usize, load: Load<'_>) -> Result<StateDict, String> {
        let mut flattened = Flattened {
            pickle,
            load,
            loaded: HashMap::new(),
            state: StateDict::new(),
            budget: (1 << 14) + length.saturating_mul(96),
        };
        match pickle.object(pickle.root) {
            Object::Tensor(_) => flattened.add("tensor", pickle.root, 0)?,
            _ => flattened.add("", pickle.root, 0)?,
        }
        Ok(flattened.state)
    }

    fn add(&mut self, name: &str, id: Id, depth: usize) -> Result<(), String> {
        let left = self.budget.checked_sub(name.len() + 64);
        self.budget = left.ok_or("names parts of itself too often")?;
        if depth > DEPTH {
            return Err(format!(
                "has more than {DEPTH} dicts and lists in one another"
            ));
        }
        match self.pickle.object(id) {
            Object::Dict(entries) => {
                for &(key, value) in entries {
                    let inner = match self.pickle.object(key) {
                        Object::Text(text) => joined(name, text),
                        Object::Int(number) => joined(name, &number.to_string()),
                        _ => return Err(format!("{name:?} has a name that is no text")),
                    };
                    self.add(&inner, value, depth + 1)?;
                }
            }
            Object::List(ids) | Object::Tuple(ids) => {
                for (i, &inner) in ids.iter().enumerate() {
                    self.add(&joined(name, &i.to_string()), inner, depth + 1)?;
                }
            }
            Object::Tensor(view) => {
                if self.state.contains(name) {
                    return Err(format!("has two tensors {name}"));
                }
                let tensor = self
                    .tensor(view)
                    .map_err(|reason| format!("{name}: {reason}"))?;
                self.state.insert(name, &tensor);
            }
            Object::Bool(value) => self.state.set_note(name, value),
            Object::Int(value) => self.state.set_note(name, value),
            Object::Float(value) => self.state.set_note(name, value),
            Object::Text(text) => self.state.set_note(name, text),
            Object::None | Object::Function(_) | Object::Store(_) | Object::Other => {}
        }
        Ok(())
    }

    fn tensor(&mut self, view: &View) -> Result<Tensor, String> {
        let store = &self.pickle.stores[view.store];
        let whole = match self.loaded.get(&view.store) {
            Some(whole) => whole.clone(),
            None => {
                let storage = (self.load)(store)?;
                let whole = Tensor::from_storage(storage, [store.count].as_slice().into());
                self.loaded.insert(view.store, whole.clone());
                whole
            }
        };
        let count = numel(&view.shape)?;
        if view.shape.len() != view.strides.len() {
            return Err(format!(
                "the shape {:?} and the strides {:?} have different lengths",
                view.shape, view.strides
            ));
        }
        if count == 0 {
            let empty = store.kind.decode(&[], false)?;
            return Ok(Tensor::from_storage(empty, view.shape.as_slice().into()));
        }
        let dims = || view.shape.iter().zip(&view.strides);
        let last = dims().try_fold(view.offset, |at, (&size, &stride)| {
            at.checked_add((size - 1).checked_mul(stride)?)
        });
        if last.is_none_or(|last| last >= store.count) {
            return Err(format!(
                "the shape {:?} with strides {:?} from element {} on reaches beyond the {} \
                 elements that there are",
                view.shape, view.strides, view.offset, store.count
            ));
        }
        // The stride of a single row is never used, and may be anything.
        let strides = dims().map(|(&size, &stride)| if size == 1 { 1 } else { stride });
        Ok(whole.view_as(Layout {
            shape: view.shape.as_slice().into(),
            strides: strides.collect(),
            offset: view.offset,
        }))
    }
}

fn joined(outer: &str, inner: &str) -> String {
    if outer.is_empty() {
        inner.to_owned()
    } else {
        format!("{outer}.{inner}")
    }
}
