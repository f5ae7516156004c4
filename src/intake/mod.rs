//! (being built)

pub mod application_host;
pub mod pe_version;
pub mod xml_config;
