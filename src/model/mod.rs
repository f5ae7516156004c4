//! Data model: what is known about a cluster, and how it is known. It uses no other module of the crate.
//!
//! Every fact is an [`Observed`]: a value with its sources, or the reason why there is none. The absence of a setting is
//! often a finding, but "could not be read" never is, and the type keeps the two apart.

pub mod answers;
pub mod area;
pub mod around;
pub mod checklist;
pub mod clocks;
pub mod cluster;
pub mod events;
pub mod excerpt;
pub mod export;
pub mod facts;
pub mod grade;
pub mod host_name;
pub mod iis;
pub mod input;
pub mod items;
pub mod kit_run;
pub mod label;
pub mod location;
pub mod log;
pub mod lookup;
pub mod node;
pub mod observed;
pub mod package;
pub mod pages;
pub mod parity;
pub mod primary;
pub mod product;
pub mod unknown;
pub mod version;

pub use answers::{Answer, Answers};
pub use area::Area;
pub use cluster::{Cluster, NodeSet};
pub use excerpt::Excerpt;
pub use grade::Grade;
pub use input::{Input, InputKind, InputStatus};
pub use location::{Location, Position};
pub use node::{Node, Role};
pub use observed::Observed;
pub use package::Package;
pub use version::BuildVersion;
