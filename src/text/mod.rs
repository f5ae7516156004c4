//! Texts of any kind: their encoding, hexadecimal, sizes and line breaks, and how they are made harmless for each output.

pub mod encoding;
pub mod escape;
pub mod hex;
pub mod size;
pub mod wrap;
