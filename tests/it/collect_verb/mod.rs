//! The `collect` verb from the outside: what an administrator types, mistypes, interrupts and runs without rights.

mod ended;
mod folders;
mod options;
mod rights;

use clusterbrief::demo::NodeFolder;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Output};
use std::time::{Duration, Instant};

/// A node's folder on the disk.
struct Site(tempfile::TempDir);

impl Site {
    fn new(change: impl FnOnce(&mut NodeFolder)) -> Self {
        let clock = "2026-09-14T08:30:00+02:00".parse().unwrap();
        let mut node = NodeFolder::new("SSWEB01", "11.7.000049", clock);
        change(&mut node);
        let dir = tempfile::tempdir().unwrap();
        node.write(dir.path()).unwrap();
        Self(dir)
    }

    /// With enough noise to be busy with for a while.
    fn busy() -> Self {
        Self::new(|node| {
            let line = format!("2026-09-14 08:00:00,000 [1] INFO  Thycotic.X - {}\r\n", "busy ".repeat(40));
            node.put("log/SS-BSSR.log", line.repeat(200_000));
        })
    }

    /// Waits until something is written.
    fn wait_for_begin(&self, child: &mut Child) {
        let begun = Instant::now();
        while self.written().is_empty() {
            assert!(child.try_wait().unwrap().is_none(), "it ended before it wrote anything");
            assert!(begun.elapsed() < Duration::from_secs(60), "it wrote nothing");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn app(&self) -> PathBuf {
        self.0.path().join("SecretServer")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clusterbrief"));
        command.args(args).current_dir(self.0.path()).env_remove("CLICOLOR_FORCE");
        command
    }

    fn run(&self, args: &[&str]) -> (i32, String) {
        said(&self.command(args).output().unwrap())
    }

    fn collect(&self, args: &[&str]) -> (i32, String) {
        self.run(&[&["collect", "--app-dir", "SecretServer", "--out", "out"], args].concat())
    }

    fn written(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.0.path().join("out")) else { return Vec::new() };
        entries.map(|entry| entry.unwrap().path()).collect()
    }
}

/// Exit code, and both streams in one text.
fn said(output: &Output) -> (i32, String) {
    let text = [&output.stdout[..], &output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}
