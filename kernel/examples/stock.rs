//! The stock kernel, `evcxr_jupyter`, to measure against: `cargo bench-cells` runs it.

fn main() -> anyhow::Result<()> {
    evcxr_jupyter::main()
}
