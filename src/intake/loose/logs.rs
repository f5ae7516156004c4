//! Logs that are in no bundle: streamed through the scanner, never held.

use super::names::{self, Claim};
use super::{ReadSet, Reader};
use crate::bundle::Leaf;
use crate::logs::FileDigest;
use crate::model::input::ProblemKind;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Reads the logs of a set. Its clock is not known, and no line of it proves that the node works: nobody saw the end of it.
pub(super) fn read(reader: &Reader<'_>, files: &[Leaf], read: &mut ReadSet) {
    let digests = scan(reader, files, |leaf| leaf.place().to_owned());
    add(digests, read);
    if let Claim::Nobody | Claim::Maybe(_) = read.facts.claim
        && let Some(name) = named_inside(&read.facts.logs)
    {
        read.input.node = Some(name.clone());
        read.facts.claim = Claim::Named(name);
    }
    if read.facts.logs.iter().all(|log| log.file.lines == 0) {
        let why = read.input.problems.first().map(|problem| problem.text.clone());
        read.refuse(ProblemKind::Malformed, "is empty or has no line that can be read: copy it again");
        // The reason of its own is the better one.
        read.input.problems.retain(|problem| why.is_none() || Some(&problem.text) == why.as_ref());
    }
}

/// Scans logs on all cores, each under the name that `name` gives it.
pub(super) fn scan(
    reader: &Reader<'_>,
    files: &[Leaf],
    name: impl Fn(&Leaf) -> String + Sync,
) -> Vec<FileDigest> {
    let one = |leaf: &Leaf| {
        let scan = reader.tools.scanner.file(&name(leaf), None, false).sanitized_by(reader.redactor);
        let mut scan = scan.of_component(names::component(leaf.name()));
        let read = leaf.read(&mut |bytes| {
            scan.push(bytes);
            true
        });
        match read {
            Ok(()) => scan.finish(),
            Err(error) => scan.finish().broken(error.to_string()),
        }
    };
    files.par_iter().with_max_len(1).map(one).collect()
}

/// Adds digests, and says which logs do not count.
pub(super) fn add(digests: Vec<FileDigest>, read: &mut ReadSet) {
    for log in &digests {
        if let Some(why) = &log.file.broken {
            read.problem(ProblemKind::Malformed, format!("{} {why}.", log.file.name));
        }
    }
    read.facts.logs.extend(digests);
}

/// The machine that the records of its own events name, if they all name one: the logs say it themselves.
fn named_inside(logs: &[FileDigest]) -> Option<String> {
    let hosts = logs
        .iter()
        .flat_map(|log| &log.cef)
        .filter_map(|record| record.text.split_once(' '))
        .map(|(host, _)| host);
    let hosts: BTreeSet<String> = hosts.filter_map(names::machine).map(|host| host.to_uppercase()).collect();
    let mut hosts = hosts.into_iter();
    hosts.next().filter(|_| hosts.next().is_none())
}
