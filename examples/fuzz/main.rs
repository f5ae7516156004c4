//! Replays the seeds of every reader of foreign bytes, then changes them at random: `cargo run --example fuzz`, with
//! `-- --seconds N` for each reader (2), `-- --inputs N` at most, `-- --seed N` for other changes, and names of readers.
//!
//! A panic anywhere in this package, also one that a guard would turn into a refusal, and an input that takes longer than
//! [`PATIENCE`] is a failure; the input is kept in `target/fuzz`. The same seed gives the same inputs.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a command that prints what it found, and ends at its own faults"
)]
#![expect(unreachable_pub, reason = "modules of a program")]

mod mutate;
#[path = "../../fuzz/readers.rs"]
mod readers;

use mutate::Mutator;
use readers::{READERS, Reader};
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Longest time that one input of some kilobytes may take, in any build.
const PATIENCE: Duration = Duration::from_secs(20);

/// Panics in this package, caught or not.
static PANICS: AtomicUsize = AtomicUsize::new(0);

fn main() -> ExitCode {
    let mut seconds = 2;
    let mut most = u64::MAX;
    let mut random = 1;
    let mut wanted = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().and_then(|text| text.parse().ok());
        match argument.as_str() {
            "--seconds" => seconds = number().unwrap_or(seconds),
            "--inputs" => most = number().unwrap_or(most),
            "--seed" => random = number().unwrap_or(random),
            name => wanted.push(name.to_owned()),
        }
    }
    panic::set_hook(Box::new(|panic| {
        let file = panic.location().map_or("", panic::Location::file);
        // A library may fail on hostile bytes: the guards of this package are there for that.
        if !file.contains("/registry/") && !file.contains("/rustc/") {
            PANICS.fetch_add(1, Ordering::Relaxed);
            println!("\n{panic}");
        }
    }));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let began = Instant::now();
    let mut failures = 0;
    for reader in READERS.iter().filter(|one| wanted.is_empty() || wanted.iter().any(|name| name == one.name))
    {
        failures += run(reader, root, Duration::from_secs(seconds), most, random);
    }
    println!("{} readers, {:.0} s, {failures} failures", READERS.len(), began.elapsed().as_secs_f64());
    if failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Replays the seeds of a reader and changes them until time or number is over; gives the failures.
fn run(reader: &Reader, root: &Path, time: Duration, most: u64, random: u64) -> usize {
    let seeds: Vec<Vec<u8>> = reader.seeds.iter().flat_map(|seed| seeds(seed, root)).collect();
    assert!(!seeds.is_empty(), "{} has no seed", reader.name);
    let mut failures = 0;
    for seed in &seeds {
        failures += usize::from(!holds(reader, root, seed));
    }
    let began = Instant::now();
    let mut mutator = Mutator::new(random, seeds);
    let mut inputs = 0;
    while inputs < most && began.elapsed() < time {
        failures += usize::from(!holds(reader, root, &mutator.next()));
        inputs += 1;
    }
    println!(
        "{:12} {inputs:>8} inputs in {:.1} s, {failures} failures",
        reader.name,
        began.elapsed().as_secs_f64()
    );
    failures
}

/// Whether a reader stands one input; what it does not stand is kept.
fn holds(reader: &Reader, root: &Path, bytes: &[u8]) -> bool {
    let (before, began) = (PANICS.load(Ordering::Relaxed), Instant::now());
    let read = panic::catch_unwind(AssertUnwindSafe(|| (reader.read)(bytes)));
    let took = began.elapsed();
    let holds = read.is_ok() && PANICS.load(Ordering::Relaxed) == before && took < PATIENCE;
    if !holds {
        let folder = root.join("target/fuzz");
        let path = folder.join(format!("{}-{}", reader.name, clusterbrief::bundle::Sha256::of(bytes)));
        std::fs::create_dir_all(&folder)
            .and_then(|()| std::fs::write(&path, bytes))
            .expect("the input is kept");
        println!("{} failed after {:.1} s on {}", reader.name, took.as_secs_f64(), path.display());
    }
    holds
}

/// The bytes of a seed: a file, every file of a folder, or what is made.
fn seeds(seed: &str, root: &Path) -> Vec<Vec<u8>> {
    if let Some(what) = seed.strip_prefix("made:") {
        return vec![readers::made(what, root)];
    }
    let path = root.join(seed);
    let mut files: Vec<PathBuf> = match std::fs::read_dir(&path) {
        Ok(entries) => entries.map(|entry| entry.expect("a file").path()).collect(),
        Err(_) => vec![path],
    };
    files.sort();
    files.iter().map(|file| std::fs::read(file).expect("a seed")).collect()
}
