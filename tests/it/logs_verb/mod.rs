//! `logs`: the entries of all nodes together, from every kind of input, and nothing that must not be shown.

mod chosen;
mod order;
mod patterns;
mod safe;

use chrono::{DateTime, FixedOffset};
use clusterbrief::bundle::Form;
use clusterbrief::collect::{self, Options, Silent};
use clusterbrief::demo::NodeFolder;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A node as it is collected.
struct Node<'a> {
    name: &'a str,
    zone: &'a str,
    /// When it is collected, by its clock.
    clock: &'a str,
    log: &'a [u8],
}

impl Node<'_> {
    /// Collects it into a folder, and gives the path of the bundle.
    fn bundle(&self, folder: &Path, form: Form) -> PathBuf {
        let clock: DateTime<FixedOffset> = self.clock.parse().expect("a time");
        let mut node = NodeFolder::new(self.name, "11.7.000049", clock);
        self.zone.clone_into(&mut node.zone);
        let logs: Vec<String> = node.files.keys().filter(|path| path.starts_with("log/")).cloned().collect();
        for log in logs {
            node.files.remove(&log);
        }
        node.put("log/SS.log", self.log);
        node.modified.insert("log/SS.log".into(), clock.to_utc());
        let work = tempfile::tempdir().expect("a folder");
        let app = node.write(work.path()).expect("a made node");
        let iis_config = Some(work.path().join("applicationHost.config"));
        let options = Options { iis_config, form, ..Options::new(app, folder) };
        collect::run(&options, &node.host(), &mut Silent).expect("a collected node").path
    }
}

/// Writes a loose log and the folders it is in.
fn loose(folder: &Path, name: &str, log: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(&path, log).expect("a log");
    path
}

fn command(inputs: &[&Path], options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_clusterbrief"));
    command.arg("logs").args(inputs).args(options).env_remove("CLICOLOR_FORCE");
    command
}

/// Runs the verb; exit code, standard output and standard error.
fn logs(inputs: &[&Path], options: &[&str]) -> (i32, String, String) {
    told(&command(inputs, options).output().expect("the program runs"))
}

fn told(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    (output.status.code().expect("an exit code"), text(&output.stdout), text(&output.stderr))
}

/// The entries as JSON; fails unless the verb ends well.
fn entries(inputs: &[&Path], options: &[&str]) -> Vec<Value> {
    let (code, out, err) = logs(inputs, &[options, &["--format", "json"]].concat());
    assert_eq!(code, 0, "{err}");
    out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// One value of each entry.
fn each(entries: &[Value], key: &str) -> Vec<String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    entries.iter().map(|entry| text(&entry[key])).collect()
}
