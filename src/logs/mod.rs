//! One pass over a node's logs: encodings, lines, time stamps, signature hits.
//!
//! ```text
//!  bytes --> encoding (UTF-8 text) --> blocks (whole lines) --> header: time, level --+--> FileDigest --> merge
//!                                          |                                          |
//!                                          +--> prefilter: lines that may match --> hits: which patterns do
//! ```
//!
//! A header is in the product's own form or in another one (`formats`); its time is of a clock with summer and winter
//! (`zone`). What a line is about, the node or another machine, is told by its logger and its words (`origin`), and whose key
//! an error is about by the code that its entry names (`own_code`). Entries at warning level or worse are grouped by their
//! wording (`patterns`), and lines that prove a connection are kept (`proof`).
//!
//! A log is never in memory as a whole. Blocks end at line ends; a line longer than a block is read in overlapping pieces.
//! Only a line that may match is copied to lower case, where a case-sensitive search is enough: a case-insensitive search
//! costs several times more.

mod baseline;
mod blocks;
mod digest;
mod encoding;
mod entries;
mod entry;
mod formats;
mod header;
mod hits;
mod lines;
mod origin;
mod own_code;
mod patterns;
mod prefilter;
mod proof;
mod recurring;
mod sample;
mod scan;
mod times;
mod window;
mod zone;

pub use baseline::{Baseline, BaselineError};
pub use digest::{FileDigest, merge};
pub use entries::{Entry, EntryCounts, EntryScan, Grep, LogClock, LogLevel, Selection};
pub use patterns::{PatternMatcher, unify};
pub use scan::{FileScan, Scanner};
pub use window::{WindowEntries, WindowEntry, WindowScan};

#[cfg(test)]
mod labelled;
#[cfg(test)]
mod redacted;
#[cfg(test)]
mod tests;
