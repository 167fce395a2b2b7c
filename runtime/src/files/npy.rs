//! NumPy's `.npy`: a header in Python's notation, then the elements.
//!
//! <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>

use std::io::{self, Write};
use std::path::Path;

use crate::dtype::DType;
use crate::error::Error;
use crate::files::bytes::{Cursor, Kind, numel, write_elements};
use crate::files::disk;
use crate::tensor::Tensor;

pub(super) const MAGIC: &[u8] = b"\x93NUMPY";

impl Tensor {
    /// Saves as a `.npy` file, which `numpy.load` reads.
    ///
    /// `[..] -> [..]`; fails where the file can't be written, and then leaves an old one as it is.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let path = std::env::temp_dir().join(format!("x-{}.npy", std::process::id()));
    /// let x = tensor([[1.0, 2.0], [3.0, 4.0]]);
    /// x.save_npy(&path)?;
    /// assert_close(&Tensor::load_npy(&path)?, &x);
    /// # std::fs::remove_file(path).unwrap();
    /// # Ok::<(), Error>(())
    /// ```
    pub fn save_npy(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        disk::write("save_npy", path.as_ref(), |out| write(self, out))
    }

    /// Loads a `.npy` file: bools, whole numbers and floats, in C's and in Fortran's order.
    ///
    /// Whole numbers of every width are read as i64.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let error = Tensor::load_npy("nowhere.npy").unwrap_err();
    /// assert!(error.to_string().starts_with("load_npy: nowhere.npy: No such file"));
    /// ```
    pub fn load_npy(path: impl AsRef<Path>) -> Result<Tensor, Error> {
        let path = path.as_ref();
        let bytes = disk::read("load_npy", path)?;
        read(&bytes).map_err(|reason| disk::fault("load_npy", path, reason))
    }

    /// The same as [`Tensor::load_npy`] for a file that is in memory already.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let error = Tensor::from_npy_bytes(b"PK").unwrap_err();
    /// assert_eq!(error.to_string(), "from_npy_bytes: is not an .npy file");
    /// ```
    pub fn from_npy_bytes(bytes: &[u8]) -> Result<Tensor, Error> {
        read(bytes).map_err(|reason| Error::new("from_npy_bytes", reason))
    }
}

fn descr(dtype: DType) -> &'static str {
    match dtype {
        DType::Bool => "|b1",
        DType::I64 => "<i8",
        DType::F16 => "<f2",
        DType::F32 => "<f4",
        DType::F64 => "<f8",
    }
}

/// The type of elements, and whether they are big-endian.
fn kind_of(descr: &str) -> Option<(Kind, bool)> {
    let (order, name) = descr.split_at_checked(1)?;
    let kind = match name {
        "b1" => Kind::Bool,
        "i1" => Kind::I8,
        "i2" => Kind::I16,
        "i4" => Kind::I32,
        "i8" => Kind::I64,
        "u1" => Kind::U8,
        "u2" => Kind::U16,
        "u4" => Kind::U32,
        "u8" => Kind::U64,
        "f2" => Kind::F16,
        "f4" => Kind::F32,
        "f8" => Kind::F64,
        _ => return None,
    };
    match order {
        "<" => Some((kind, false)),
        ">" => Some((kind, true)),
        "|" if kind.size() == 1 => Some((kind, false)),
        _ => None,
    }
}

pub(super) fn write(tensor: &Tensor, out: &mut dyn Write) -> io::Result<()> {
    let sizes: String = tensor
        .shape()
        .iter()
        .map(|size| format!("{size}, "))
        .collect();
    // One size is written as (3,), since (3) is a number in Python.
    let shape = match tensor.ndim() {
        1 => sizes.trim_end(),
        _ => sizes.trim_end_matches(", "),
    };
    let mut header = format!(
        "{{'descr': '{}', 'fortran_order': False, 'shape': ({shape}), }}",
        descr(tensor.dtype())
    );
    // The elements start at a multiple of 64, after the 10 bytes before the header.
    while !(header.len() + 11).is_multiple_of(64) {
        header.push(' ');
    }
    header.push('\n');
    let length = u16::try_from(header.len());
    let length = length.map_err(|_| io::Error::other("the tensor has too many dims for NumPy"))?;
    out.write_all(MAGIC)?;
    out.write_all(&[1, 0])?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(header.as_bytes())?;
    write_elements(tensor, out)
}

pub(super) fn read(bytes: &[u8]) -> Result<Tensor, String> {
    if !bytes.starts_with(MAGIC) {
        return Err("is not an .npy file".to_owned());
    }
    let mut cursor = Cursor::new(bytes, MAGIC.len());
    let [major, minor] = cursor.array()?;
    let length = match major {
        1 => usize::from(cursor.u16()?),
        2 | 3 => cursor.u32()? as usize,
        _ => {
            return Err(format!(
                "has version {major}.{minor} of the format; 1 to 3 are read"
            ));
        }
    };
    let header = std::str::from_utf8(cursor.take(length)?);
    let header = header.map_err(|_| "the header is damaged: it is no text".to_owned())?;
    let Layout {
        kind,
        big_endian,
        fortran,
        shape,
    } = Header(header).layout()?;

    let needed = numel(&shape)?.checked_mul(kind.size());
    let needed = needed.ok_or("the array has more bytes than can be counted")?;
    let data = cursor.take(needed)?;
    let rest = bytes.len() - cursor.position();
    if rest > 0 {
        return Err(format!(
            "has {rest} bytes behind the array of shape {shape:?}"
        ));
    }
    let storage = kind.decode(data, big_endian)?;
    if !fortran || shape.len() < 2 {
        return Ok(Tensor::from_storage(storage, shape.into()));
    }
    // Fortran's order is the order of the transpose.
    let dims: Vec<usize> = (0..shape.len()).rev().collect();
    let turned: Vec<usize> = shape.into_iter().rev().collect();
    Ok(Tensor::from_storage(storage, turned.into())
        .permute(&dims)
        .contiguous())
}

/// What a header says.
struct Layout {
    kind: Kind,
    big_endian: bool,
    fortran: bool,
    shape: Vec<usize>,
}

/// `descr`, `fortran_order` and `shape`, as far as they are there.
type Fields<'a> = (Option<&'a str>, Option<bool>, Option<Vec<usize>>);

/// The rest of a header: a Python dict of texts, True and False, and a tuple of sizes.
struct Header<'a>(&'a str);

impl<'a> Header<'a> {
    fn layout(self) -> Result<Layout, String> {
        let damaged = || format!("the header is damaged: {}", self.0.trim_end());
        let fields = Header(self.0).fields().ok_or_else(damaged)?;
        let (Some(descr), Some(fortran), Some(shape)) = fields else {
            return Err(damaged());
        };
        let (kind, big_endian) = kind_of(descr).ok_or_else(|| {
            format!("has elements of type {descr:?}; bools, whole numbers and floats are read")
        })?;
        Ok(Layout {
            kind,
            big_endian,
            fortran,
            shape,
        })
    }

    fn fields(mut self) -> Option<Fields<'a>> {
        let (mut descr, mut fortran, mut shape) = (None, None, None);
        self.skip('{')?;
        while self.skip('}').is_none() {
            let name = self.text()?;
            self.skip(':')?;
            match name {
                "descr" if descr.is_none() => descr = Some(self.text()?),
                "fortran_order" if fortran.is_none() => fortran = Some(self.truth()?),
                "shape" if shape.is_none() => shape = Some(self.sizes()?),
                _ => return None,
            }
            if self.skip(',').is_none() {
                self.skip('}')?;
                break;
            }
        }
        self.0
            .trim_ascii()
            .is_empty()
            .then_some((descr, fortran, shape))
    }

    /// Goes over a character and the spaces before it.
    fn skip(&mut self, character: char) -> Option<()> {
        self.0 = self.0.trim_ascii_start().strip_prefix(character)?;
        Some(())
    }

    fn text(&mut self) -> Option<&'a str> {
        let start = self.0.trim_ascii_start();
        let quote = start.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let (text, rest) = start[1..].split_once(quote)?;
        self.0 = rest;
        Some(text)
    }

    fn truth(&mut self) -> Option<bool> {
        let start = self.0.trim_ascii_start();
        let (value, rest) = match start.strip_prefix("True") {
            Some(rest) => (true, rest),
            None => (false, start.strip_prefix("False")?),
        };
        self.0 = rest;
        Some(value)
    }

    fn sizes(&mut self) -> Option<Vec<usize>> {
        let mut sizes = Vec::new();
        self.skip('(')?;
        while self.skip(')').is_none() {
            let start = self.0.trim_ascii_start();
            let digits = start
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(start.len());
            sizes.push(start[..digits].parse().ok()?);
            // Python 2 wrote large numbers with an L.
            self.0 = start[digits..].trim_start_matches('L');
            if self.skip(',').is_none() {
                self.skip(')')?;
                break;
            }
        }
        Some(sizes)
    }
}
