//! Files from the network: found in a folder, in the cache, or downloaded.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};

use crate::display::{ProgressBar, progress_bar};
use crate::error::Error;
use crate::host;

/// A file that mirrors serve, and how to know that it is the right one.
pub(crate) struct Remote<'a> {
    /// The data set or model: a folder of the cache.
    pub(crate) set: &'a str,
    pub(crate) file: &'a str,
    pub(crate) size: u64,
    pub(crate) sha256: &'a str,
    /// Folders, each with a slash at its end.
    pub(crate) mirrors: &'a [&'a str],
    /// What serves without a download.
    pub(crate) instead: &'a str,
}

/// The environment variable with a folder to look in first.
const FOLDER: &str = "CUADERNO_DATA";

/// How often a wait looks whether the cell is interrupted.
const LOOK: Duration = Duration::from_millis(50);

/// Without a byte for this long, a mirror is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// Cuts after which a mirror is asked for the rest, as long as each try brings something.
const TRIES: usize = 5;

/// The user's folder, if one is set.
fn own_folder() -> Option<PathBuf> {
    let folder = std::env::var_os(FOLDER).filter(|folder| !folder.is_empty());
    folder.map(PathBuf::from)
}

/// The other place for a file that is missing.
fn elsewhere(own: Option<&Path>) -> String {
    match own {
        Some(folder) => format!("into {FOLDER}, which is {}", folder.display()),
        None => format!("set {FOLDER} to the folder that has it"),
    }
}

impl Remote<'_> {
    /// Where the file is, after a download if need be.
    ///
    /// A copy in `CUADERNO_DATA`, packed or not, is taken as it is: who put it there meant it.
    pub(crate) fn path(&self) -> Result<PathBuf, Error> {
        if let Some(folder) = own_folder()
            && let Some(path) = self.within(&folder)
        {
            return Ok(path);
        }
        self.cached(&cache(), PATIENCE)
    }

    /// The file or its unpacked form in a folder of one's own, or in the data set's folder there.
    pub(crate) fn within(&self, folder: &Path) -> Option<PathBuf> {
        let plain = self.file.strip_suffix(".gz").unwrap_or(self.file);
        let names = [folder.join(self.set), folder.to_path_buf()]
            .into_iter()
            .flat_map(|folder| [folder.join(self.file), folder.join(plain)]);
        names.into_iter().find(|path| path.is_file())
    }

    /// The file in the cache; it appears there whole and checked, or not at all.
    pub(crate) fn cached(&self, cache: &Path, patience: Duration) -> Result<PathBuf, Error> {
        let folder = cache.join(self.set);
        let path = folder.join(self.file);
        if path.is_file() {
            return Ok(path);
        }
        let part = folder.join(format!("{}.part", self.file));
        fs::create_dir_all(&folder).map_err(|error| failed(&folder, &error))?;
        let options = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(&part);
        let mut file = options.map_err(|error| failed(&part, &error))?;
        // Another program may be at it: the one that comes second waits, and finds the file.
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) => {
                    host::check_interrupt();
                    std::thread::sleep(LOOK);
                }
                Err(TryLockError::Error(error)) => return Err(failed(&part, &error)),
            }
        }
        if path.is_file() {
            return Ok(path);
        }
        self.download(&mut file, &part, &folder, patience)?;
        fs::rename(&part, &path).map_err(|error| failed(&path, &error))?;
        Ok(path)
    }

    fn download(
        &self,
        file: &mut File,
        part: &Path,
        folder: &Path,
        patience: Duration,
    ) -> Result<(), Error> {
        let mut meter = Meter::new(self.file, self.size);
        let mut reasons = Vec::new();
        for mirror in self.mirrors {
            let url = format!("{mirror}{}", self.file);
            for _ in 0..TRIES {
                let before = length(file, part)?;
                let outcome = self.rest(&url, file, &mut meter, patience);
                let after = length(file, part)?;
                let reason = match outcome {
                    Ok(()) if self.is_right(file, part)? => {
                        meter.bar.finish();
                        return file.sync_all().map_err(|error| failed(part, &error));
                    }
                    Ok(()) => {
                        file.set_len(0).map_err(|error| failed(part, &error))?;
                        "its checksum is wrong".to_owned()
                    }
                    Err(Stop::Disk(error)) => {
                        return Err(failed(part, &error).help("is the disk full?"));
                    }
                    Err(Stop::Net(reason)) => reason,
                };
                let again = after > before && after < self.size;
                if !again {
                    reasons.push(format!("{url}: {reason}"));
                    break;
                }
            }
        }
        meter.bar.finish();
        Err(Error::new(
            self.set,
            format!("{} cannot be downloaded: {}", self.file, reasons.join("; ")),
        )
        .help(format!(
            "put the file into {}, or {}; without a network, {} serves",
            folder.display(),
            elsewhere(own_folder().as_deref()),
            self.instead
        )))
    }

    /// Adds what is missing of the file.
    fn rest(
        &self,
        url: &str,
        file: &mut File,
        meter: &mut Meter,
        patience: Duration,
    ) -> Result<(), Stop> {
        let mut have = file.seek(SeekFrom::End(0)).map_err(Stop::Disk)?;
        if have > self.size {
            file.set_len(0).map_err(Stop::Disk)?;
            have = 0;
        }
        meter.reach(have);
        if have == self.size {
            return Ok(());
        }
        let mut from = Some(have);
        let pieces = request(url, have);
        let mut last = Instant::now();
        loop {
            let piece = match pieces.recv_timeout(LOOK) {
                Ok(piece) => piece?,
                Err(RecvTimeoutError::Timeout) if last.elapsed() < patience => {
                    host::check_interrupt();
                    continue;
                }
                Err(RecvTimeoutError::Timeout) => {
                    return Err(Stop::Net(format!(
                        "nothing came for {} s",
                        patience.as_secs()
                    )));
                }
                Err(RecvTimeoutError::Disconnected) => break,
            };
            last = Instant::now();
            match piece {
                Piece::Start(start) if Some(start) == from => from = None,
                // The mirror does not know how to go on, and starts anew.
                Piece::Start(0) => {
                    file.set_len(0).map_err(Stop::Disk)?;
                    (have, from) = (0, None);
                }
                Piece::Start(start) => {
                    return Err(Stop::Net(format!(
                        "it goes on at byte {start} instead of {have}"
                    )));
                }
                Piece::Bytes(bytes) => {
                    have += bytes.len() as u64;
                    if have > self.size {
                        file.set_len(0).map_err(Stop::Disk)?;
                        return Err(Stop::Net(format!("it is longer than {} bytes", self.size)));
                    }
                    file.write_all(&bytes).map_err(Stop::Disk)?;
                    meter.reach(have);
                }
            }
        }
        if have < self.size {
            return Err(Stop::Net(format!(
                "it ended after {have} of {} bytes",
                self.size
            )));
        }
        Ok(())
    }

    fn is_right(&self, file: &mut File, part: &Path) -> Result<bool, Error> {
        let wrong = |error| failed(part, &error);
        file.seek(SeekFrom::Start(0)).map_err(wrong)?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 1 << 16];
        loop {
            match file.read(&mut buffer).map_err(wrong)? {
                0 => break,
                count => hash.update(&buffer[..count]),
            }
        }
        let hex: String = hash
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Ok(hex == self.sha256)
    }
}

/// A progress bar that counts kilobytes.
struct Meter {
    bar: ProgressBar,
    shown: u64,
}

impl Meter {
    fn new(file: &str, size: u64) -> Meter {
        let bar = progress_bar(size.div_ceil(1000) as usize);
        bar.label(&format!("{file}, kB"));
        Meter { bar, shown: 0 }
    }

    fn reach(&mut self, bytes: u64) {
        let reached = bytes / 1000;
        self.bar
            .advance(reached.saturating_sub(self.shown) as usize);
        self.shown = self.shown.max(reached);
    }
}

/// Why a download does not go on.
enum Stop {
    Net(String),
    Disk(std::io::Error),
}

/// What a mirror sends.
enum Piece {
    /// The place in the file at which it starts.
    Start(u64),
    Bytes(Vec<u8>),
}

/// Asks for a file from a byte on. A thread of its own reads, so that neither a stalled network
/// nor a slow name server can hold up an interrupt.
fn request(url: &str, from: u64) -> Receiver<Result<Piece, Stop>> {
    let (sender, receiver) = sync_channel(16);
    let url = url.to_owned();
    let work = move || {
        let agent = ureq::Agent::new_with_config(
            ureq::Agent::config_builder()
                .http_status_as_error(false)
                .timeout_connect(Some(PATIENCE))
                .timeout_recv_response(Some(PATIENCE))
                .build(),
        );
        let mut request = agent.get(&url);
        if from > 0 {
            request = request.header("Range", format!("bytes={from}-"));
        }
        let mut response = match request.call() {
            Ok(response) => response,
            Err(error) => {
                let _ = sender.send(Err(Stop::Net(error.to_string())));
                return;
            }
        };
        let range = response.headers().get("content-range");
        let start = match response.status().as_u16() {
            200 => 0,
            206 => match range
                .and_then(|range| range.to_str().ok())
                .and_then(range_start)
            {
                Some(start) => start,
                None => from,
            },
            status => {
                let _ = sender.send(Err(Stop::Net(format!("the server answers {status}"))));
                return;
            }
        };
        if sender.send(Ok(Piece::Start(start))).is_err() {
            return;
        }
        let mut body = response.body_mut().as_reader();
        let mut buffer = vec![0; 1 << 16];
        loop {
            let piece = match body.read(&mut buffer) {
                Ok(0) => return,
                Ok(count) => Ok(Piece::Bytes(buffer[..count].to_vec())),
                Err(error) => Err(Stop::Net(error.to_string())),
            };
            let ends = piece.is_err();
            if sender.send(piece).is_err() || ends {
                return;
            }
        }
    };
    // Without a thread the receiver is closed, and the download ends with nothing.
    let _ = std::thread::Builder::new()
        .name("cuaderno-download".to_owned())
        .spawn(work);
    receiver
}

/// The first byte of `bytes 100-199/200`.
fn range_start(range: &str) -> Option<u64> {
    let numbers = range.strip_prefix("bytes ")?;
    numbers.split_once('-')?.0.parse().ok()
}

fn length(file: &File, part: &Path) -> Result<u64, Error> {
    let metadata = file.metadata().map_err(|error| failed(part, &error))?;
    Ok(metadata.len())
}

fn failed(path: &Path, error: &std::io::Error) -> Error {
    Error::new(path.display().to_string(), error.to_string())
}

/// `$XDG_CACHE_HOME/cuaderno/data`, by default below `~/.cache`.
fn cache() -> PathBuf {
    let set = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let base = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")));
    base.unwrap_or_else(std::env::temp_dir)
        .join("cuaderno")
        .join("data")
}

#[cfg(test)]
mod tests;
