//! Texts, whatever they are about: how they are encoded, and how they are made harmless for each output.

pub mod encoding;
pub mod escape;
