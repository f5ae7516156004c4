//! One snapshot bundle from each node of a Secret Server web cluster in, one readiness and error report out.
//!
//! [`analysis`] is the front door: inputs and options in, report out, with an example. The other modules are public for
//! this package's own program, tests and examples. They are not for outside use: any version may change them.
//!
//! `ARCHITECTURE.md` has the picture of the flow, and what each module holds and may use.

#[cfg(feature = "report")]
pub mod analysis;
pub mod bundle;
pub mod cli;
pub mod collect;
#[cfg(feature = "report")]
pub mod compare;
#[cfg(feature = "report")]
pub mod decisions;
#[cfg(feature = "report")]
pub mod demo;
pub mod finding;
#[cfg(feature = "report")]
pub mod intake;
#[cfg(feature = "report")]
pub mod kit;
pub mod knowledge;
#[cfg(feature = "report")]
pub mod logs;
pub mod model;
pub mod parsers;
#[cfg(feature = "report")]
pub mod plan;
pub mod probes;
pub mod redact;
#[cfg(feature = "report")]
pub mod report;
#[cfg(feature = "report")]
pub mod rules;
pub mod text;
