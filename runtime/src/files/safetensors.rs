//! The safetensors format: a JSON header with types, shapes and places, then the elements.
//!
//! <https://github.com/huggingface/safetensors#format>

use std::collections::HashSet;
use std::fmt;
use std::io::{self, Write};
use std::ops::Range;

use serde_core::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, json};

use crate::dtype::DType;
use crate::files::StateDict;
use crate::files::bytes::{Cursor, Kind, numel, write_elements};
use crate::tensor::Tensor;

/// The name under which the header has notes.
const NOTES: &str = "__metadata__";

fn name_of(dtype: DType) -> &'static str {
    match dtype {
        DType::Bool => "BOOL",
        DType::I64 => "I64",
        DType::F16 => "F16",
        DType::F32 => "F32",
        DType::F64 => "F64",
    }
}

fn kind_of(name: &str) -> Option<Kind> {
    Some(match name {
        "BOOL" => Kind::Bool,
        "I8" => Kind::I8,
        "I16" => Kind::I16,
        "I32" => Kind::I32,
        "I64" => Kind::I64,
        "U8" => Kind::U8,
        "U16" => Kind::U16,
        "U32" => Kind::U32,
        "U64" => Kind::U64,
        "F16" => Kind::F16,
        "BF16" => Kind::BF16,
        "F32" => Kind::F32,
        "F64" => Kind::F64,
        _ => return None,
    })
}

/// The front of a file that is to be written.
pub(super) struct Header {
    text: String,
    /// The places of the tensors in the state, in the order of their elements in the file.
    order: Vec<usize>,
}

impl Header {
    pub(super) fn of(state: &StateDict) -> Result<Header, String> {
        let tensors: Vec<(&str, &Tensor)> = state.iter().collect();
        let size = |i: usize| Kind::of(tensors[i].1.dtype()).size();
        // Wide elements first, so that each lies at a multiple of its size.
        let mut order: Vec<usize> = (0..tensors.len()).collect();
        order.sort_by_key(|&i| std::cmp::Reverse(size(i)));
        let mut places = vec![0..0; tensors.len()];
        let mut end = 0_usize;
        for &i in &order {
            let bytes = numel(tensors[i].1.shape())?.checked_mul(size(i));
            let next = bytes.and_then(|bytes| end.checked_add(bytes));
            let next = next.ok_or("the tensors have more bytes than can be counted")?;
            places[i] = end..next;
            end = next;
        }

        // Written piece by piece, since a JSON map of serde_json would sort the names.
        let mut parts = Vec::with_capacity(tensors.len() + 1);
        let notes: Map<String, Value> = state
            .notes()
            .map(|(name, text)| (name.to_owned(), text.into()))
            .collect();
        if !notes.is_empty() {
            parts.push(format!("{:?}:{}", NOTES, Value::Object(notes)));
        }
        for (&(name, tensor), place) in tensors.iter().zip(&places) {
            if name == NOTES {
                return Err(format!("a tensor can't have the name {NOTES}"));
            }
            let entry = json!({
                "dtype": name_of(tensor.dtype()),
                "shape": tensor.shape(),
                "data_offsets": [place.start, place.end],
            });
            parts.push(format!("{}:{entry}", Value::from(name)));
        }
        let mut text = format!("{{{}}}", parts.join(","));
        while !text.len().is_multiple_of(8) {
            text.push(' ');
        }
        Ok(Header { text, order })
    }

    pub(super) fn write(&self, state: &StateDict, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(&(self.text.len() as u64).to_le_bytes())?;
        out.write_all(self.text.as_bytes())?;
        let tensors: Vec<&Tensor> = state.iter().map(|(_, tensor)| tensor).collect();
        for &i in &self.order {
            write_elements(tensors[i], out)?;
        }
        Ok(())
    }
}

/// The JSON that a header may have. Unlike serde_json's own type it keeps the order of names,
/// does not hide one that comes twice, and takes little more memory than its text.
enum Json {
    Text(String),
    Sizes(Vec<usize>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// What an object has under a name.
    fn get(&self, name: &str) -> Option<&Json> {
        let Json::Object(list) = self else {
            return None;
        };
        let (_, value) = list.iter().find(|(other, _)| other == name)?;
        Some(value)
    }

    fn text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    fn sizes(&self) -> Option<&[usize]> {
        match self {
            Json::Sizes(sizes) => Some(sizes),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Json, D::Error> {
        from.deserialize_any(AnyJson)
    }
}

struct AnyJson;

impl<'de> Visitor<'de> for AnyJson {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a list of sizes or an object")
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        let mut sizes = Vec::new();
        while let Some(size) = list.next_element()? {
            sizes.push(size);
        }
        Ok(Json::Sizes(sizes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        let mut names = HashSet::new();
        while let Some((name, value)) = map.next_entry::<String, Json>()? {
            if !names.insert(name.clone()) {
                return Err(A::Error::custom(format_args!("{name:?} comes twice")));
            }
            list.push((name, value));
        }
        Ok(Json::Object(list))
    }
}

/// What the header says of a tensor.
struct Entry {
    name: String,
    kind: Kind,
    shape: Vec<usize>,
    place: Range<usize>,
}

pub(super) fn read(bytes: &[u8]) -> Result<StateDict, String> {
    let unknown = "is not a file of weights; safetensors, .npz and PyTorch's .pt and .pth are read";
    if bytes.len() < 9 {
        return Err(match bytes.len() {
            0 => "is empty".to_owned(),
            count => format!("is cut off: it has {count} bytes"),
        });
    }
    let mut cursor = Cursor::new(bytes, 0);
    let length = cursor.u64()?;
    if bytes[8] != b'{' {
        return Err(unknown.to_owned());
    }
    let header = usize::try_from(length).map_err(|_| unknown)?;
    let header = cursor
        .take(header)
        .map_err(|reason| format!("{reason} (the header should have {length})"))?;
    let json = serde_json::from_slice(header);
    let Json::Object(list) = json.map_err(|error| format!("the header is damaged: {error}"))?
    else {
        return Err("the header is damaged: it is no object".to_owned());
    };
    let data = &bytes[cursor.position()..];

    let mut state = StateDict::new();
    let mut entries = Vec::new();
    for (name, value) in list {
        if name != NOTES {
            entries.push(entry(name, &value)?);
            continue;
        }
        let Json::Object(notes) = value else {
            return Err("the header's notes are no object".to_owned());
        };
        for (name, text) in notes {
            let text = text
                .text()
                .ok_or_else(|| format!("the note {name:?} is no text"))?;
            state.set_note(&name, text);
        }
    }
    check_places(&entries, data.len())?;
    for Entry {
        name,
        kind,
        shape,
        place,
    } in entries
    {
        let storage = kind
            .decode(&data[place], false)
            .map_err(|reason| format!("{name} {reason}"))?;
        state.insert(&name, &Tensor::from_storage(storage, shape.into()));
    }
    Ok(state)
}

fn entry(name: String, value: &Json) -> Result<Entry, String> {
    let damaged = |what: &str| format!("the header is damaged: {name} has no {what}");
    let dtype = value.get("dtype").and_then(Json::text);
    let dtype = dtype.ok_or_else(|| damaged("dtype"))?;
    let kind = kind_of(dtype)
        .ok_or_else(|| format!("{name} has elements of type {dtype}, which no tensor has"))?;
    let shape = value.get("shape").and_then(Json::sizes);
    let shape = shape.ok_or_else(|| damaged("shape"))?.to_vec();
    let Some(&[start, end]) = value.get("data_offsets").and_then(Json::sizes) else {
        return Err(damaged("data_offsets"));
    };
    let count = numel(&shape).map_err(|reason| format!("{name}: {reason}"))?;
    let needed = count.checked_mul(kind.size());
    if needed.is_none() || end.checked_sub(start) != needed {
        return Err(format!(
            "the header is damaged: {name} of shape {shape:?} and type {dtype} can't lie in the \
             bytes {start} to {end}"
        ));
    }
    Ok(Entry {
        name,
        kind,
        shape,
        place: start..end,
    })
}

/// The tensors must fill the data, one after the other: nothing between, nothing twice.
fn check_places(entries: &[Entry], length: usize) -> Result<(), String> {
    let mut order: Vec<&Entry> = entries.iter().collect();
    order.sort_by_key(|entry| (entry.place.start, entry.place.end));
    let mut end = 0;
    for entry in order {
        if entry.place.start != end {
            return Err(format!(
                "the header is damaged: {} starts at byte {} of the data, and {end} is where the \
                 one before it ends",
                entry.name, entry.place.start
            ));
        }
        end = entry.place.end;
        if end > length {
            return Err(format!(
                "is cut off: {} should end at byte {end} of the data, which has {length}",
                entry.name
            ));
        }
    }
    if end != length {
        return Err(format!(
            "the header is damaged: the tensors end at byte {end} of the data, which has {length}"
        ));
    }
    Ok(())
}
