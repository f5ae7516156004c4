//! One snapshot bundle per node of a Secret Server web cluster in, one readiness-and-error report out.
//!
//! ```text
//!  node folder, IIS settings                      exports, answers
//!         |  collect: plan -> redact -> fingerprint -> write -> reopen -> leak scan -> rename
//!         v                                              |
//!    bundle (zip or folder) --> bundle::read --> intake -+--> model::Cluster
//!                                     |                              |
//!                                     +--> logs::scan -- LogDigest --+
//!                                                                    v
//!                         knowledge (TOML) --> rules::engine: one Outcome per rule and subject
//!                                                                    v
//!                                           verdict, action plan (finding, plan)
//!                                                                    v
//!                               report::assemble --> Report --> html | markdown | json | terminal
//! ```
//!
//! | room | holds |
//! |---|---|
//! | [`model`] | what is known about a cluster, and how: `Observed`, nodes, versions, times, evidence |
//! | [`redact`] | secrets by value and by pattern, fingerprints, the leak scan |
//! | [`bundle`] | the container: manifest, writing, reading within limits |
//! | [`collect`] | on the node: the one table of what is taken and why |
//! | [`intake`] | bytes of a source to observed facts, one file per kind of source |
//! | [`logs`] | encodings, lines, time stamps, signature scan |
//! | [`knowledge`] | product facts as TOML with their sources |
//! | [`rules`] | the judgement: one file per coded rule, one evaluator per data family |
//! | [`finding`] | outcomes, findings, the verdict |
//! | [`plan`] | what to do, merged and ordered |
//! | `demo` | made cases: recipes of clusters with known faults |
//! | [`report`] | the view model and one file per output format |
//! | [`cli`] | verbs; the only room that prints, asks and reads the clock |

#[cfg(feature = "report")]
pub mod analysis;
pub mod bundle;
pub mod cli;
pub mod collect;
#[cfg(feature = "report")]
pub mod demo;
pub mod finding;
#[cfg(feature = "report")]
pub mod intake;
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
