//! `inspect --leaks`: secrets by their shape, in any file, folder or zip, whoever wrote it.

use super::progress::size;
use super::{Exit, Failure, output};
use crate::bundle::{Limits, contents};
use crate::redact::leak::{Hit, Scanner};
use crate::report::escape;
use anyhow::anyhow;
use std::fmt::Write as _;
use std::path::Path;

/// Leaks printed one by one; the rest are counted.
const SHOWN: usize = 200;

pub(super) fn run(path: &Path) -> Result<Exit, Failure> {
    if !path.exists() {
        let error = anyhow!("{}: there is no such file or folder", path.display());
        return Err(Failure::new(Exit::Usage, error));
    }
    let scanner = Scanner::shapes_only();
    let mut found: Vec<(String, Hit)> = Vec::new();
    let visited = contents::visit(path, &Limits::default(), &mut |name, source| {
        found.extend(scanner.scan(name.as_bytes()).into_iter().map(|hit| (format!("the name {name}"), hit)));
        let mut scan = scanner.start();
        let mut buffer = vec![0; 256 * 1024];
        let mut read = || -> std::io::Result<()> {
            loop {
                match source.read(&mut buffer)? {
                    0 => return Ok(()),
                    length => scan.push(buffer.get(..length).unwrap_or_default()),
                }
            }
        };
        let read = read();
        // What came before an error counts.
        found.extend(scan.finish().into_iter().map(|hit| (format!("{name}:{}", hit.line), hit)));
        read
    });
    let visited =
        visited.map_err(|error| Failure::new(Exit::NothingUsable, anyhow!("{} {error}", path.display())))?;

    let mut text = String::new();
    for (place, hit) in found.iter().take(SHOWN) {
        let line = format!("{place}  {}  {}", hit.kind.as_str(), hit.excerpt);
        let _ = writeln!(text, "{}", escape::one_line(line.trim_end()));
    }
    if found.len() > SHOWN {
        let _ = writeln!(text, "and {} more", found.len() - SHOWN);
    }
    for unread in &visited.unread {
        let _ = writeln!(text, "Not searched: {}", escape::one_line(unread));
    }
    let what = match found.len() {
        0 => "Found no secret".to_owned(),
        1 => "Found 1 secret".to_owned(),
        some => format!("Found {some} secrets"),
    };
    let _ = writeln!(
        text,
        "{what} in {} files ({}).\nThe search goes by shape: passwords and keys beside their names, connection strings, tokens, private keys, \
         key files. It knows no values: a secret that looks like any other word is not seen.",
        visited.files,
        size(visited.bytes)
    );
    output::print(&text)?;
    Ok(match (found.is_empty(), visited.unread.is_empty()) {
        (false, _) => Exit::Leak,
        // Nobody looked is no proof that there is nothing.
        (true, false) => Exit::SomeRefused,
        (true, true) => Exit::Written,
    })
}
