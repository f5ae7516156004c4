//! Panics of libraries on hostile bytes: inner guards limit them to one member or one rule; here they become one line.

use super::{Exit, Failure, output};
use anyhow::anyhow;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};

/// Runs a verb. A panic that no inner guard caught ends it like any other failure; unfinished files are removed while the
/// stack unwinds.
pub(super) fn guarded<T>(verb: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    panic::set_hook(Box::new(report));
    panic::catch_unwind(AssertUnwindSafe(verb)).unwrap_or_else(|_| {
        Err(Failure::new(
            Exit::CannotWrite,
            anyhow!("the program could not finish; the line above says where"),
        ))
    })
}

/// The message of a panic may quote what was being read, so only its place is printed.
fn report(panic: &PanicHookInfo<'_>) {
    let place =
        panic.location().map_or_else(String::new, |at| format!(" at {}:{}", short(at.file()), at.line()));
    output::complain(&format!("an unexpected error{place} was handled; please report this line"));
}

/// A source path without the folders of the build machine; the path in a library keeps the library's name.
fn short(file: &str) -> String {
    let parts: Vec<&str> = file.split(['/', '\\']).collect();
    let source = parts.iter().rposition(|part| *part == "src").unwrap_or(0);
    parts.get(source.saturating_sub(1)..).unwrap_or_default().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_panic_names_no_folder_of_the_builder() {
        for (file, shown) in [
            ("src/cli/mod.rs", "src/cli/mod.rs"),
            ("/home/bob/registry/src/index-1/goblin-0.10.7/src/pe/mod.rs", "goblin-0.10.7/src/pe/mod.rs"),
            (r"C:\Users\bob\zip-9.4.0\src\read.rs", "zip-9.4.0/src/read.rs"),
            ("build.rs", "build.rs"),
        ] {
            assert_eq!(short(file), shown);
        }
    }

    #[test]
    fn a_panic_is_a_failure() {
        let failure = guarded(|| -> Result<Exit, Failure> { panic!("a planted panic") }).err();
        assert_eq!(failure.map(|failure| failure.exit), Some(Exit::CannotWrite));
    }
}
