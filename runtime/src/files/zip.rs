//! Zip archives, as NumPy and PyTorch write them: stored or deflated entries, also of more than
//! 4 GB, without encryption.
//!
//! <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>

use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::Range;

use flate2::{Crc, Decompress, FlushDecompress, Status};

use crate::files::bytes::Cursor;
use crate::files::named::Named;

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const END_64: u32 = 0x0606_4b50;
const LOCATOR_64: u32 = 0x0706_4b50;

/// What stands for a number that is in the part for large files.
const ELSEWHERE: u32 = u32::MAX;

/// Deflate can't make more than so many bytes of one.
const MOST_PER_BYTE: usize = 1032;

/// An archive in memory.
pub(super) struct Archive<'a> {
    bytes: &'a [u8],
    entries: Named<Entry>,
}

struct Entry {
    deflated: bool,
    checksum: u32,
    /// The bytes of the entry in the archive.
    place: Range<usize>,
    /// How many they are unpacked.
    size: usize,
}

/// The numbers of an entry that may be in the part for large files.
struct Sizes {
    unpacked: u64,
    packed: u64,
    offset: u64,
}

impl<'a> Archive<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Archive<'a>, String> {
        let (count, start) = directory(bytes)?;
        let mut cursor = Cursor::new(bytes, start);
        let mut entries = Named::default();
        let mut places = Vec::new();
        for _ in 0..count {
            let (name, entry) = entry(bytes, &mut cursor)?;
            if entries.get(name).is_some() {
                return Err(format!("has two entries {name}"));
            }
            places.push((entry.place.start, entry.place.end));
            entries.insert(name, entry);
        }
        // Entries that share bytes are how a small file unpacks to an immense one.
        places.sort_unstable();
        if places.windows(2).any(|pair| pair[0].1 > pair[1].0) {
            return Err("has entries that lie over one another".to_owned());
        }
        Ok(Archive { bytes, entries })
    }

    /// The names of the entries, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(name, _)| name)
    }

    /// The unpacked bytes of an entry.
    pub(super) fn read(&self, name: &str) -> Result<Cow<'a, [u8]>, String> {
        let entry = self.entries.get(name);
        let entry = entry.ok_or_else(|| format!("has no entry {name}"))?;
        let packed = &self.bytes[entry.place.clone()];
        let unpacked = if entry.deflated {
            Cow::Owned(inflate(packed, entry.size).map_err(|reason| format!("{name} {reason}"))?)
        } else if packed.len() == entry.size {
            Cow::Borrowed(packed)
        } else {
            return Err(format!(
                "{name} has {} bytes, not {}",
                packed.len(),
                entry.size
            ));
        };
        let mut crc = Crc::new();
        crc.update(&unpacked);
        if crc.sum() != entry.checksum {
            return Err(format!("{name} is damaged: its checksum is wrong"));
        }
        Ok(unpacked)
    }
}

/// How many entries the directory at the end has, and where it starts.
fn directory(bytes: &[u8]) -> Result<(u64, usize), String> {
    // The last record has 22 bytes and a comment of up to 65535.
    let last = bytes.len().checked_sub(22);
    let signature = END.to_le_bytes();
    let first = last.map_or(0, |last| last.saturating_sub(usize::from(u16::MAX)));
    let end = last.and_then(|last| {
        let mut places = (first..=last).rev();
        places.find(|&at| bytes[at..at + 4] == signature)
    });
    let end = end.ok_or("is cut off: the directory of the archive should be at its end")?;
    let mut cursor = Cursor::new(bytes, end + 4);
    cursor.take(6)?;
    let (count, _size, start) = (cursor.u16()?, cursor.u32()?, cursor.u32()?);
    let locator = end.checked_sub(20).map(|at| Cursor::new(bytes, at));
    if let Some(mut locator) = locator
        && locator.u32()? == LOCATOR_64
    {
        locator.take(4)?;
        let mut record = Cursor::new(bytes, offset(locator.u64()?)?);
        if record.u32()? != END_64 {
            return Err("is damaged: the archive has no directory".to_owned());
        }
        record.take(28)?;
        let (count, _size, start) = (record.u64()?, record.u64()?, record.u64()?);
        return Ok((count, offset(start)?));
    }
    Ok((u64::from(count), offset(u64::from(start))?))
}

/// The entry that the directory has next.
fn entry<'a>(bytes: &'a [u8], cursor: &mut Cursor<'a>) -> Result<(&'a str, Entry), String> {
    if cursor.u32()? != CENTRAL {
        return Err("is damaged: the directory of the archive ends too early".to_owned());
    }
    cursor.take(4)?;
    let (flags, method) = (cursor.u16()?, cursor.u16()?);
    cursor.take(4)?;
    let (checksum, packed, unpacked) = (cursor.u32()?, cursor.u32()?, cursor.u32()?);
    let (name, extra, comment) = (cursor.u16()?, cursor.u16()?, cursor.u16()?);
    cursor.take(8)?;
    let at = cursor.u32()?;
    let name = std::str::from_utf8(cursor.take(name.into())?);
    let name = name.map_err(|_| "has an entry whose name is no text".to_owned())?;
    let extra = cursor.take(extra.into())?;
    cursor.take(comment.into())?;
    if flags & 1 != 0 {
        return Err(format!("{name} is encrypted"));
    }
    if method != 0 && method != 8 {
        return Err(format!(
            "{name} is packed by method {method}; 0 and 8 (deflate) are read"
        ));
    }
    let sizes = large(extra, unpacked, packed, at)?;

    let mut local = Cursor::new(bytes, offset(sizes.offset)?);
    if local.u32()? != LOCAL {
        return Err(format!(
            "is damaged: {name} is not where the directory says"
        ));
    }
    local.take(22)?;
    let (local_name, local_extra) = (local.u16()?, local.u16()?);
    local.take(usize::from(local_name) + usize::from(local_extra))?;
    let start = local.position();
    local.take(offset(sizes.packed)?)?;
    let entry = Entry {
        deflated: method == 8,
        checksum,
        place: start..local.position(),
        size: offset(sizes.unpacked)?,
    };
    Ok((name, entry))
}

fn offset(number: u64) -> Result<usize, String> {
    usize::try_from(number).map_err(|_| format!("is damaged: it can't have {number} bytes"))
}

/// Replaces the numbers that did not fit in 32 bits by those in the extra field 1.
fn large(extra: &[u8], unpacked: u32, packed: u32, at: u32) -> Result<Sizes, String> {
    let mut fields = Cursor::new(extra, 0);
    let mut wide = Cursor::new(&[], 0);
    while fields.position() + 4 <= extra.len() {
        let (id, length) = (fields.u16()?, fields.u16()?);
        let field = fields.take(length.into())?;
        if id == 1 {
            wide = Cursor::new(field, 0);
        }
    }
    let mut number = |narrow: u32| match narrow {
        ELSEWHERE => wide.u64(),
        narrow => Ok(narrow.into()),
    };
    Ok(Sizes {
        unpacked: number(unpacked)?,
        packed: number(packed)?,
        offset: number(at)?,
    })
}

fn inflate(packed: &[u8], size: usize) -> Result<Vec<u8>, String> {
    let damaged = || "is damaged: it does not unpack".to_owned();
    if size > packed.len().saturating_mul(MOST_PER_BYTE) {
        return Err(damaged());
    }
    // One byte more than announced, so that the end of the stream can be met.
    let mut unpacked = Vec::new();
    let memory = unpacked.try_reserve_exact(size + 1);
    memory.map_err(|_| format!("needs {size} bytes of memory, which are not there"))?;
    let mut stream = Decompress::new(false);
    let status = stream.decompress_vec(packed, &mut unpacked, FlushDecompress::Finish);
    match status {
        Ok(Status::StreamEnd) if unpacked.len() == size => Ok(unpacked),
        _ => Err(damaged()),
    }
}

/// Writes an archive of stored entries, one after the other.
pub(super) struct Writer<'a> {
    out: &'a mut dyn Write,
    at: u64,
    directory: Vec<u8>,
    count: u64,
}

/// The date of every entry: the first that the format has, so that equal numbers make equal files.
const DATE: u32 = 0x0021_0000;

impl<'a> Writer<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Writer<'a> {
        Writer {
            out,
            at: 0,
            directory: Vec::new(),
            count: 0,
        }
    }

    pub(super) fn add(&mut self, name: &str, content: &[u8]) -> io::Result<()> {
        let length = u16::try_from(name.len());
        let length = length.map_err(|_| io::Error::other("a name has more than 65535 bytes"))?;
        let mut crc = Crc::new();
        crc.update(content);
        let size = content.len() as u64;
        let narrow = |number: u64| u32::try_from(number).unwrap_or(ELSEWHERE);

        let mut wide = Vec::new();
        if narrow(size) == ELSEWHERE {
            wide.extend([size, size]);
        }
        let local_extra = extra(&wide);
        if narrow(self.at) == ELSEWHERE {
            wide.push(self.at);
        }
        let central_extra = extra(&wide);

        // Flag 11: the name is UTF-8. Version 4.5 knows large files.
        let mut common = [45_u16, 1 << 11, 0].map(u16::to_le_bytes).concat();
        for number in [DATE, crc.sum(), narrow(size), narrow(size)] {
            common.extend(number.to_le_bytes());
        }
        common.extend(length.to_le_bytes());

        let mut local = LOCAL.to_le_bytes().to_vec();
        local.extend(&common);
        local.extend((local_extra.len() as u16).to_le_bytes());
        local.extend(name.as_bytes());
        local.extend(local_extra);

        self.directory.extend(CENTRAL.to_le_bytes());
        self.directory.extend(45_u16.to_le_bytes());
        self.directory.extend(common);
        self.directory
            .extend((central_extra.len() as u16).to_le_bytes());
        // No comment, first disk, no attributes.
        self.directory.extend([0; 10]);
        self.directory.extend(narrow(self.at).to_le_bytes());
        self.directory.extend(name.as_bytes());
        self.directory.extend(central_extra);

        self.out.write_all(&local)?;
        self.out.write_all(content)?;
        self.at += local.len() as u64 + size;
        self.count += 1;
        Ok(())
    }

    pub(super) fn finish(self) -> io::Result<()> {
        let (size, start) = (self.directory.len() as u64, self.at);
        let mut end = self.directory;
        // The large form always: readers look for it, and small archives lose 76 bytes.
        end.extend(END_64.to_le_bytes());
        end.extend(44_u64.to_le_bytes());
        end.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        for number in [self.count, self.count, size, start] {
            end.extend(number.to_le_bytes());
        }
        end.extend(LOCATOR_64.to_le_bytes());
        end.extend([0; 4]);
        end.extend((start + size).to_le_bytes());
        end.extend([1, 0, 0, 0]);
        let count = u16::try_from(self.count).unwrap_or(u16::MAX).to_le_bytes();
        end.extend(END.to_le_bytes());
        end.extend([0; 4]);
        end.extend(count);
        end.extend(count);
        for number in [size, start] {
            end.extend(u32::try_from(number).unwrap_or(ELSEWHERE).to_le_bytes());
        }
        end.extend([0; 2]);
        self.out.write_all(&end)
    }
}

/// The extra field with numbers of 64 bits, if there are any.
fn extra(wide: &[u64]) -> Vec<u8> {
    let mut field = Vec::new();
    if !wide.is_empty() {
        field.extend(1_u16.to_le_bytes());
        field.extend((wide.len() as u16 * 8).to_le_bytes());
        field.extend(wide.iter().flat_map(|number| number.to_le_bytes()));
    }
    field
}
