//! Every measured run is a process of its own: time and peak memory of one run do not depend on another.

use anyhow::{Context, Result, bail, ensure};
use std::ffi::OsStr;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

/// Says which job the process is to do instead of the benchmark itself.
const JOB: &str = "CLUSTERBRIEF_BENCH_JOB";
/// Begins the line in which a job says what it took.
const MEASURED: &str = "measured:";
/// Clock ticks of processor times in `/proc`, on every Linux that Rust supports.
const TICK: Duration = Duration::from_millis(10);

/// What one run took.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// From the start of its work to the end.
    pub wall: Duration,
    /// Processor time of all its threads, user and system, start of the process included; to 10 ms.
    pub processor: Duration,
    /// Peak resident memory, in bytes (`VmHWM`).
    pub peak: u64,
}

/// The job this process was started for.
pub fn job() -> Option<String> {
    std::env::var(JOB).ok()
}

/// Does the work of a job and prints what it took; the job may print more after it.
pub fn measured<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    let start = Instant::now();
    let done = work()?;
    let wall = start.elapsed();
    println!("\n{MEASURED} {} {}", wall.as_nanos(), peak()?);
    Ok(done)
}

/// Starts this program again for a job, with as many threads as there are cores. Gives what it took, and the numbers
/// that it printed after that.
pub fn run<A: AsRef<OsStr>>(job: &str, arguments: impl IntoIterator<Item = A>) -> Result<(Run, Vec<u64>)> {
    let before = processor_of_children()?;
    let output = Command::new(std::env::current_exe()?)
        .args(arguments)
        .env(JOB, job)
        .env("RAYON_NUM_THREADS", threads()?.to_string())
        .output()?;
    let processor = processor_of_children()?.saturating_sub(before);
    let text = String::from_utf8(output.stdout)?;
    let measured = text.rsplit_once(MEASURED).filter(|_| output.status.success());
    let Some((_, measured)) = measured else {
        bail!("{job} failed: {text}{}", String::from_utf8_lossy(&output.stderr));
    };
    let numbers = measured.split_whitespace().map(str::parse).collect::<Result<Vec<u64>, _>>()?;
    let [wall, peak, more @ ..] = numbers.as_slice() else { bail!("{job} measured nothing") };
    Ok((Run { wall: Duration::from_nanos(*wall), processor, peak: *peak }, more.to_vec()))
}

/// The exit code of a verb as a result: the report is written even where input was refused, but not here.
pub fn succeeded(code: ExitCode) -> Result<()> {
    ensure!(code == ExitCode::SUCCESS, "the verb ended with {code:?}");
    Ok(())
}

/// Threads that each job gets.
pub fn threads() -> Result<usize> {
    Ok(std::thread::available_parallelism()?.get())
}

fn peak() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status").context("memory figures need Linux")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kilobytes * 1024)
}

/// Processor time of all children that have ended.
fn processor_of_children() -> Result<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").context("processor times need Linux")?;
    // The name of the program may hold blanks; fields 16 and 17 are counted from behind it.
    let (_, fields) = stat.rsplit_once(") ").context("no process name")?;
    let ticks = fields.split(' ').skip(13).take(2).map(str::parse::<u32>).sum::<Result<u32, _>>()?;
    Ok(TICK * ticks)
}
