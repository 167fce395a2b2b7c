//! Compares ResNet-18's logits with those that PyTorch wrote for the same random weights.
//!
//! `python tests/golden/resnet.py --full DIR` writes the files, and
//! `cargo run -p cuaderno --example resnet18_logits -- DIR` reads them.

use std::path::PathBuf;
use std::time::Instant;

use cuaderno::prelude::*;

/// The largest difference of a logit that is taken for rounding.
const TOLERANCE: f64 = 1e-4;

fn main() -> Result<(), Error> {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        return Err(Error::new("resnet18_logits", "names no folder with files"));
    };
    let expected = StateDict::load(folder.join("logits.npz"))?;
    for file in ["zip.pth", "legacy.pth", "weights.safetensors"] {
        let model = resnet18(1000);
        let start = Instant::now();
        model.load(folder.join(file))?;
        let loading = start.elapsed();
        model.eval();
        let start = Instant::now();
        let logits = no_grad(|| model.forward(&expected["pictures"]));
        let running = start.elapsed();
        let far = (&logits - &expected["eval"]).abs().max().item();
        let size = expected["eval"].abs().max().item();
        println!(
            "{file}: {far:.1e} apart, logits up to {size:.2}; loaded in {loading:.2?}, {} pictures in {running:.2?}",
            expected["pictures"].len()
        );
        if far > TOLERANCE {
            let what = format!("the logits of {file} are {far} apart");
            return Err(Error::new("resnet18_logits", what));
        }
    }
    Ok(())
}
