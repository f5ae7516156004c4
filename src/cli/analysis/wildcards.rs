//! `*.zip` as an input: on Windows the shell leaves it to the program what files are meant.

use super::Failure;
use glob::{MatchOptions, glob_with};
use std::path::PathBuf;

/// Puts the files and folders that a pattern matches in its place, in order of name. What is there under just that name is
/// no pattern.
pub(super) fn expand(inputs: &mut Vec<PathBuf>) -> Result<(), Failure> {
    // As Windows compares names, which is no loss elsewhere: there the shell has done this before.
    let options = MatchOptions { case_sensitive: false, ..MatchOptions::default() };
    let mut all = Vec::new();
    for input in inputs.drain(..) {
        let pattern = input.to_string_lossy();
        if input.exists() || !pattern.contains(['*', '?']) {
            all.push(input);
            continue;
        }
        let usage = |why: &str| Failure::usage(format!("{pattern}: {why}"));
        let found =
            glob_with(&pattern, options).map_err(|error| usage(&format!("this is no pattern: {error}")))?;
        let before = all.len();
        for path in found {
            all.push(path.map_err(|error| usage(&error.to_string()))?);
        }
        if all.len() == before {
            return Err(usage("no file or folder has such a name"));
        }
    }
    *inputs = all;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_means_the_files_that_are_there() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["b.zip", "A.ZIP", "c.txt", "[1] d?.zip"] {
            // Windows has no such name as the last.
            let _ = std::fs::write(at(name), "x");
        }
        let mut inputs = vec![at("?.zip"), at("c.txt"), at("gone.zip")];
        expand(&mut inputs).unwrap();
        assert_eq!(inputs, [at("A.ZIP"), at("b.zip"), at("c.txt"), at("gone.zip")]);
        #[cfg(unix)]
        {
            let mut named = vec![at("[1] d?.zip")];
            expand(&mut named).unwrap();
            assert_eq!(named, [at("[1] d?.zip")]);
        }
        let error = expand(&mut vec![at("*.7z")]).unwrap_err();
        assert!(error.error.to_string().ends_with("no file or folder has such a name"));
    }
}
