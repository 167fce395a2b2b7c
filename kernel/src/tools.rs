//! How a session's processes find each other: paths that the kernel writes once and that
//! `cuaderno-cargo` reads at each call.

use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};

/// Environment variable that names the file of [`Tools`].
pub const TOOLS_VARIABLE: &str = "CUADERNO_TOOLS";

/// Name of the runtime's crate, and of the dependency through which evcxr knows it.
pub const RUNTIME_CRATE: &str = "cuaderno";

/// In a cell's folder: the arguments with which rustc compiled it, as JSON.
pub const COMMAND_FILE: &str = "rustc.json";

/// In the session's folder: the process group of the compiler while it runs.
pub const COMPILER_FILE: &str = "compiler.pid";

/// In the session's folder: what rustc reported of the last cell, as JSON.
pub const ERRORS_FILE: &str = "errors.json";

/// In the session's folder: a socket for lines that the notebook shows at once.
pub const PROGRESS_SOCKET: &str = "progress";

/// Real programs, and what cells are compiled against.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tools {
    /// cargo itself, not rustup's proxy.
    pub cargo: PathBuf,
    /// rustc itself, not rustup's proxy.
    pub rustc: PathBuf,
    /// `PATH` as the user has it.
    pub path: String,
    /// `CARGO_HOME` as the user has it.
    pub cargo_home: Option<String>,
    /// The prebuilt runtime.
    pub runtime_library: PathBuf,
    /// Folders with the metadata of the runtime's own dependencies.
    pub runtime_dependencies: Vec<PathBuf>,
    /// Folder of the runtime's `Cargo.toml`, for rust-analyzer.
    pub runtime_sources: PathBuf,
    /// The session's folder: evcxr's crate.
    pub session: PathBuf,
}

impl Tools {
    /// Reads the file that [`TOOLS_VARIABLE`] names.
    ///
    /// # Errors
    /// If the variable is not set or the file can't be read.
    pub fn from_environment() -> io::Result<Tools> {
        let path = std::env::var_os(TOOLS_VARIABLE)
            .ok_or_else(|| io::Error::other(format!("{TOOLS_VARIABLE} is not set")))?;
        Ok(serde_json::from_slice(&std::fs::read(path)?)?)
    }

    /// Writes the file for the session's programs.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        std::fs::write(path, serde_json::to_vec_pretty(self)?)
    }
}
