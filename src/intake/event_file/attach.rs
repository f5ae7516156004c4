//! Puts the records of event logs that were saved by hand with the nodes that they name.

use crate::intake::cluster::CaseBuilder;
use crate::model::events::EventRecord;
use crate::model::host_name::same_host;
use crate::model::node::SnapshotPart;
use crate::model::{Grade, Location, Node, Observed};
use std::collections::{BTreeMap, BTreeSet};

impl CaseBuilder {
    /// Adds records of event logs that were saved by hand to those of the bundles. Only the time axis shows them: that a log
    /// lacks a record proves nothing.
    pub(in crate::intake) fn add_events(&mut self, nodes: &mut BTreeMap<String, Node>) {
        let all: Vec<_> = std::mem::take(&mut self.events)
            .into_iter()
            .map(|(index, events)| (index, self.machine_named(nodes, &events.computer), events))
            .collect();
        let known: BTreeSet<usize> =
            all.iter().filter(|(_, machine, _)| machine.is_some()).map(|(index, ..)| *index).collect();
        for (index, machine, events) in all {
            let Some(machine) = machine else {
                if known.contains(&index) {
                    // Before a computer is renamed, its records have the name that the set-up gave it.
                    let text = format!("Records with the computer name {} are left out.", events.computer);
                    self.note(index, text);
                } else {
                    self.unknown_node(index, &events.computer);
                }
                continue;
            };
            let Some(node) = nodes.get_mut(&machine) else { continue };
            let Some(snapshot) = &mut node.snapshot else {
                let text =
                    format!("Records of {} are not shown, because there is no bundle of it.", node.name);
                self.note(index, text);
                continue;
            };
            let iis = snapshot.facts.iis.value();
            let pool = iis.and_then(|iis| iis.application.value()).map(|one| one.pool.as_str());
            let more = events.into_records(pool);
            let key =
                |record: &EventRecord| (record.at.timestamp_millis(), record.id, record.provider.clone());
            let mut records = snapshot.events.value().cloned().unwrap_or_default();
            let known: BTreeSet<_> = records.iter().map(key).collect();
            let input = self.name(index);
            let place = Location::input(&input);
            if !snapshot.parts.iter().any(|part| part.what == SnapshotPart::EVENTS && part.input == input) {
                let what = SnapshotPart::EVENTS.to_owned();
                let part = SnapshotPart { what, input: input.clone(), place: input, grade: Grade::Loose };
                snapshot.parts.push(part);
                snapshot.parts.sort();
            }
            records.extend(more.into_iter().filter(|record| !known.contains(&key(record))));
            records.sort();
            snapshot.events = Observed::known(records, place);
        }
    }

    /// The node that records name: by one of its names, or the only one that can have this name.
    fn machine_named(&self, nodes: &BTreeMap<String, Node>, computer: &str) -> Option<String> {
        let own = self.names.machine(computer);
        if nodes.contains_key(&own) {
            return Some(own);
        }
        let mut alike = nodes.iter().filter(|(_, node)| same_host(&node.name, computer));
        let first = alike.next().map(|(machine, _)| machine.clone());
        first.filter(|_| alike.next().is_none())
    }
}
