//! The `clusterbrief` executable: parse, dispatch, print the error chain, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    clusterbrief::cli::main()
}
