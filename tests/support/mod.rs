//! What several tests, and the maker of the samples, share.

#![allow(unreachable_pub, dead_code, reason = "every test binary uses its own part")]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "support of tests: a wrong name or a full disk ends the test"
)]

pub mod forms;
pub mod node_folder;
pub mod pe;
mod pre_upgrade;
mod product;
pub mod sample;
pub mod site;
mod workbook;
