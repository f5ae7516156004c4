//! Texts of any kind: their encoding, hexadecimal, sizes and line breaks, how they are made harmless for each output, and how
//! files begin that are none.

pub mod encoding;
pub mod escape;
pub mod hex;
pub mod json;
pub mod names;
pub mod signature;
pub mod size;
pub mod wrap;
