//! Parser of one saved output of built-in commands: each answer with the line it is on.

mod registry;

pub use registry::Entry;

use crate::model::excerpt::Sanitize;
use crate::model::{Location, Observed, Position};
use crate::parsers::left_out_note;
use crate::parsers::product_version;
use registry::Registry;
use std::collections::BTreeMap;

/// What the page's commands told of one machine.
#[derive(Debug)]
pub struct Saved {
    /// The machine's name, as it says.
    pub(crate) node: String,
    input: String,
    /// Keys and values below `HKEY_LOCAL_MACHINE`.
    pub(crate) registry: Registry,
    /// State by the service's name in upper case.
    services: BTreeMap<String, Observed<u32>>,
    /// What `w32tm` printed of the time service.
    pub(crate) time_status: Observed<String>,
    /// Bytes of memory.
    pub(crate) memory: Observed<u64>,
    /// Size of the application's drive.
    pub(crate) drive: Observed<Drive>,
    /// The product's build, by the version text of its core DLL.
    pub(crate) build: Observed<String>,
    /// When the answers were saved, as written.
    pub(crate) taken: Observed<String>,
    /// Questions that this program does not know.
    strange: Vec<String>,
    failed: usize,
    asked: usize,
    section: Option<Section>,
}

/// Bytes of a drive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drive {
    /// That are in use.
    pub used: u64,
    /// That are free.
    pub free: u64,
}

/// A question whose answer is being read.
#[derive(Debug)]
struct Section {
    /// The text of its marker.
    question: String,
    /// Line of its marker.
    line: u32,
    /// What was read of the answer, with its line.
    answer: Vec<(u32, String)>,
    /// It is not longer than what is kept.
    is_whole: bool,
}

impl Section {
    fn push(&mut self, number: u32, text: &str) {
        self.is_whole &= self.answer.len() < MAX_LINES;
        if self.is_whole {
            self.answer.push((number, text.to_owned()));
        }
    }
}

/// Most lines of an answer that are kept.
const MAX_LINES: usize = 5_000;
/// Exit code of `sc` where there is no such service, which it also prints.
const NO_SUCH_SERVICE: &str = "1060";

impl Saved {
    pub(crate) fn new(input: &str, node: &str) -> Self {
        Self {
            node: node.to_owned(),
            input: input.to_owned(),
            registry: Registry::new(input),
            services: BTreeMap::new(),
            time_status: Observed::not_collected(UNASKED),
            memory: Observed::not_collected(UNASKED),
            drive: Observed::not_collected(UNASKED),
            build: Observed::not_collected(UNASKED),
            taken: Observed::not_collected(UNASKED),
            strange: Vec::new(),
            failed: 0,
            asked: 0,
            section: None,
        }
    }

    /// State of a service as Windows numbers it.
    pub fn service(&self, name: &str) -> Observed<u32> {
        self.services.get(&name.to_uppercase()).cloned().unwrap_or_else(|| Observed::not_collected(UNASKED))
    }

    /// Whether the last answer has no end.
    pub(crate) fn is_cut(&self) -> bool {
        self.section.is_some()
    }

    /// What a reader should know.
    pub(crate) fn notes(&self, node: &str, sanitizer: &dyn Sanitize) -> Vec<String> {
        let failed = (self.failed > 0).then(|| {
            format!(
                "{} of {} commands on {node} failed: what they query does not exist, or may not be read.",
                self.failed, self.asked
            )
        });
        failed.into_iter().chain(left_out_note(self.strange.iter().map(String::as_str), sanitizer)).collect()
    }

    /// Takes a line, without its end, by its number from 1. A question that begins within the answer to another leaves that one without an end.
    pub(crate) fn line(&mut self, line: u32, text: &str) {
        let Some(marker) = text.strip_prefix('#') else {
            if let Some(section) = &mut self.section {
                section.push(line, text);
            }
            return;
        };
        match (marker.trim(), self.section.take()) {
            ("ok", Some(section)) => {
                let is_whole = section.is_whole;
                self.close(section, is_whole);
            }
            ("failed", Some(section)) => self.close(section, false),
            (question, _) => {
                let question = question.to_owned();
                self.section = Some(Section { question, line, answer: Vec::new(), is_whole: true });
            }
        }
    }

    fn close(&mut self, section: Section, succeeded: bool) {
        self.asked += 1;
        self.failed += usize::from(!succeeded);
        let Section { question, line, answer, .. } = section;
        let (word, arguments) = question.split_once(' ').unwrap_or((&question, ""));
        match (word, arguments.trim()) {
            ("reg", arguments) => {
                if !self.registry.answer(arguments, line, &answer, succeeded) {
                    self.strange.push(arguments.to_owned());
                }
            }
            ("sc", name) => {
                let state = if succeeded { state(&answer) } else { None };
                let told = match no_such_service(&answer).filter(|_| !succeeded) {
                    Some(line) => Observed::absent(self.place(line)),
                    None => self.told(line, state),
                };
                self.services.insert(name.to_uppercase(), told);
            }
            ("w32tm", "/query /status /verbose") => {
                let lines: Vec<&str> = answer.iter().map(|(_, text)| text.as_str()).collect();
                self.time_status = self.told(line, succeeded.then(|| (line, lines.join("\n"))));
            }
            ("memory", "") => {
                let number = |(line, text): (u32, &str)| Some((line, text.parse().ok()?));
                self.memory = self.told(line, text_of(&answer, succeeded).and_then(number));
            }
            ("drive", "") => self.drive = self.told(line, sizes(&answer)),
            ("build", "") => {
                let build = |(line, text)| Some((line, product_version::product(text)?.to_string()));
                self.build = self.told(line, text_of(&answer, succeeded).and_then(build));
            }
            ("time", "") => {
                let time = text_of(&answer, succeeded).map(|(line, text)| (line, text.to_owned()));
                self.taken = self.told(line, time);
            }
            _ => self.strange.push(question),
        }
    }

    /// What was found in the answer to the command of a line.
    fn told<T>(&self, line: u32, found: Option<(u32, T)>) -> Observed<T> {
        match found {
            Some((line, value)) => Observed::known(value, self.place(line)),
            None => Observed::unreadable(self.place(line), "its command did not show it"),
        }
    }

    /// A line of the input as a place.
    pub fn place(&self, line: u32) -> Location {
        Location::export(&self.input, Position::Line(line))
    }
}

pub(crate) const UNASKED: &str = "the saved output does not contain it";

/// The first line that has a text, of a command that succeeded.
fn text_of(answer: &[(u32, String)], succeeded: bool) -> Option<(u32, &str)> {
    let mut lines = answer.iter().map(|(line, text)| (*line, text.trim()));
    lines.find(|(_, text)| !text.is_empty()).filter(|_| succeeded)
}

/// The state that `sc query` tells, such as `: 4  RUNNING`, the word of which no language changes.
fn state(answer: &[(u32, String)]) -> Option<(u32, u32)> {
    const STATES: [&str; 7] = [
        "STOPPED",
        "START_PENDING",
        "STOP_PENDING",
        "RUNNING",
        "CONTINUE_PENDING",
        "PAUSE_PENDING",
        "PAUSED",
    ];
    answer.iter().find_map(|(line, text)| {
        let mut words = text.split_once(':')?.1.split_whitespace();
        let (number, word) = (words.next()?.parse().ok()?, words.next()?);
        ((1..).zip(STATES).any(|state| state == (number, word))).then_some((*line, number))
    })
}

/// Where `sc` says that there is no such service: by the number of the error, which no language changes.
fn no_such_service(answer: &[(u32, String)]) -> Option<u32> {
    let says = |text: &str| {
        let mut numbers = text.split(|c: char| !c.is_ascii_digit());
        text.starts_with("[SC]") && numbers.any(|number| number == NO_SUCH_SERVICE)
    };
    answer.iter().find(|(_, text)| says(text)).map(|(line, _)| *line)
}

/// `Used : 1` and `Free : 2`, whose names no language changes.
fn sizes(answer: &[(u32, String)]) -> Option<(u32, Drive)> {
    let of = |name: &str| {
        answer.iter().find_map(|(line, text)| {
            let (head, number) = text.split_once(':')?;
            (head.trim() == name).then_some((*line, number.trim().parse().ok()?))
        })
    };
    let ((_, used), (line, free)) = (of("Used")?, of("Free")?);
    Some((line, Drive { used, free }))
}
