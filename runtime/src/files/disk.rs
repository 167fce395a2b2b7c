//! Whole files, in and out.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read as _, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::Error;

/// An error that names the file.
#[cold]
pub(super) fn fault(op: &str, path: &Path, reason: impl std::fmt::Display) -> Error {
    Error::new(op, format!("{}: {reason}", path.display()))
}

/// The bytes of a file.
pub(super) fn read(op: &str, path: &Path) -> Result<Vec<u8>, Error> {
    let failed = |error: io::Error| {
        let fault = fault(op, path, &error);
        match (error.kind(), std::env::current_dir()) {
            (io::ErrorKind::NotFound, Ok(folder)) if path.is_relative() => fault.help(format!(
                "a path that does not start with / is looked up from {}",
                folder.display()
            )),
            _ => fault,
        }
    };
    let metadata = fs::metadata(path).map_err(failed)?;
    // A device such as /dev/zero never ends.
    if !metadata.is_file() {
        return Err(fault(op, path, "is not a file"));
    }
    let mut bytes = Vec::new();
    let length = metadata.len();
    if usize::try_from(length).map_or(true, |n| bytes.try_reserve_exact(n).is_err()) {
        return Err(fault(
            op,
            path,
            format!("{length} bytes of memory are not there"),
        ));
    }
    let file = File::open(path).map_err(failed)?;
    file.take(length).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// A file that is removed again unless it gets to its place.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Writes a file as a whole or not at all.
///
/// The bytes go to a new file in the same folder, reach the disk, and then take the place of the
/// old file in one step: whoever reads meanwhile, and whatever fails, there is a whole file.
pub(crate) fn write(
    op: &str,
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Error> {
    let mut fill = Some(fill);
    write_dyn(path, &mut |out| {
        fill.take().map_or(Ok(()), |fill| fill(out))
    })
    .map_err(|error| fault(op, path, error))
}

type Fill<'a> = &'a mut dyn FnMut(&mut dyn Write) -> io::Result<()>;

fn write_dyn(path: &Path, fill: Fill<'_>) -> io::Result<()> {
    // Through a link to the file that it names, so that the link stays.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let Some(name) = target.file_name() else {
        return Err(io::Error::other("the path has no file name"));
    };
    let folder = match target.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let old = fs::metadata(&target).ok().map(|old| old.permissions());
    if old
        .as_ref()
        .is_some_and(|permissions| permissions.readonly())
    {
        return Err(io::Error::other(
            "the file that is there may not be changed",
        ));
    }
    let (unfinished, file) = create(folder, name)?;
    let mut out = BufWriter::with_capacity(1 << 16, file);
    fill(&mut out)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    if let Some(old) = old {
        file.set_permissions(old)?;
    }
    file.sync_all()?;
    drop(file);
    fs::rename(&unfinished.0, &target)?;
    std::mem::forget(unfinished);
    // The folder's entry as well; systems that can't do so keep it safe in other ways.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// A new file with a name that nobody else uses.
fn create(folder: &Path, name: &std::ffi::OsStr) -> io::Result<(Unfinished, File)> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    loop {
        let mut unique = OsString::from(".");
        unique.push(name);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        unique.push(format!(".{}-{next}.tmp", std::process::id()));
        let place = folder.join(unique);
        match OpenOptions::new().write(true).create_new(true).open(&place) {
            Ok(file) => return Ok((Unfinished(place), file)),
            // Left by a process of the same number that was killed.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}
