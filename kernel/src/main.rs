//! The `cuaderno` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    cuaderno_kernel::cli::main()
}
