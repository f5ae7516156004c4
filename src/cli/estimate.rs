//! `collect --estimate` as a table.

use super::guided::wrap;
use super::progress::{size, span};
use crate::collect::{Estimate, plan};
use std::fmt::Write as _;

pub(super) fn table(estimate: &Estimate) -> String {
    let bold = clap::builder::styling::Style::new().bold();
    let mut text = String::new();
    let _ = writeln!(text, "{bold}{:>7} {:>10}  What{bold:#}", "Files", "Read");
    for share in &estimate.shares {
        let mark = format!("{:>7} {:>10}  ", share.files, size(share.bytes));
        text.push_str(&wrap(&plan::plain(share.row.what), &mark));
    }
    let files: u64 = estimate.shares.iter().map(|share| share.files).sum();
    let bytes: u64 = estimate.shares.iter().map(|share| share.bytes).sum();
    let _ = writeln!(text, "{files:>7} {:>10}  together\n", size(bytes));

    let seconds = estimate.time.as_millis().div_ceil(1000);
    let (logs, others) = estimate.measured;
    let _ = writeln!(
        text,
        "About {} (minutes:seconds) of work, and a bundle of about {}.\n\
         Measured just now on {} of logs and {} of other files, which the system may hold in\n\
         memory; a slow disk, a busy machine and the questions to Windows make it longer.\n\
         Nothing was written.",
        span(seconds),
        size(estimate.bundle),
        size(logs),
        size(others),
    );
    text
}
