//! Frames between the process that runs the cells and the kernel (`kernel/PROTOCOL.md`).
//!
//! A frame is one byte of kind, four bytes of length (little endian) and the payload. A stream of
//! frames keeps one order for printed text, displays and errors, whatever bytes they contain.

use std::io::{self, Read, Write};

/// Longest payload that a reader accepts; writers split longer text.
pub const MAX_PAYLOAD: usize = 256 << 20;

/// What a frame means. From the cell's process unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// A cell begins.
    Begin = b'B',
    /// A cell has ended, and nothing that it printed is left behind.
    End = b'E',
    /// Bytes for standard output.
    Stdout = b'o',
    /// Bytes for standard error.
    Stderr = b'e',
    /// JSON: show or update a value.
    Display = b'd',
    /// JSON: clear the cell's output.
    ClearOutput = b'c',
    /// JSON: a thread panicked.
    Panic = b'p',
    /// The panic ended the cell.
    Unwound = b'u',
    /// JSON: a `?` ended the cell.
    Question = b'q',
    /// The name of a variable whose type was redefined.
    Redefined = b't',
    /// The cell reads standard input. The kernel answers with [`Kind::Input`].
    InputRequest = b'i',
    /// From the kernel: the bytes read; none means end of file.
    Input = b'I',
}

impl Kind {
    const ALL: [Kind; 12] = [
        Kind::Begin,
        Kind::End,
        Kind::Stdout,
        Kind::Stderr,
        Kind::Display,
        Kind::ClearOutput,
        Kind::Panic,
        Kind::Unwound,
        Kind::Question,
        Kind::Redefined,
        Kind::InputRequest,
        Kind::Input,
    ];

    fn from_byte(byte: u8) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| *kind as u8 == byte)
    }
}

/// The five bytes before a payload of `len` bytes.
pub fn header(kind: u8, len: usize) -> [u8; 5] {
    let [a, b, c, d] = (len as u32).to_le_bytes();
    [kind, a, b, c, d]
}

/// Writes one frame.
///
/// # Errors
/// Those of the writer.
pub fn write(to: &mut impl Write, kind: Kind, payload: &[u8]) -> io::Result<()> {
    to.write_all(&header(kind as u8, payload.len()))?;
    to.write_all(payload)?;
    to.flush()
}

/// Reads one frame; `None` at a clean end of the stream.
///
/// # Errors
/// Those of the reader, and `InvalidData` for bytes that are no frame.
pub fn read(from: &mut impl Read) -> io::Result<Option<(Kind, Vec<u8>)>> {
    let mut header = [0; 5];
    match from.read_exact(&mut header) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let kind = Kind::from_byte(header[0]);
    let len = u32::from_le_bytes([header[1], header[2], header[3], header[4]]) as usize;
    let (Some(kind), true) = (kind, len <= MAX_PAYLOAD) else {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("no frame: kind {:?}, length {len}", header[0] as char),
        ));
    };
    let mut payload = vec![0; len];
    from.read_exact(&mut payload)?;
    Ok(Some((kind, payload)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_survives_a_round_trip_with_any_bytes() {
        let payload: Vec<u8> = (0..=255).collect();
        for kind in Kind::ALL {
            let mut bytes = Vec::new();
            write(&mut bytes, kind, &payload).unwrap();
            assert_eq!(
                read(&mut &bytes[..]).unwrap(),
                Some((kind, payload.clone()))
            );
        }
    }

    #[test]
    fn the_end_is_none_and_garbage_is_an_error() {
        assert_eq!(read(&mut &b""[..]).unwrap(), None);
        assert!(read(&mut &b"x\0\0\0\0"[..]).is_err());
        assert!(read(&mut &b"o\xff\xff\xff\xff"[..]).is_err());
        assert!(read(&mut &b"o\x05\0\0\0abc"[..]).is_err());
    }
}
