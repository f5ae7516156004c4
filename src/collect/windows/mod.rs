//! The real Windows machine.

mod error;
mod registry;
mod sys;

pub(super) use sys::{
    Machine, is_alone_at_console, is_network_drive, start_elevated, utc_offset, work_in_background,
};
