//! What any input can say.

use super::checklist;
use super::event_file::ComputerEvents;
use super::inventory::Inventory;
use super::loose::LooseFacts;
use super::reported::ReportedFacts;
use crate::model::answers::Answers;
use crate::model::cluster::Contact;
use crate::model::export::{NodeList, VersionHistory};
use crate::model::kit_run::KitRun;
use crate::model::node::Snapshot;

/// What an input says.
#[derive(Debug, Clone)]
pub enum Facts {
    /// A bundle, of the node of this name.
    Bundle(Box<Snapshot>),
    /// A node list.
    Nodes(NodeList),
    /// A version history.
    History(VersionHistory),
    /// Answers.
    Answers(Answers),
    /// A part of a checklist workbook.
    Checklist(checklist::Part),
    /// The nodes an inventory names.
    Inventory(Inventory),
    /// What a script of a kit did.
    KitRun(KitRun),
    /// Contacts of an inventory.
    Contacts(Vec<Contact>),
    /// Files of one node that are in no bundle.
    Loose(Box<LooseFacts>),
    /// Records of Windows event logs, by machine.
    Events(Vec<ComputerEvents>),
    /// What any other export tells.
    Reported(ReportedFacts),
}
