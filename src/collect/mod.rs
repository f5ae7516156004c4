//! The collector, which runs on the node: from an application folder to one bundle, list -> redact -> fingerprint ->
//! write -> reopen -> leak scan -> rename.
//!
//! [`inventory_table::TABLE`] lists what is collected and why. Everything about the machine comes through [`Host`], so
//! that the same code serves a node, a copied folder, a sample and a test.

#[cfg(any(windows, test))]
mod command;
mod configs;
mod dry_run;
mod error;
mod estimate;
mod events;
mod find;
mod folder_facts;
pub mod host;
pub mod host_facts;
mod identities;
mod iis;
mod inventory;
pub mod inventory_table;
mod key_files;
mod leak;
pub mod log_selection;
mod logs;
mod manifest;
mod network;
mod options;
mod own_members;
pub mod process;
mod progress;
mod readahead;
mod redacting;
mod run;
mod safety;
pub mod scrub;
mod sibling_copies;
mod walk;
mod warnings;
#[cfg(windows)]
mod windows;

pub use dry_run::{Target, Touch, TouchKind, dry_run, targets};
pub use error::CollectError;
pub use estimate::{Estimate, Share, estimate};
pub use find::{Installed, Search, Unseen, find};
pub use host::{FixedHost, Host, PortableHost, Stopwatch};
pub use identities::is_made_key;
pub use network::is_network;
pub use options::{BUDGET, COPIED, Options};
pub use progress::{Progress, Silent};
pub use run::{Collected, run};
