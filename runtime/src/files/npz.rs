//! NumPy's `.npz`: a zip archive of `.npy` files.

use std::path::Path;

use crate::error::Error;
use crate::files::zip::{Archive, Writer};
use crate::files::{StateDict, disk, npy};
use crate::tensor::Tensor;

/// Saves tensors by name as an `.npz` file, which `numpy.load` reads.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let path = std::env::temp_dir().join(format!("xy-{}.npz", std::process::id()));
/// let (x, y) = (tensor([[1.0, 2.0], [3.0, 4.0]]), tensor([0, 1]));
/// save_npz(&path, &[("x", &x), ("y", &y)])?;
/// let arrays = StateDict::load(&path)?;
/// assert_close(&arrays["x"], &x);
/// assert_eq!(arrays["y"].to_vec_i64(), [0, 1]);
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), Error>(())
/// ```
pub fn save_npz(path: impl AsRef<Path>, arrays: &[(&str, &Tensor)]) -> Result<(), Error> {
    save(path.as_ref(), arrays)
}

fn save(path: &Path, arrays: &[(&str, &Tensor)]) -> Result<(), Error> {
    for (i, (name, _)) in arrays.iter().enumerate() {
        if arrays[..i].iter().any(|(other, _)| other == name) {
            let reason = format!("the name {name:?} is given twice");
            return Err(disk::fault("save_npz", path, reason));
        }
    }
    disk::write("save_npz", path, |out| {
        let mut archive = Writer::new(out);
        for (name, tensor) in arrays {
            let mut file = Vec::new();
            npy::write(tensor, &mut file)?;
            archive.add(&format!("{name}.npy"), &file)?;
        }
        archive.finish()
    })
}

pub(super) fn read(archive: &Archive<'_>) -> Result<StateDict, String> {
    let mut state = StateDict::new();
    for entry in archive.names() {
        let Some(name) = entry.strip_suffix(".npy") else {
            return Err(format!(
                "is neither an .npz file nor PyTorch's: it has an entry {entry}"
            ));
        };
        let bytes = archive.read(entry)?;
        let tensor = npy::read(&bytes).map_err(|reason| format!("{entry}: {reason}"))?;
        state.insert(name, &tensor);
    }
    Ok(state)
}
