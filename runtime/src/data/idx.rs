//! Readers of the files that picture data sets come in; none trusts what a file says of itself.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::error::Error;

/// More bytes than any file of the course unpacks to: MNIST has 47 million, CIFAR-10 184.
const MOST: usize = 1 << 28;

/// The bytes of a file, unpacked if it is gzip's.
pub(super) fn open(path: &Path) -> Result<Box<dyn Read>, Error> {
    let wrong = |error: std::io::Error| Error::new(path.display().to_string(), error.to_string());
    let mut file = BufReader::new(File::open(path).map_err(wrong)?);
    let start = std::io::BufRead::fill_buf(&mut file).map_err(wrong)?;
    if start.starts_with(&[0x1f, 0x8b]) {
        return Ok(Box::new(MultiGzDecoder::new(file)));
    }
    Ok(Box::new(file))
}

/// The sizes and bytes of an idx file (the format of MNIST).
///
/// It starts with two zeros, 8 for unsigned bytes, the number of dims, and each size as 32 bits,
/// the high ones first.
pub(super) fn read_idx(mut file: impl Read, dims: usize) -> Result<(Vec<usize>, Vec<u8>), String> {
    let start: [u8; 4] = bytes(&mut file)?;
    if start != [0, 0, 8, dims as u8] {
        return Err(format!(
            "this is no idx file of bytes with {dims} dims: it starts with {start:?} instead of {:?}",
            [0, 0, 8, dims]
        ));
    }
    let mut sizes = Vec::new();
    for _ in 0..dims {
        sizes.push(u32::from_be_bytes(bytes(&mut file)?) as usize);
    }
    let count = sizes.iter().try_fold(1, |a: usize, &b| a.checked_mul(b));
    let Some(count) = count.filter(|&count| count <= MOST) else {
        return Err(format!("its header says {sizes:?}, more than {MOST} bytes"));
    };
    let data = exactly(file, count)?;
    Ok((sizes, data))
}

/// The pictures and classes of a CIFAR-10 file: records of a class and 3 x 32 x 32 bytes.
pub(super) fn read_cifar(
    mut file: impl Read,
    records: usize,
) -> Result<(Vec<u8>, Vec<i64>), String> {
    const PICTURE: usize = 3 * 32 * 32;
    let (mut pixels, mut classes) = (Vec::new(), Vec::new());
    let mut record = [0; PICTURE + 1];
    for number in 0..records {
        let read = file.read_exact(&mut record);
        read.map_err(|error| format!("record {number} of {records}: {error}"))?;
        if record[0] > 9 {
            return Err(format!(
                "record {number} has class {}, the classes are 0 to 9",
                record[0]
            ));
        }
        classes.push(i64::from(record[0]));
        pixels.extend_from_slice(&record[1..]);
    }
    exactly(file, 0)?;
    Ok((pixels, classes))
}

/// Calls `visit` with the name and the content of every file in a tar archive.
pub(super) fn read_tar(
    mut archive: impl Read,
    mut visit: impl FnMut(&str, &mut dyn Read) -> Result<(), String>,
) -> Result<(), String> {
    let mut total: u64 = 0;
    loop {
        let header: [u8; 512] = bytes(&mut archive)?;
        if header == [0; 512] {
            return Ok(());
        }
        let text = |range: std::ops::Range<usize>| {
            let field = &header[range];
            let end = field
                .iter()
                .position(|&byte| byte == 0)
                .unwrap_or(field.len());
            std::str::from_utf8(&field[..end])
                .map(str::trim)
                .map_err(|_| "a name that is not UTF-8")
        };
        let size = u64::from_str_radix(text(124..136)?, 8)
            .map_err(|_| "this is no tar archive: a header has no size")?;
        total = total.saturating_add(size);
        if total > MOST as u64 {
            return Err(format!("its headers say more than {MOST} bytes"));
        }
        let mut content = (&mut archive).take(size);
        // 0, or nothing in old archives, marks a file.
        if matches!(header[156], b'0' | 0) {
            visit(text(0..100)?, &mut content)?;
        }
        let rest = content.limit() + size.next_multiple_of(512) - size;
        let skipped = std::io::copy(&mut (&mut archive).take(rest), &mut std::io::sink());
        if skipped.map_err(|error| error.to_string())? < rest {
            return Err("the archive ends early".to_owned());
        }
    }
}

fn bytes<const N: usize>(file: &mut impl Read) -> Result<[u8; N], String> {
    let mut bytes = [0; N];
    match file.read_exact(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(error) => Err(format!("it ends within its header: {error}")),
    }
}

/// `count` bytes, and then the end. Memory grows with what is there, not with what is promised.
fn exactly(file: impl Read, count: usize) -> Result<Vec<u8>, String> {
    let mut data = Vec::with_capacity(count.min(1 << 20));
    let read = file.take(count as u64 + 1).read_to_end(&mut data);
    read.map_err(|error| format!("it breaks off after {} bytes: {error}", data.len()))?;
    match data.len() {
        found if found < count => Err(format!("it has {found} bytes, its header says {count}")),
        found if found > count => Err("more follows than its header says".to_owned()),
        _ => Ok(data),
    }
}

#[cfg(test)]
pub(in crate::data) mod tests {
    use super::*;
    use proptest::prelude::*;

    fn idx(sizes: &[u32], data: &[u8]) -> Vec<u8> {
        let mut file = vec![0, 0, 8, sizes.len() as u8];
        sizes
            .iter()
            .for_each(|size| file.extend(size.to_be_bytes()));
        file.extend(data);
        file
    }

    #[test]
    fn idx_files_are_read() {
        let file = idx(&[2, 1, 3], &[1, 2, 3, 4, 5, 6]);
        assert_eq!(
            read_idx(&file[..], 3),
            Ok((vec![2, 1, 3], vec![1, 2, 3, 4, 5, 6]))
        );
    }

    #[test]
    fn what_headers_say_is_not_believed() {
        let cases: [(&[u8], &str); 6] = [
            (
                &idx(&[2, 2, 2], &[0; 7]),
                "it has 7 bytes, its header says 8",
            ),
            (
                &idx(&[2, 2, 2], &[0; 9]),
                "more follows than its header says",
            ),
            (&idx(&[u32::MAX; 3], &[]), "more than 268435456 bytes"),
            (
                &idx(&[1 << 28, 1, 1], &[]),
                "it has 0 bytes, its header says 268435456",
            ),
            (&idx(&[2], &[0; 2]), "no idx file of bytes with 3 dims"),
            (&[0, 0], "it ends within its header"),
        ];
        for (file, expected) in cases {
            let error = read_idx(file, 3).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn cifar_files_are_read() {
        let mut file = vec![7];
        file.extend([9; 3072]);
        let (pixels, classes) = read_cifar(&file[..], 1).unwrap();
        assert_eq!((pixels.len(), pixels[0], classes), (3072, 9, vec![7]));
        assert!(
            read_cifar(&file[..], 2)
                .unwrap_err()
                .contains("record 1 of 2")
        );
        assert!(
            read_cifar(&file[..100], 1)
                .unwrap_err()
                .contains("record 0 of 1")
        );
        file[0] = 10;
        assert!(read_cifar(&file[..], 1).unwrap_err().contains("class 10"));
        assert!(
            read_cifar(&file[..], 0)
                .unwrap_err()
                .contains("more follows")
        );
    }

    pub(in crate::data) fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = Vec::new();
        for (name, content) in files {
            let mut header = [0; 512];
            header[..name.len()].copy_from_slice(name.as_bytes());
            header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
            header[156] = b'0';
            archive.extend(header);
            archive.extend(*content);
            archive.resize(archive.len().next_multiple_of(512), 0);
        }
        archive.extend([0; 1024]);
        archive
    }

    fn contents(archive: &[u8]) -> Result<Vec<(String, Vec<u8>)>, String> {
        let mut found = Vec::new();
        read_tar(archive, |name, content| {
            let mut bytes = Vec::new();
            // One byte is left to skip.
            content
                .take(3)
                .read_to_end(&mut bytes)
                .map_err(|error| error.to_string())?;
            found.push((name.to_owned(), bytes));
            Ok(())
        })?;
        Ok(found)
    }

    #[test]
    fn archives_are_read() {
        let archive = tar(&[("a/b.bin", b"four"), ("empty", b""), ("c", &[7; 600])]);
        let found = contents(&archive).unwrap();
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a/b.bin", "empty", "c"]);
        assert_eq!(
            (&found[0].1[..], &found[2].1[..]),
            (&b"fou"[..], &[7, 7, 7][..])
        );
        assert!(contents(&archive[..700]).is_err());
        assert!(
            contents(&[b'x'; 512])
                .unwrap_err()
                .contains("no tar archive")
        );
    }

    proptest! {
        #[test]
        fn any_bytes_give_an_answer(file in proptest::collection::vec(any::<u8>(), 0..700)) {
            let _ = read_idx(&file[..], 3);
            let _ = read_cifar(&file[..], 1);
            let _ = contents(&file);
        }

        #[test]
        fn a_changed_byte_gives_an_answer(place in 0_usize..1500, value: u8) {
            let mut archive = tar(&[("a", b"1234"), ("b", &[1; 20])]);
            let place = place % archive.len();
            archive[place] = value;
            let _ = contents(&archive);
            let mut file = idx(&[2, 2, 2], &[3; 8]);
            let place = place % file.len();
            file[place] = value;
            if let Ok((sizes, data)) = read_idx(&file[..], 3) {
                assert_eq!(sizes.iter().product::<usize>(), data.len());
            }
        }
    }
}
