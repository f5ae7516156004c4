//! Runs a Windows command for facts that no system call gives: without input, without a window, with a time limit.

use crate::probes::system::{ProbeError, ProbeResult};
use std::io::{self, Read as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Maximum number of bytes that are read of its output.
const MOST: u64 = 1 << 20;
/// Exit codes of Windows commands that were denied access.
const DENIED: [i32; 2] = [5, 0x8007_0005_u32.cast_signed()];

/// The output of a command that succeeds; empty output counts as an error. The text is in the code page of the console,
/// so only its ASCII part is reliable.
pub(super) fn output(mut command: Command, patience: Duration) -> ProbeResult<String> {
    let started = Instant::now();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => ProbeError::Failed("this Windows has no such command".into()),
        io::ErrorKind::PermissionDenied => ProbeError::Denied,
        _ => ProbeError::Failed("the command cannot be started".into()),
    })?;
    let (sender, receiver) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let read = stdout.take(MOST).read_to_end(&mut bytes);
            // The receiver is gone after the time limit.
            let _ = sender.send(read.map(|_| bytes));
        });
    }
    let printed = receiver.recv_timeout(patience);
    let Some(status) = end(&mut child, started + patience) else {
        return Err(ProbeError::Failed(format!(
            "the command did not end within {} seconds",
            patience.as_secs()
        )));
    };
    match (status.code(), printed) {
        (Some(0), Ok(Ok(bytes))) if !bytes.trim_ascii().is_empty() => {
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        }
        (Some(0), _) => Err(ProbeError::Failed("the command printed nothing".into())),
        (Some(code), _) if DENIED.contains(&code) => Err(ProbeError::Denied),
        (code, _) => {
            let code = code.map_or_else(|| "none".to_owned(), |code| format!("{:#x}", code.cast_unsigned()));
            Err(ProbeError::Failed(format!("the command ended with code {code}")))
        }
    }
}

/// The exit status; a command that still runs after the time limit is killed.
fn end(child: &mut Child, until: Instant) -> Option<ExitStatus> {
    /// Pause between two checks.
    const PAUSE: Duration = Duration::from_millis(10);
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < until => std::thread::sleep(PAUSE),
            _ => {
                // It may have ended by itself in the meantime.
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::probes::PATIENCE;

    fn ran(script: &str, patience: Duration) -> ProbeResult<String> {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        output(command, patience)
    }

    #[test]
    fn only_a_text_of_a_command_that_ended_well_is_an_answer() {
        let failed = |why: &str| Err(ProbeError::Failed(why.to_owned()));
        assert_eq!(ran("echo told; echo aside >&2", PATIENCE), Ok("told\n".into()));
        assert_eq!(ran("printf '\\204\\n1'", PATIENCE), Ok("\u{fffd}\n1".into()));
        assert_eq!(ran("echo", PATIENCE), failed("the command printed nothing"));
        assert_eq!(ran("echo text; exit 3", PATIENCE), failed("the command ended with code 0x3"));
        assert_eq!(ran("exit 5", PATIENCE), Err(ProbeError::Denied));
        assert_eq!(ran("kill -9 $$", PATIENCE), failed("the command ended with code none"));
        assert_eq!(
            output(Command::new("/no/such/program"), PATIENCE),
            failed("this Windows has no such command")
        );
    }

    #[test]
    fn a_command_that_does_not_end_is_ended() {
        let started = Instant::now();
        for script in ["echo text; exec sleep 60", "exec >&-; exec sleep 60"] {
            let why = ran(script, Duration::from_secs(1)).unwrap_err();
            assert_eq!(why, ProbeError::Failed("the command did not end within 1 seconds".into()));
        }
        assert!(started.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn a_command_that_prints_without_end_fills_no_memory() {
        let printed = ran("exec yes", Duration::from_secs(2));
        assert!(printed.is_err(), "{printed:?}");
    }
}
