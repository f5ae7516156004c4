//! `inspect --leaks`: finds secrets by name and by shape in any file, folder or zip.

use super::output::counted;
use super::progress::size;
use super::{Exit, Failure, must_exist, output};
use crate::bundle::{Limits, contents};
use crate::redact::labels::DO_NOT_SEND;
use crate::redact::search::{LeakLocation, Searcher, SecretFindings};
use crate::text::escape;
use anyhow::anyhow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Read};
use std::path::Path;

/// Most places that are printed of one kind of secret after one name in one file; the others are counted.
const SHOWN: usize = 20;

/// What was found in all files so far.
#[derive(Default)]
struct Total {
    secrets: usize,
    prose: usize,
}

pub(super) fn run(path: &Path) -> Result<Exit, Failure> {
    must_exist(path)?;
    let searcher = Searcher::default();
    let mut total = Total::default();
    let mut printed = Ok(());
    let mut buffer = vec![0; 256 * 1024];
    let visited = contents::visit(path, &Limits::default(), &mut |name, source| {
        let mut text = total.add(&searcher.search(name.as_bytes()), |_| format!("the name {name}"), name);
        // What came before an error counts.
        let (mut found, read) = search(&searcher, name, source, &mut buffer);
        if name.to_lowercase().contains(DO_NOT_SEND) {
            let (kept, places): (Vec<_>, Vec<_>) = found.places.into_iter().partition(LeakLocation::is_kept);
            found.places = places;
            text.extend(kept.iter().map(|place| {
                escape::one_line(&format!("Keep it here and do not send it: {name} is {}", place.what)) + "\n"
            }));
        }
        text += &total.add(&found, |line| format!("{name}:{line}"), name);
        if printed.is_ok() && !text.is_empty() {
            printed = output::print(&text);
        }
        read
    });
    printed?;
    let visited =
        visited.map_err(|error| Failure::new(Exit::NoInput, anyhow!("{} {error}", path.display())))?;

    let mut text = String::new();
    for unread in &visited.unread {
        let _ = writeln!(text, "Not searched: {}", escape::one_line(unread));
    }
    let what = if total.secrets == 0 { "no secret".to_owned() } else { counted(total.secrets, "secret") };
    let files = counted(visited.files, "file");
    let _ = writeln!(text, "Found {what} in {files} ({}).", size(visited.bytes));
    if total.prose > 0 {
        let words = counted(total.prose, "word");
        let _ = writeln!(
            text,
            "Not counted: {words} in ordinary text, as in \"Invalid password: try again\".\n\
             Search for \"password:\" and \"secret:\" to see what they are."
        );
    }
    text += "The search looks for names and shapes: text after password= and similar words,\n\
             cells below such a heading, keys next to their names, connection strings,\n\
             tokens, cookies, private keys, licence keys, key files. It does not know your\n\
             secrets: one that looks like an ordinary word is not found.\n";
    output::print(&text)?;
    Ok(match (total.secrets, visited.unread.is_empty()) {
        (1.., _) => Exit::Leak,
        // What was not read may hold secrets.
        (0, false) => Exit::PartialInput,
        (0, true) => Exit::Success,
    })
}

/// Searches one file, as far as it can be read.
fn search(
    searcher: &Searcher,
    name: &str,
    source: &mut dyn Read,
    buffer: &mut [u8],
) -> (SecretFindings, io::Result<()>) {
    let mut search = searcher.start(Some(name));
    let read = loop {
        match source.read(buffer) {
            Ok(0) => break Ok(()),
            Ok(length) => search.push(buffer.get(..length).unwrap_or_default()),
            Err(error) => break Err(error),
        }
    };
    (search.finish(), read)
}

impl Total {
    /// Counts what was found in one text, and gives the lines to print about it: `place` names a line of the text, `name`
    /// the whole.
    fn add(&mut self, found: &SecretFindings, place: impl Fn(u64) -> String, name: &str) -> String {
        let mut text = String::new();
        let mut alike: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for secret in &found.places {
            let count = alike.entry((secret.what, &secret.name)).or_default();
            *count += 1;
            if *count <= SHOWN {
                let line = format!("{}  {}  {}", place(secret.line), secret.what, secret.excerpt);
                text += &(escape::one_line(line.trim_end()) + "\n");
            }
        }
        let shown: usize = alike.values().map(|count| SHOWN.min(*count)).sum();
        let all = found.places.len() + found.more;
        if all > shown {
            let line = format!("{name}  and {} more like these", all - shown);
            text += &(escape::one_line(&line) + "\n");
        }
        self.secrets += all;
        self.prose += found.prose;
        text
    }
}
