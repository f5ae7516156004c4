//! What several coded rules share.

pub(in crate::rules) mod activity;
pub(in crate::rules) mod address;
pub(in crate::rules) mod asking_login;
pub(in crate::rules) mod at_work;
pub(in crate::rules) mod clock_skew;
pub(in crate::rules) mod comparable;
pub(in crate::rules) mod dlls;
pub(in crate::rules) mod file_kind;
pub(in crate::rules) mod folder;
pub(in crate::rules) mod installed;
pub(in crate::rules) mod key_files;
pub(in crate::rules) mod key_protection;
pub(in crate::rules) mod language;
pub(in crate::rules) mod logged_connection;
pub(in crate::rules) mod package;
pub(in crate::rules) mod reported_number;
pub(in crate::rules) mod streams;
pub(in crate::rules) mod windows_authentication;
