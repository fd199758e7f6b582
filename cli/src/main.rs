//! The binary `ulp`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ulp_cli::run()
}
