//! Bytes of a source to observed facts: one file per kind of source.

pub mod application_host;
pub mod moment;
pub mod pe_version;
pub mod table;
pub mod text;
pub mod workbook;
pub mod xml_config;
