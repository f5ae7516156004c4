//! (being built)

pub mod pe_version;
