//! Ctrl-C, a closed window, a request to end: any verb ends at once, whatever it is reading, and leaves nothing half made.

use super::{Exit, output};
use crate::bundle::half_made;
use std::io::{IsTerminal as _, Write as _};
use std::process::exit;
use std::sync::mpsc;
use std::time::Duration;

/// How long saying that it ends may take: whoever reads it may have stopped reading.
const SAYING: Duration = Duration::from_millis(500);

/// From now on a request to end ends the process.
pub(super) fn end_when_asked() {
    // Where no handler can be set, the process ends all the same, and what is half made is under names that nothing reads.
    let _ = ctrlc::set_handler(end);
}

#[expect(clippy::exit, reason = "no thread has to be asked, however long its piece of work takes")]
fn end() {
    half_made::abandon();
    let (said, heard) = mpsc::channel();
    std::thread::spawn(move || {
        if std::io::stderr().is_terminal() {
            // Where a line of progress is, it goes.
            let _ = write!(anstream::stderr(), "\r{:78}\r", "");
        }
        output::complain("asked to end before the work was complete; nothing of it was kept");
        let _ = said.send(());
    });
    let _ = heard.recv_timeout(SAYING);
    #[expect(clippy::disallowed_methods, reason = "whatever else runs is not waited for")]
    exit(Exit::CannotWrite as i32)
}
