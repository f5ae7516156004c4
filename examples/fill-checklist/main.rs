//! Fills in what a checklist leaves open, for scripts/check-checklist: `fill-checklist FROM TO`. Prints how many lines it
//! filled in.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a check of this project ends at the first surprise and prints a number"
)]

#[path = "../../tests/it/support/fill.rs"]
mod fill;

use clusterbrief::intake::answers::questions;
use clusterbrief::knowledge::Knowledge;
use fill::{Entry, fill, fine};

/// 2026-11-21.
const WHEN: u32 = 46_347;

fn main() {
    let mut paths = std::env::args().skip(1);
    let (from, to) = (paths.next().unwrap(), paths.next().unwrap());
    let questions = questions(&Knowledge::builtin().unwrap());
    let answer =
        |key: &str| Some(Entry { word: fine(&questions, key)?, who: "P. Check".to_owned(), when: WHEN });
    let (filled, count) = fill(&std::fs::read(from).unwrap(), &answer);
    std::fs::write(to, filled).unwrap();
    println!("{count}");
}
