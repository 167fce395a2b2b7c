//! Python's pickles, read as data.
//!
//! A pickle is a program for a small machine with a stack, and part of its language calls any
//! Python function. This machine has the part that builds numbers, texts, lists, dicts and
//! tensors. It knows the few functions that do the latter by name, and builds what they would;
//! every other function ends the reading. Objects lie in one list and refer to each other by
//! place, so that neither depth nor cycles of a pickle matter here.

use std::collections::HashMap;

use crate::files::bytes::{Cursor, DIMS, Kind};

/// The place of an object in [`Pickle::objects`].
pub(super) type Id = usize;

/// What a pickle makes.
#[derive(Clone, Debug)]
pub(super) enum Object<'a> {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'a str),
    Tuple(Vec<Id>),
    List(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    Function(Function),
    /// One of [`Pickle::stores`].
    Store(usize),
    Tensor(View),
    /// Something without a number, text or tensor that a reader could ask for.
    Other,
}

/// The Python functions and types that are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    OrderedDict,
    Tensor,
    Parameter,
    Size,
    Device,
    Store(Kind),
}

fn function(module: &str, name: &str) -> Option<Function> {
    Some(match (module, name) {
        ("collections", "OrderedDict") => Function::OrderedDict,
        ("torch._utils", "_rebuild_tensor" | "_rebuild_tensor_v2") => Function::Tensor,
        ("torch._utils", "_rebuild_parameter") => Function::Parameter,
        ("torch", "Size") => Function::Size,
        ("torch", "device") => Function::Device,
        ("torch", name) => Function::Store(match name {
            "DoubleStorage" => Kind::F64,
            "FloatStorage" => Kind::F32,
            "HalfStorage" => Kind::F16,
            "BFloat16Storage" => Kind::BF16,
            "LongStorage" => Kind::I64,
            "IntStorage" => Kind::I32,
            "ShortStorage" => Kind::I16,
            "CharStorage" => Kind::I8,
            "ByteStorage" => Kind::U8,
            "BoolStorage" => Kind::Bool,
            _ => return None,
        }),
        _ => return None,
    })
}

/// Names of types of elements, which optimisers keep as options.
fn is_dtype(module: &str, name: &str) -> bool {
    const NAMES: &[&str] = &[
        "float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8",
        "bool",
    ];
    module == "torch" && NAMES.contains(&name)
}

/// Elements that lie elsewhere in the file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Store<'a> {
    pub(super) key: &'a str,
    pub(super) kind: Kind,
    pub(super) count: usize,
}

/// A tensor: a view on elements.
#[derive(Clone, Debug)]
pub(super) struct View {
    pub(super) store: usize,
    pub(super) offset: usize,
    pub(super) shape: Vec<usize>,
    pub(super) strides: Vec<usize>,
}

/// What a pickle has made.
pub(super) struct Pickle<'a> {
    pub(super) objects: Vec<Object<'a>>,
    pub(super) root: Id,
    /// The elements that the tensors refer to, each once.
    pub(super) stores: Vec<Store<'a>>,
}

impl<'a> Pickle<'a> {
    pub(super) fn object(&self, id: Id) -> &Object<'a> {
        &self.objects[id]
    }
}

/// Reads the pickle at the cursor, which is then behind it.
pub(super) fn read<'a>(cursor: &mut Cursor<'a>) -> Result<Pickle<'a>, String> {
    let mut machine = Machine::default();
    loop {
        let at = cursor.position();
        let in_pickle = |reason| format!("the pickle is damaged at byte {at}: {reason}");
        let code = cursor.u8().map_err(in_pickle)?;
        if code == b'.' {
            let root = machine.pop().map_err(in_pickle)?;
            return Ok(Pickle {
                objects: machine.objects,
                root,
                stores: machine.stores,
            });
        }
        machine.step(code, cursor).map_err(|stop| match stop {
            Stop::Damaged(reason) => in_pickle(reason),
            Stop::Refused(reason) => reason,
        })?;
    }
}

/// Why a pickle is not read to its end.
enum Stop {
    Damaged(String),
    Refused(String),
}

impl From<String> for Stop {
    fn from(reason: String) -> Stop {
        Stop::Damaged(reason)
    }
}

impl From<&str> for Stop {
    fn from(reason: &str) -> Stop {
        Stop::Damaged(reason.to_owned())
    }
}

#[derive(Default)]
struct Machine<'a> {
    objects: Vec<Object<'a>>,
    stack: Vec<Id>,
    /// Heights of the stack at which groups start.
    marks: Vec<usize>,
    memo: HashMap<u32, Id>,
    stores: Vec<Store<'a>>,
    places: HashMap<Store<'a>, usize>,
}

impl<'a> Machine<'a> {
    fn push(&mut self, object: Object<'a>) {
        self.stack.push(self.objects.len());
        self.objects.push(object);
    }

    fn pop(&mut self) -> Result<Id, String> {
        // What lies below the last mark belongs to others.
        if self.stack.len() <= self.marks.last().copied().unwrap_or(0) {
            return Err("the stack is empty".to_owned());
        }
        self.stack
            .pop()
            .ok_or_else(|| "the stack is empty".to_owned())
    }

    fn top(&self) -> Result<Id, String> {
        self.stack
            .last()
            .copied()
            .ok_or_else(|| "the stack is empty".to_owned())
    }

    /// Everything above the last mark.
    fn group(&mut self) -> Result<Vec<Id>, String> {
        let start = self.marks.pop().ok_or("a group has no start")?;
        Ok(self.stack.split_off(start.min(self.stack.len())))
    }

    fn tuple(&mut self, count: usize) -> Result<(), String> {
        let mut ids = (0..count)
            .map(|_| self.pop())
            .collect::<Result<Vec<Id>, String>>()?;
        ids.reverse();
        self.push(Object::Tuple(ids));
        Ok(())
    }

    fn append(&mut self, ids: &[Id]) -> Result<(), String> {
        let list = self.top()?;
        match &mut self.objects[list] {
            Object::List(list) => list.extend_from_slice(ids),
            _ => return Err("something is added to what is no list".to_owned()),
        }
        Ok(())
    }

    fn set(&mut self, ids: &[Id]) -> Result<(), String> {
        let dict = self.top()?;
        let (pairs, rest) = ids.as_chunks::<2>();
        match &mut self.objects[dict] {
            Object::Dict(dict) if rest.is_empty() => {
                dict.extend(pairs.iter().map(|&[key, value]| (key, value)));
            }
            _ => return Err("names are given in what is no dict".to_owned()),
        }
        Ok(())
    }

    fn remember(&mut self, place: u32) -> Result<(), String> {
        let id = self.top()?;
        self.memo.insert(place, id);
        Ok(())
    }

    fn recall(&mut self, place: u32) -> Result<(), String> {
        let id = self.memo.get(&place);
        let id = *id.ok_or_else(|| format!("nothing is remembered as {place}"))?;
        self.stack.push(id);
        Ok(())
    }

    fn step(&mut self, code: u8, cursor: &mut Cursor<'a>) -> Result<(), Stop> {
        match code {
            // Protocol and frame: the lengths of frames are not needed.
            0x80 => {
                cursor.take(1)?;
            }
            0x95 => {
                cursor.take(8)?;
            }

            b'N' => self.push(Object::None),
            0x88 => self.push(Object::Bool(true)),
            0x89 => self.push(Object::Bool(false)),
            b'J' => self.push(Object::Int(i32::from_le_bytes(cursor.array()?).into())),
            b'K' => self.push(Object::Int(cursor.u8()?.into())),
            b'M' => self.push(Object::Int(cursor.u16()?.into())),
            0x8a => {
                let length = cursor.u8()?.into();
                self.push(whole(cursor.take(length)?));
            }
            0x8b => {
                let length = size(cursor.u32()?.into())?;
                self.push(whole(cursor.take(length)?));
            }
            b'G' => self.push(Object::Float(f64::from_be_bytes(cursor.array()?))),

            b'U' | 0x8c => {
                let length = cursor.u8()?.into();
                self.push(Object::Text(text(cursor.take(length)?)?));
            }
            b'T' | b'X' => {
                let length = size(cursor.u32()?.into())?;
                self.push(Object::Text(text(cursor.take(length)?)?));
            }
            0x8d => {
                let length = size(cursor.u64()?)?;
                self.push(Object::Text(text(cursor.take(length)?)?));
            }
            b'C' => {
                let length = cursor.u8()?.into();
                cursor.take(length)?;
                self.push(Object::Other);
            }
            b'B' => {
                let length = size(cursor.u32()?.into())?;
                cursor.take(length)?;
                self.push(Object::Other);
            }
            0x8e => {
                let length = size(cursor.u64()?)?;
                cursor.take(length)?;
                self.push(Object::Other);
            }

            b'(' => self.marks.push(self.stack.len()),
            b'0' => {
                self.pop()?;
            }
            b'1' => {
                self.group()?;
            }
            b'2' => {
                let top = self.top()?;
                self.stack.push(top);
            }

            b')' => self.push(Object::Tuple(Vec::new())),
            0x85 => self.tuple(1)?,
            0x86 => self.tuple(2)?,
            0x87 => self.tuple(3)?,
            b't' => {
                let ids = self.group()?;
                self.push(Object::Tuple(ids));
            }
            // A set is read as a list.
            b']' | 0x8f => self.push(Object::List(Vec::new())),
            b'l' | 0x91 => {
                let ids = self.group()?;
                self.push(Object::List(ids));
            }
            b'a' => {
                let id = self.pop()?;
                self.append(&[id])?;
            }
            b'e' | 0x90 => {
                let ids = self.group()?;
                self.append(&ids)?;
            }
            b'}' => self.push(Object::Dict(Vec::new())),
            b'd' => {
                let ids = self.group()?;
                self.push(Object::Dict(Vec::new()));
                self.set(&ids)?;
            }
            b's' => {
                let value = self.pop()?;
                let key = self.pop()?;
                self.set(&[key, value])?;
            }
            b'u' => {
                let ids = self.group()?;
                self.set(&ids)?;
            }

            b'q' => {
                let place = cursor.u8()?.into();
                self.remember(place)?;
            }
            b'r' => {
                let place = cursor.u32()?;
                self.remember(place)?;
            }
            0x94 => {
                let place = u32::try_from(self.memo.len()).map_err(|_| "too much is remembered")?;
                self.remember(place)?;
            }
            b'h' => {
                let place = cursor.u8()?.into();
                self.recall(place)?;
            }
            b'j' => {
                let place = cursor.u32()?;
                self.recall(place)?;
            }

            b'c' => {
                let module = line(cursor)?;
                let name = line(cursor)?;
                self.find(module, name)?;
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                match (&self.objects[module], &self.objects[name]) {
                    (&Object::Text(module), &Object::Text(name)) => self.find(module, name)?,
                    _ => return Err("a function has no name".into()),
                }
            }
            b'R' | 0x81 => {
                let (arguments, function) = (self.pop()?, self.pop()?);
                self.call(function, arguments)?;
            }
            // Attributes, such as the versions of layers that a dict of weights carries.
            b'b' => {
                self.pop()?;
                let target = self.top()?;
                if !matches!(self.objects[target], Object::Dict(_)) {
                    return Err("attributes are given to what is no dict".into());
                }
            }
            b'Q' => {
                let id = self.pop()?;
                self.store(id)?;
            }
            _ => {
                let shown = char::from(code).escape_default();
                return Err(Stop::Damaged(format!(
                    "there is no instruction {code} ({shown})"
                )));
            }
        }
        Ok(())
    }

    fn find(&mut self, module: &str, name: &str) -> Result<(), Stop> {
        if let Some(function) = function(module, name) {
            self.push(Object::Function(function));
        } else if is_dtype(module, name) {
            self.push(Object::Other);
        } else {
            let called = format!("{module}.{name}");
            return Err(Stop::Refused(format!(
                "asks for Python's {called}, which is not executed: tensors, numbers, texts, lists \
                 and dicts are read, as torch.save(model.state_dict(), path) writes them"
            )));
        }
        Ok(())
    }

    fn call(&mut self, function: Id, arguments: Id) -> Result<(), Stop> {
        let Object::Function(function) = self.objects[function] else {
            return Err("what is called is no function".into());
        };
        let Object::Tuple(arguments) = &self.objects[arguments] else {
            return Err("the arguments of a call are no tuple".into());
        };
        match (function, arguments.as_slice()) {
            (Function::OrderedDict, []) => self.push(Object::Dict(Vec::new())),
            (Function::OrderedDict, &[list]) => {
                let pairs = self.pairs(list)?;
                self.push(Object::Dict(pairs));
            }
            (Function::Tensor, &[store, offset, shape, strides, ..]) => {
                let view = self.view(store, offset, shape, strides);
                self.push(Object::Tensor(view.ok_or("a tensor has wrong arguments")?));
            }
            // What these add to their first argument is not needed.
            (Function::Parameter | Function::Size, &[same, ..]) => self.stack.push(same),
            (Function::Device, _) => self.push(Object::Other),
            _ => return Err(format!("{function:?} has wrong arguments").into()),
        }
        Ok(())
    }

    /// The pairs of a list of pairs, from which Python 2 makes an `OrderedDict`.
    fn pairs(&mut self, list: Id) -> Result<Vec<(Id, Id)>, String> {
        let wrong = || "an OrderedDict is made of what is no list of pairs".to_owned();
        let Object::List(list) = &mut self.objects[list] else {
            return Err(wrong());
        };
        // Nobody else needs the list, and a copy for each of many calls could fill the memory.
        let list = std::mem::take(list);
        let pair = |pair: Id| match &self.objects[pair] {
            Object::Tuple(ids) | Object::List(ids) => match ids.as_slice() {
                &[key, value] => Ok((key, value)),
                _ => Err(wrong()),
            },
            _ => Err(wrong()),
        };
        list.into_iter().map(pair).collect()
    }

    fn count(&self, id: Id) -> Option<usize> {
        match self.objects[id] {
            Object::Int(value) => usize::try_from(value).ok(),
            _ => None,
        }
    }

    fn counts(&self, id: Id) -> Option<Vec<usize>> {
        match &self.objects[id] {
            Object::Tuple(ids) if ids.len() <= DIMS => {
                ids.iter().map(|&id| self.count(id)).collect()
            }
            _ => None,
        }
    }

    fn view(&self, store: Id, offset: Id, shape: Id, strides: Id) -> Option<View> {
        let Object::Store(store) = self.objects[store] else {
            return None;
        };
        Some(View {
            store,
            offset: self.count(offset)?,
            shape: self.counts(shape)?,
            strides: self.counts(strides)?,
        })
    }

    /// Elements by the name that the pickle gives them: a tuple of the word "storage", their
    /// type, their key in the file, the device, and how many they are.
    fn store(&mut self, id: Id) -> Result<(), String> {
        let store = self.store_of(id).ok_or("elements have no proper name")?;
        let next = self.stores.len();
        let place = *self.places.entry(store.clone()).or_insert(next);
        if place == next {
            self.stores.push(store);
        }
        self.push(Object::Store(place));
        Ok(())
    }

    fn store_of(&self, id: Id) -> Option<Store<'a>> {
        let Object::Tuple(ids) = &self.objects[id] else {
            return None;
        };
        let &[word, kind, key, _, count, ref rest @ ..] = ids.as_slice() else {
            return None;
        };
        // Before 2018 a view on other elements could follow.
        let whole = match rest {
            [] => true,
            [view] => matches!(self.objects[*view], Object::None),
            _ => false,
        };
        match (&self.objects[word], &self.objects[kind], &self.objects[key]) {
            (
                Object::Text("storage"),
                &Object::Function(Function::Store(kind)),
                &Object::Text(key),
            ) if whole => {
                let count = self.count(count)?;
                Some(Store { key, kind, count })
            }
            _ => None,
        }
    }
}

/// A little-endian whole number of any length.
fn whole<'a>(bytes: &[u8]) -> Object<'a> {
    if bytes.len() > 8 {
        return Object::Other;
    }
    let negative = bytes.last().is_some_and(|last| last & 0x80 != 0);
    let mut wide = [if negative { 0xff } else { 0 }; 8];
    wide[..bytes.len()].copy_from_slice(bytes);
    Object::Int(i64::from_le_bytes(wide))
}

fn size(length: u64) -> Result<usize, String> {
    usize::try_from(length).map_err(|_| format!("a text can't have {length} bytes"))
}

fn text(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes).map_err(|_| "a text is no UTF-8".to_owned())
}

/// A text up to the end of its line.
fn line<'a>(cursor: &mut Cursor<'a>) -> Result<&'a str, String> {
    const LONGEST: usize = 1000;
    let mut start = *cursor;
    for length in 0..LONGEST {
        if cursor.u8()? == b'\n' {
            return text(start.take(length)?);
        }
    }
    Err("a name has no end".to_owned())
}
