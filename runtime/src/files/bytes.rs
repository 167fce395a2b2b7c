//! Elements as bytes of files.

use std::io::{self, Write};

use half::{bf16, f16};

use crate::dtype::{DType, Element, Storage};
use crate::tensor::Tensor;

/// A type of numbers in files. Those that no tensor has are read as the next type that holds
/// all their values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Bool,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    F16,
    BF16,
    F32,
    F64,
}

impl Kind {
    /// Bytes of one element.
    pub(super) fn size(self) -> usize {
        match self {
            Kind::Bool | Kind::I8 | Kind::U8 => 1,
            Kind::I16 | Kind::U16 | Kind::F16 | Kind::BF16 => 2,
            Kind::I32 | Kind::U32 | Kind::F32 => 4,
            Kind::I64 | Kind::U64 | Kind::F64 => 8,
        }
    }

    pub(super) fn of(dtype: DType) -> Kind {
        match dtype {
            DType::Bool => Kind::Bool,
            DType::I64 => Kind::I64,
            DType::F16 => Kind::F16,
            DType::F32 => Kind::F32,
            DType::F64 => Kind::F64,
        }
    }

    /// How many elements so many bytes hold; `None` unless it comes out even.
    pub(super) fn count(self, bytes: usize) -> Option<usize> {
        bytes
            .is_multiple_of(self.size())
            .then(|| bytes / self.size())
    }

    /// The elements in `bytes`, whose number is a multiple of [`Kind::size`].
    pub(super) fn decode(self, bytes: &[u8], big_endian: bool) -> Result<Storage, String> {
        macro_rules! each {
            ($from:ty, $variant:ident, $convert:expr) => {
                Storage::$variant(decoded(
                    bytes,
                    big_endian,
                    |b| $convert(<$from>::from_le_bytes(b)),
                    |b| $convert(<$from>::from_be_bytes(b)),
                ))
            };
        }
        Ok(match self {
            Kind::Bool => Storage::Bool(bytes.iter().map(|&b| b != 0).collect()),
            Kind::I8 => each!(i8, I64, i64::from),
            Kind::I16 => each!(i16, I64, i64::from),
            Kind::I32 => each!(i32, I64, i64::from),
            Kind::I64 => each!(i64, I64, |v| v),
            Kind::U8 => each!(u8, I64, i64::from),
            Kind::U16 => each!(u16, I64, i64::from),
            Kind::U32 => each!(u32, I64, i64::from),
            Kind::U64 => {
                let values = each!(u64, I64, |v: u64| v as i64);
                match i64::slice(&values).iter().find(|&&v| v < 0) {
                    Some(&v) => {
                        return Err(format!(
                            "holds the number {}, and i64 ends at {}",
                            v as u64,
                            i64::MAX
                        ));
                    }
                    None => values,
                }
            }
            Kind::F16 => each!(f16, F16, |v| v),
            Kind::BF16 => each!(bf16, F32, f32::from),
            Kind::F32 => each!(f32, F32, |v| v),
            Kind::F64 => each!(f64, F64, |v| v),
        })
    }
}

fn decoded<const N: usize, T: Element>(
    bytes: &[u8],
    big_endian: bool,
    little: impl Fn([u8; N]) -> T,
    big: impl Fn([u8; N]) -> T,
) -> Vec<T> {
    let (items, _) = bytes.as_chunks::<N>();
    if big_endian {
        items.iter().map(|&b| big(b)).collect()
    } else {
        items.iter().map(|&b| little(b)).collect()
    }
}

/// Writes a tensor's elements, row by row and little-endian.
pub(super) fn write_elements(tensor: &Tensor, out: &mut dyn Write) -> io::Result<()> {
    match tensor.dtype() {
        DType::Bool => encode(&tensor.values::<bool>(), out, |v| [u8::from(v)]),
        DType::I64 => encode(&tensor.values::<i64>(), out, i64::to_le_bytes),
        DType::F16 => encode(&tensor.values::<f16>(), out, f16::to_le_bytes),
        DType::F32 => encode(&tensor.values::<f32>(), out, f32::to_le_bytes),
        DType::F64 => encode(&tensor.values::<f64>(), out, f64::to_le_bytes),
    }
}

fn encode<const N: usize, T: Copy>(
    values: &[T],
    out: &mut dyn Write,
    bytes: impl Fn(T) -> [u8; N],
) -> io::Result<()> {
    let mut block = Vec::new();
    for values in values.chunks(1 << 13) {
        block.clear();
        block.extend(values.iter().flat_map(|&v| bytes(v)));
        out.write_all(&block)?;
    }
    Ok(())
}

/// The bytes of a file, taken from the front.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Cursor<'a> {
        Cursor { bytes, at }
    }

    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// The next `count` bytes.
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let end = self.at.checked_add(count);
        let taken = end.and_then(|end| self.bytes.get(self.at..end));
        let taken = taken.ok_or_else(|| {
            format!(
                "is cut off: {count} bytes should follow byte {}, and it has {}",
                self.at,
                self.bytes.len()
            )
        })?;
        self.at += count;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    pub(super) fn u8(&mut self) -> Result<u8, String> {
        Ok(self.array::<1>()?[0])
    }

    pub(super) fn u16(&mut self) -> Result<u16, String> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, String> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, String> {
        self.array().map(u64::from_le_bytes)
    }
}

/// The most dims that a tensor of a file may have, as in NumPy and PyTorch.
pub(super) const DIMS: usize = 64;

/// The number of elements of a shape, or why it can't be right.
pub(super) fn numel(shape: &[usize]) -> Result<usize, String> {
    if shape.len() > DIMS {
        return Err(format!(
            "a shape has {} dims, and {DIMS} are allowed",
            shape.len()
        ));
    }
    crate::shape::countable("", shape)
        .map_err(|_| format!("the shape {shape:?} has more elements than can be counted"))
}
