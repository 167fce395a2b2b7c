//! The line of a cell behind a machine address, for panics from code that does not pass its
//! caller's place on.
//!
//! Cells are compiled without line tables, which cost each of them time. When one is needed, the
//! cell is compiled once more with them; the code is the same, and so are its addresses.

use crate::tools::COMMAND_FILE;
use addr2line::Loader;
use std::path::Path;
use std::process::{Command, Stdio};

/// A place in a cell's generated source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallSite {
    /// The source file.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
}

/// The innermost call that lies in a cell's own source, by libraries and offsets in them.
pub fn find(rustc: &Path, frames: &[(String, usize)]) -> Option<CallSite> {
    frames.iter().find_map(|(library, offset)| {
        let folder = Path::new(library).parent()?;
        let loader = Loader::new(with_lines(rustc, folder)?).ok()?;
        let location = loader.find_location(*offset as u64).ok()??;
        let file = location
            .file
            .filter(|file| Path::new(file).starts_with(folder))?;
        Some(CallSite {
            file: file.to_owned(),
            line: usize::try_from(location.line?).ok()?,
            column: usize::try_from(location.column.unwrap_or(1)).ok()?.max(1),
        })
    })
}

/// Compiles the cell in `folder` again, with line tables; returns the library.
fn with_lines(rustc: &Path, folder: &Path) -> Option<std::path::PathBuf> {
    let out = folder.join("lines");
    let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let library = out.join(format!("{prefix}ctx{suffix}"));
    if library.exists() {
        return Some(library);
    }
    let arguments = std::fs::read(folder.join(COMMAND_FILE)).ok()?;
    let arguments: Vec<String> = serde_json::from_slice(&arguments).ok()?;
    let plain = folder.to_string_lossy();
    let arguments = arguments
        .iter()
        .filter_map(|argument| match argument.as_str() {
            "-Cdebuginfo=0" => Some("-Cdebuginfo=line-tables-only".to_owned()),
            "-Cstrip=debuginfo" => None,
            other if other == plain => Some(out.to_string_lossy().into_owned()),
            other => Some(other.to_owned()),
        });
    let status = Command::new(rustc)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status
        .is_ok_and(|status| status.success())
        .then_some(library)
}
