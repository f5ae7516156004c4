//! `collect --estimate` as a table.

use super::paragraph::wrap;
use super::progress::{size, span};
use crate::collect::{Estimate, inventory_table};
use std::fmt::Write as _;

/// How much room a bundle may need while it is made, in times its size: a leak makes a second one of it.
const ROOM: u64 = 2;

pub(super) fn table(estimate: &Estimate) -> String {
    let bold = clap::builder::styling::Style::new().bold();
    let mut text = String::new();
    let _ = writeln!(text, "{bold}{:>7} {:>10}  What{bold:#}", "Files", "Read");
    for share in &estimate.shares {
        let mark = format!("{:>7} {:>10}  ", share.files, size(share.bytes));
        text.push_str(&wrap(&inventory_table::plain(&share.row.what), &mark));
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
         memory; a slow disk, a busy machine and the questions to Windows make it longer.",
        span(seconds),
        size(estimate.bundle),
        size(logs),
        size(others),
    );
    if let Some(free) = estimate.free.filter(|free| *free < estimate.bundle.saturating_mul(ROOM)) {
        let _ = writeln!(
            text,
            "Only {} are free where it would be written, and while it is checked it may need twice its size:\n\
             choose an output folder on another drive.",
            size(free)
        );
    }
    text.push_str("Nothing was written.\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drive_that_may_be_too_full_is_said() {
        let said = |free| {
            let estimate = Estimate {
                shares: Vec::new(),
                measured: (0, 0),
                time: std::time::Duration::ZERO,
                bundle: 10 << 20,
                free,
            };
            table(&estimate)
        };
        assert!(said(Some(19 << 20)).contains("Only 19.0 MB are free"));
        for enough in [None, Some(20 << 20)] {
            assert!(!said(enough).contains("Only"));
            assert!(said(enough).ends_with("Nothing was written.\n"));
        }
    }
}
