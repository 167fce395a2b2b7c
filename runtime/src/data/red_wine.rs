//! The quality of red wines.

use crate::data::fetch::Remote;
use crate::data::{Csv, Table};
use crate::error::Error;

const FILE: Remote<'static> = Remote {
    set: "wine-quality",
    file: "winequality-red.csv",
    size: 84_199,
    sha256: "4a402cf041b025d4566d954c3b9ba8635a3a8a01e039005d97d6a710278cf05e",
    mirrors: &["https://archive.ics.uci.edu/ml/machine-learning-databases/wine-quality/"],
    instead: "wine()",
};

/// The red wines of P. Cortez and others, "Modeling Wine Preferences by Data Mining from
/// Physicochemical Properties" (2009): eleven measures and the quality, 3 to 8, of 1599.
///
/// From UCI (CC BY 4.0); 84 kB are downloaded once, checked, and kept in
/// `~/.cache/cuaderno/data`. `CUADERNO_DATA` names a folder to look in first, whose copy may have
/// commas instead of UCI's semicolons.
///
/// ```no_run
/// use cuaderno::prelude::*;
///
/// let table = red_wine()?;
/// let data = table.examples("quality");
/// assert_eq!(data.x.shape(), [1599, 11]);
/// # Ok::<(), cuaderno::error::Error>(())
/// ```
pub fn red_wine() -> Result<Table, Error> {
    let path = FILE.path()?;
    let table = Csv::new().delimiter(';').read(&path);
    match table {
        Ok(table) if table.column_names().len() > 1 => Ok(table),
        _ => Csv::new().read(&path),
    }
}
