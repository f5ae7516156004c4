//! Logs as the product writes them, from a seed: ordinary lines, stack traces, and one line in two
//! hundred with a text of a signature.

use anyhow::{Context, Result, ensure};
use chrono::{NaiveDateTime, TimeDelta};
use clusterbrief::knowledge::Knowledge;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// One line in so many carries the text of a signature: 0.5 %.
const SIGNATURE_EVERY: u64 = 200;

const LOGGERS: &[&str] = &[
    "Thycotic.ihawu.Business.Logic.SecretLogic",
    "Thycotic.ihawu.Business.RemotePasswordChanging.HeartbeatProcessor",
    "Thycotic.AppCore.BackgroundScheduler.ScheduledTaskRunner",
    "Thycotic.AppCore.BackgroundWorker.MessageConsumer",
    "Thycotic.AppCore.Federation.NodeHeartbeat",
    "Thycotic.Data.SqlDataAccessor",
    "Thycotic.DistributedEngine.Logic.EngineWorkerPipeline",
    "Thycotic.Discovery.Sources.Scanners.DependencyScanner",
    "Thycotic.MessageQueue.Client.RabbitMqConnection",
    "Thycotic.Foundation.WebControls.PageLifecycle",
    "Thycotic.Logging.ILogWriter",
    "Thycotic.SessionRecording.Worker.VideoEncoder",
];

/// What follows the logger; `#` becomes a number, `@` a machine, `$` an identifier.
const MESSAGES: &[(&str, &str)] = &[
    ("INFO ", "Heartbeat for item # on @ finished in # ms"),
    ("INFO ", "Processed # messages from queue engine-worker-# in # ms"),
    ("DEBUG", "Executing stored procedure with # parameters, command timeout # s, correlation $"),
    ("DEBUG", "Cache entry ConfigurationSettings refreshed, # items, generation #"),
    ("INFO ", "Node @ is alive, last check-in # ms ago"),
    ("DEBUG", "Channel # opened on connection #, prefetch #"),
    ("INFO ", "Scheduled task # started, next run in # minutes"),
    ("INFO ", "User # opened folder # from 10.#.#.#"),
    ("DEBUG", "Rule # evaluated to False for computer @, organizational unit #"),
    ("WARN ", "Call to @ took # ms, longer than the limit of # ms"),
    ("INFO ", "Remote password change of account # on @ is queued at position #"),
    ("DEBUG", "Request $ completed with status 200 in # ms"),
    ("WARN ", "Connection to @:5672 was lost, retry # in # ms"),
    ("DEBUG", r"Read C:\inetpub\wwwroot\SecretServer\web-appSettings.config, # settings, # ms"),
    ("INFO ", "GET /SecretServer/api/v1/secrets?filter.searchText=srv%20db&take=# from 10.#.#.# took # ms"),
    ("ERROR", "Dependency # on @ could not be updated after # tries"),
];

/// Unstamped lines that follow an error.
const TRACE: &[&str] = &[
    "System.TimeoutException: The operation has timed out.",
    "   at System.Data.SqlClient.SqlCommand.RunExecuteReader(CommandBehavior cmdBehavior, RunBehavior runBehavior)",
    "   at Thycotic.Data.SqlDataAccessor.ExecuteReader(String procedure, IDataParameter[] parameters)",
    "   at Thycotic.ihawu.Business.Logic.DependencyLogic.Update(Int32 dependencyId)",
    "   at Thycotic.AppCore.BackgroundWorker.MessageConsumer.Consume(IMessage message)",
    "   --- End of stack trace from previous location where exception was thrown ---",
];

/// What the entries of a log are.
#[derive(Debug, Clone, Copy)]
pub enum Mix {
    /// All of [`MESSAGES`] equally often: nearly one in five is a warning or an error.
    Even,
    /// So many of a thousand entries are warnings or errors, those with a text of a signature among them.
    Grave(u64),
    /// Nothing but errors, hardly two of which have the same words.
    Distinct,
}

/// Writes logs: the same bytes for the same seed and knowledge.
pub struct LogWriter {
    /// Made-up lines, each with the text of one signature, without their time.
    signatures: Vec<String>,
    mix: Mix,
}

impl LogWriter {
    pub fn new(knowledge: &Knowledge) -> Result<Self> {
        let examples = knowledge.signatures.iter().filter_map(|signature| signature.example.as_deref());
        let lines = examples
            .filter(|line| NaiveDateTime::parse_from_str(line.get(..23).unwrap_or(""), STAMP).is_ok());
        let signatures: Vec<String> = lines.filter_map(|line| Some(line.get(23..)?.to_owned())).collect();
        ensure!(!signatures.is_empty(), "no signature has an example line");
        Ok(Self { signatures, mix: Mix::Even })
    }

    /// The same with other entries.
    pub fn with(self, mix: Mix) -> Self {
        Self { mix, ..self }
    }

    /// Writes a log of at least `bytes` that ends near `end`.
    pub fn write(&self, path: &Path, bytes: u64, seed: u64, end: NaiveDateTime) -> Result<()> {
        let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        let mut out = BufWriter::with_capacity(1 << 20, file);
        let mut random = Random(seed);
        // Lines are about 120 bytes long and 40 ms apart.
        let mut time = end - TimeDelta::milliseconds(i64::try_from(bytes / 3)?);
        let (mut written, mut lines, mut signatures) = (0, 0, 0);
        let mut entry = String::new();
        while written < bytes {
            entry.clear();
            time += TimeDelta::milliseconds(random.below(80).cast_signed());
            entry.push_str(&time.format(STAMP).to_string());
            if lines / SIGNATURE_EVERY > signatures {
                signatures += 1;
                let signature: &String = random.pick(&self.signatures);
                entry.push_str(signature);
                entry.push_str("\r\n");
            } else {
                match self.mix {
                    Mix::Even => ordinary(&mut entry, *random.pick(MESSAGES), &mut random),
                    // One line in two hundred is the text of a signature: five of a thousand.
                    Mix::Grave(share) => {
                        let grave = random.below(1000) < share.saturating_sub(1000 / SIGNATURE_EVERY);
                        let of = |(level, _): &(&str, &str)| matches!(*level, "WARN " | "ERROR") == grave;
                        let messages: Vec<_> = MESSAGES.iter().copied().filter(of).collect();
                        ordinary(&mut entry, *random.pick(&messages), &mut random);
                    }
                    Mix::Distinct => distinct(&mut entry, &mut random),
                }
            }
            out.write_all(entry.as_bytes())?;
            written += entry.len() as u64;
            lines += entry.matches('\n').count() as u64;
        }
        out.flush()?;
        Ok(())
    }
}

/// What follows the time in an error of a few words that no other error has.
fn distinct(entry: &mut String, random: &mut Random) {
    let _ = write!(entry, " [{}] ERROR {} - ", 4 + random.below(28), random.pick(LOGGERS));
    for _ in 0..4 + random.below(8) {
        for _ in 0..3 + random.below(7) {
            entry.push(char::from(b'a' + u8::try_from(random.below(26)).unwrap_or(0)));
        }
        entry.push(' ');
    }
    entry.push_str("\r\n");
}

/// What follows the time in an entry without a signature.
fn ordinary(entry: &mut String, (level, message): (&str, &str), random: &mut Random) {
    let _ = write!(entry, " [{}] {level} {} - ", 4 + random.below(28), random.pick(LOGGERS));
    for part in message.chars() {
        match part {
            '#' => entry.push_str(&random.below(1000).to_string()),
            '@' => {
                let _ = write!(entry, "SRV{:03}.corp.example", random.below(60));
            }
            '$' => {
                let _ = write!(entry, "{:016x}", random.next());
            }
            other => entry.push(other),
        }
    }
    entry.push_str("\r\n");
    if level == "ERROR" && random.below(4) == 0 {
        for trace in TRACE {
            entry.push_str(trace);
            entry.push_str("\r\n");
        }
    }
}

/// Time as log4net writes it.
const STAMP: &str = "%Y-%m-%d %H:%M:%S,%3f";

/// Numbers that look random and are the same for the same seed (`SplitMix64`).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[usize::try_from(self.below(of.len() as u64)).unwrap_or(0)]
    }

    pub fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
    }
}
