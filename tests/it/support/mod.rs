//! What several tests share.

#![allow(
    unreachable_pub,
    dead_code,
    reason = "some helpers are shared with examples, which use other parts of them"
)]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "support of tests: a wrong name or a full disk ends the test"
)]

pub mod bless;
pub mod case;
pub mod files;
pub mod fill;
pub mod fixtures;
pub mod forms;
mod plan;
pub mod report;
pub mod samples;
pub mod schema;
pub mod site;
pub mod windows_commands;
