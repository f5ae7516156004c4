//! CONTRIBUTING.md followed as a newcomer would: its file, its commands, its paths.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn page() -> String {
    fs::read_to_string(root().join("CONTRIBUTING.md")).expect("CONTRIBUTING.md").replace("\r\n", "\n")
}

/// The content of every fenced block that begins with these words.
fn blocks<'p>(page: &'p str, fence: &str) -> Vec<&'p str> {
    page.split(&format!("\n```{fence}\n")).skip(1).filter_map(|text| text.split("\n```").next()).collect()
}

#[test]
fn the_five_minute_rule_works_as_written() {
    let (page, home) = (page(), tempfile::tempdir().expect("a folder can be made"));
    let ours = home.path().join("ours");
    fs::create_dir(&ours).expect("a folder can be made");
    let toml = blocks(&page, "toml");
    assert_eq!(toml.len(), 1, "the page shows one file");
    fs::write(ours.join("rules.toml"), toml[0]).expect("a file can be written");
    let samples = root().join("samples").display().to_string();
    let commands: Vec<&str> = blocks(&page, "")
        .into_iter()
        .flat_map(str::lines)
        .filter(|line| line.starts_with("clusterbrief "))
        .collect();
    assert_eq!(commands.len(), 3, "{commands:?}");
    for command in commands {
        let arguments: Vec<String> =
            command.split(' ').skip(1).map(|word| word.replace("samples", &samples)).collect();
        let output = Command::new(env!("CARGO_BIN_EXE_clusterbrief"))
            .args(&arguments)
            .current_dir(home.path())
            .output()
            .expect("the program runs");
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let report = fs::read_to_string(home.path().join("report.html")).expect("the report");
    assert!(report.contains("Each node takes requests up to 102400 KB"), "{report}");
}

/// Every path that the page names is there, but for the placeholders and what its reader makes.
#[test]
fn every_path_of_the_page_exists() {
    let page = page();
    let made =
        ["tests/rules/SYS-017.toml", "src/rules/checks/FAMILY/FAMILY_NUMBER_name.rs", "ours/rules.toml"];
    let mut paths = 0;
    for word in page.split('`').skip(1).step_by(2).filter(|word| word.contains('/') && !word.contains(' ')) {
        let path = word.trim_end_matches('/');
        paths += 1;
        assert!(made.contains(&path) || Path::new(&root()).join(path).exists(), "{path} is not there");
    }
    assert!(paths >= 10, "the page names {paths} paths");
}
