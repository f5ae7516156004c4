//! Reads CVE records (JSON 5) as advisories, so that a support team adds one by dropping its file into a folder.
//!
//! Ranges count as they are written. What cannot be read as a build (`n/a`, `*`, a name, nothing) makes the builds that it
//! could be about unknown, never unaffected. A release name such as "11.7" is not a build: as the last affected version
//! it leaves the builds of its branch unknown.

use super::{Advisory, BuildStatus, CveProduct, Privileges, Range, Score, own_rule};
use crate::knowledge::sources::{Citation, Status as Known};
use crate::model::BuildVersion;
use crate::text::escape::one_line;
use chrono::NaiveDate;
use serde::Deserialize;

/// Most entries of versions in one record: every candidate build is held against each of them.
const MOST_VERSIONS: usize = 5_000;

/// Most characters of a description that are kept.
const LONGEST_TEXT: usize = 400;

/// What a file is.
#[derive(Debug)]
pub(in crate::knowledge) enum Cve {
    /// A record on the product.
    Ours(Box<Advisory>),
    /// Something else: why it was passed over, as a lower-case fragment.
    Other(String),
}

/// Why a file cannot be read: its line, and what is wrong, as a lower-case fragment.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::knowledge) struct CveFault {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub why: String,
}

impl From<serde_json::Error> for CveFault {
    fn from(error: serde_json::Error) -> Self {
        let why: String = error.to_string().chars().take(LONGEST_TEXT).collect();
        Self { line: error.line().max(1), why }
    }
}

/// What every file of the list begins with.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    data_type: Option<String>,
    data_version: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CveRecord {
    cve_metadata: Metadata,
    containers: Containers,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    cve_id: String,
    state: Option<String>,
    date_published: Option<String>,
}

#[derive(Deserialize)]
struct Containers {
    cna: Container,
    #[serde(default)]
    adp: Vec<Container>,
}

/// What the assigner says (`cna`), or what others add (`adp`).
#[derive(Deserialize)]
struct Container {
    title: Option<String>,
    #[serde(default)]
    descriptions: Vec<Text>,
    #[serde(default)]
    affected: Vec<Product>,
    #[serde(default)]
    metrics: Vec<Metric>,
}

#[derive(Deserialize)]
struct Text {
    lang: Option<String>,
    value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Product {
    vendor: Option<String>,
    #[serde(rename = "product")]
    name: Option<String>,
    #[serde(default)]
    versions: Vec<Version>,
    default_status: Option<Status>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    #[serde(rename = "version")]
    start: Option<String>,
    status: Option<Status>,
    less_than: Option<String>,
    less_than_or_equal: Option<String>,
    #[serde(rename = "versionType")]
    kind: Option<String>,
    #[serde(default)]
    changes: Vec<Change>,
}

#[derive(Deserialize)]
struct Change {
    at: Option<String>,
    status: Option<Status>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Status {
    Affected,
    Unaffected,
    Unknown,
}

#[derive(Deserialize)]
struct Metric {
    #[serde(rename = "cvssV4_0")]
    v4_0: Option<Cvss>,
    #[serde(rename = "cvssV3_1")]
    v3_1: Option<Cvss>,
    #[serde(rename = "cvssV3_0")]
    v3_0: Option<Cvss>,
    #[serde(rename = "cvssV2_0")]
    v2_0: Option<Cvss>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cvss {
    base_score: Option<Score>,
    privileges_required: Option<String>,
    /// What version 2 calls it.
    authentication: Option<String>,
}

/// Whether a file is named like a record of the public list. Such a file is meant to be one.
fn is_named_like_one(file: &str) -> bool {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("cve-"))
}

/// Reads a file. `products` are the names of the product.
pub(in crate::knowledge) fn read(file: &str, text: &str, products: &[&CveProduct]) -> Result<Cve, CveFault> {
    let head = match serde_json::from_str::<Head>(text) {
        Ok(head) => head,
        Err(_) if !is_named_like_one(file) => return Ok(Cve::Other("it is no CVE record".into())),
        Err(error) => return Err(error.into()),
    };
    if head.data_type.as_deref() != Some("CVE_RECORD") {
        return Ok(Cve::Other("it is no CVE record of format 5".into()));
    }
    let version = head.data_version.unwrap_or_default();
    if version.split('.').next() != Some("5") {
        let version: String = version.chars().take(20).collect();
        return Err(CveFault {
            line: 1,
            why: format!("this is format \"{version}\" of CVE records; 5 is read"),
        });
    }
    // A rejected record has no product: its state is asked first.
    let state = serde_json::from_str::<Stated>(text)?.cve_metadata;
    if state.state.as_deref() == Some("REJECTED") {
        return Ok(Cve::Other(format!("{} was rejected", short(&state.cve_id))));
    }
    advisory(&serde_json::from_str(text)?, products)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stated {
    cve_metadata: Metadata,
}

fn advisory(record: &CveRecord, products: &[&CveProduct]) -> Result<Cve, CveFault> {
    let fault = |why: &str| CveFault { line: 1, why: why.into() };
    let CveRecord { cve_metadata: metadata, containers: Containers { cna, adp } } = record;
    let id = metadata.cve_id.as_str();
    if !is_id(id) {
        return Err(fault("`cveId` is not an id such as CVE-2026-19117"));
    }
    let versions = cna.affected.iter().map(|one| one.versions.len() + changes(one)).sum::<usize>();
    if versions > MOST_VERSIONS {
        return Err(fault("it has more than 5000 versions"));
    }
    let mut entries = cna.affected.iter().filter_map(|one| {
        let product = products.iter().find(|names| is_of(one, cna, names))?;
        Some(ranges(one, product))
    });
    let Some((affected, otherwise)) = entries.next() else {
        return Ok(Cve::Other(format!("{id} is about {}", others(&cna.affected))));
    };
    let further = entries.collect();
    let mut metrics = [&cna.metrics].into_iter().chain(adp.iter().map(|one| &one.metrics));
    let (scale, cvss) = metrics.find_map(|metrics| rating(metrics)).unzip();
    let published = metadata.date_published.as_deref().and_then(|day| day.get(..10));
    Ok(Cve::Ours(Box::new(Advisory {
        id: id.to_owned(),
        published: published.and_then(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()),
        allows: allows(cna),
        rule: own_rule(),
        affected,
        otherwise,
        further,
        fixed: Vec::new(),
        hotfixes: Vec::new(),
        score: cvss.and_then(|cvss| cvss.base_score),
        scale: scale.map(str::to_owned),
        privileges: cvss.and_then(privileges),
        note: None,
        cites: vec![Citation { source: "CVE".into(), status: Known::Confirmed }],
    })))
}

fn changes(product: &Product) -> usize {
    product.versions.iter().map(|version| version.changes.len()).sum()
}

/// `CVE-`, a year, and a number of four digits or more.
fn is_id(id: &str) -> bool {
    let digits = |text: &str, least: usize| {
        (least..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let parts = id.strip_prefix("CVE-").and_then(|number| number.split_once('-'));
    parts.is_some_and(|(year, number)| year.len() == 4 && digits(year, 4) && digits(number, 4))
}

/// The letters and digits of a name in lower case: `secret_server` and "Secret Server" are one name.
pub(super) fn letters(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether an entry is about the product. One that names nobody counts if the text of the record names the product.
fn is_of(entry: &Product, cna: &Container, names: &CveProduct) -> bool {
    let given = |name: Option<&String>| name.map(|name| letters(name)).filter(|name| !is_nothing(name));
    let among = |name: &str, names: &[String]| names.iter().any(|one| letters(one) == name);
    let texts = cna.descriptions.iter().filter_map(|text| text.value.as_ref()).chain(&cna.title);
    let texts: Vec<String> = texts.map(|text| letters(text)).collect();
    let mentions = |names: &[String]| {
        let names: Vec<String> =
            names.iter().map(|name| letters(name)).filter(|name| !name.is_empty()).collect();
        names.iter().any(|name| texts.iter().any(|text| text.contains(name.as_str())))
    };
    match (given(entry.vendor.as_ref()), given(entry.name.as_ref())) {
        (Some(vendor), Some(product)) => among(&vendor, &names.vendors) && among(&product, &names.products),
        (None, Some(product)) => among(&product, &names.products),
        (Some(vendor), None) => among(&vendor, &names.vendors) && mentions(&names.products),
        (None, None) => mentions(&names.vendors) && mentions(&names.products),
    }
}

/// Words that stand for no name and no version, as [`letters`] leaves them.
fn is_nothing(text: &str) -> bool {
    ["", "na", "none", "unknown", "unspecified", "any", "all"].contains(&text)
}

/// Whom a record is about, for a note.
fn others(affected: &[Product]) -> String {
    let mut names: Vec<String> = affected
        .iter()
        .map(|one| {
            let name = |name: &Option<String>| short(name.as_deref().unwrap_or_default());
            format!("{} {}", name(&one.vendor), name(&one.name)).trim().to_owned()
        })
        .filter(|name| !name.is_empty())
        .collect();
    names.dedup();
    match names.as_slice() {
        [] => "no product that it names".into(),
        [name] => format!("another product, {name}"),
        [name, ..] => format!("other products, such as {name}"),
    }
}

/// A text of a record on one line, cut to a length that a message can have.
fn short(text: &str) -> String {
    one_line(&text.chars().take(60).collect::<String>())
}

/// The ranges of an entry, and the status of all other builds.
fn ranges(entry: &Product, names: &CveProduct) -> (Vec<Range>, BuildStatus) {
    let is_component = |version: &&Version| {
        let kind = version.kind.as_deref().map(letters).unwrap_or_default();
        names.components.iter().any(|name| letters(name) == kind)
    };
    let versions: Vec<&Version> = entry.versions.iter().filter(|one| !is_component(one)).collect();
    if versions.is_empty() {
        return (Vec::new(), BuildStatus::Unknown);
    }
    let ranges: Vec<Range> = versions.into_iter().flat_map(ranges_of).collect();
    let ends = |range: &Range| {
        range.status == BuildStatus::Affected && (range.through.is_some() || range.before.is_some())
    };
    // A list of affected ranges that end contradicts that all other builds are affected: nobody knows which of the two
    // is meant.
    match status(entry.default_status) {
        BuildStatus::Affected if ranges.iter().all(ends) => (ranges, BuildStatus::Unknown),
        otherwise => (ranges, otherwise),
    }
}

fn status(status: Option<Status>) -> BuildStatus {
    match status {
        Some(Status::Affected) => BuildStatus::Affected,
        Some(Status::Unaffected) => BuildStatus::Unaffected,
        Some(Status::Unknown) | None => BuildStatus::Unknown,
    }
}

/// A text of a record that should be a version.
#[derive(Clone, Copy)]
enum Point {
    /// Before every build: `0`.
    Start,
    /// A build.
    Build(BuildVersion),
    /// A release name: the first build of its branch, and the first after it.
    Branch(BuildVersion, BuildVersion),
    /// Every build of a branch, `11.7.*`: the first build after it.
    WholeBranch(BuildVersion),
    /// `*`.
    Any,
    /// No version.
    Unreadable,
}

impl Point {
    fn read(text: &str) -> Self {
        let text = text.trim();
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
        if text == "*" {
            return Self::Any;
        }
        if let Ok(build) = BuildVersion::parse(text) {
            return if build == BuildVersion::new(0, 0, 0) { Self::Start } else { Self::Build(build) };
        }
        let (text, whole) = text.strip_suffix(".*").map_or((text, false), |text| (text, true));
        let numbers = text.split('.').map(|number| {
            let fits = (1..=6).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
            fits.then(|| number.parse::<u32>().ok()).flatten()
        });
        let (first, next) = match numbers.collect::<Option<Vec<_>>>().as_deref() {
            Some([0] | [0, 0]) if !whole => return Self::Start,
            Some([major]) => (BuildVersion::new(*major, 0, 0), BuildVersion::new(major + 1, 0, 0)),
            Some([major, minor]) => {
                (BuildVersion::new(*major, *minor, 0), BuildVersion::new(*major, minor + 1, 0))
            }
            _ => return Self::Unreadable,
        };
        if whole { Self::WholeBranch(next) } else { Self::Branch(first, next) }
    }
}

/// The ranges of one entry of versions: with its changes, and with what is not known where a bound is no build.
fn ranges_of(version: &Version) -> Vec<Range> {
    let affects = status(version.status);
    let open = Range { from: None, through: None, before: None, status: affects };
    let unknown = Range { status: BuildStatus::Unknown, ..open };
    let lower = version.start.as_deref().map_or(Point::Unreadable, Point::read);
    let upper = match (&version.less_than, &version.less_than_or_equal) {
        (None, None) => return vec![single(lower, open)],
        (Some(text), None) => (Point::read(text), false),
        (None, Some(text)) => (Point::read(text), true),
        // Two ends contradict each other.
        (Some(_), Some(_)) => return vec![unknown],
    };
    let (from, begins) = match lower {
        Point::Start => (None, true),
        Point::Build(build) | Point::Branch(build, _) => (Some(build), true),
        Point::WholeBranch(_) | Point::Any | Point::Unreadable => (None, false),
    };
    let lower = Range { from, status: if begins { affects } else { BuildStatus::Unknown }, ..open };
    let within = match upper {
        (Point::Build(last), true) => vec![Range { through: Some(last), ..lower }],
        (Point::Build(next), false) | (Point::WholeBranch(next), _) => {
            vec![Range { before: Some(next), ..lower }]
        }
        (Point::Branch(first, _), false) => vec![Range { before: Some(first), ..lower }],
        (Point::Branch(first, next), true) => {
            let upper = Range { from: Some(first).max(from), before: Some(next), ..unknown };
            vec![Range { before: Some(first), ..lower }, upper]
        }
        (Point::Any, _) => vec![lower],
        (Point::Start, _) => return vec![unknown],
        (Point::Unreadable, _) => vec![Range { status: BuildStatus::Unknown, ..lower }],
    };
    let ends_early = |range: &Range| {
        let last = range.through.is_some_and(|last| range.from.is_some_and(|from| last < from));
        last || range.before.is_some_and(|before| range.from.is_some_and(|from| before < from))
    };
    if let [range] = within.as_slice()
        && ends_early(range)
    {
        return vec![unknown];
    }
    let mut ranges: Vec<Range> = within.into_iter().filter(|range| !ends_early(range)).collect();
    changed(&mut ranges, &version.changes);
    ranges
}

/// The range of a version without an end.
fn single(version: Point, open: Range) -> Range {
    let unknown = Range { status: BuildStatus::Unknown, ..open };
    match version {
        Point::Build(build) => Range { from: Some(build), through: Some(build), ..open },
        Point::Branch(first, next) => Range { from: Some(first), before: Some(next), ..unknown },
        Point::Start | Point::WholeBranch(_) | Point::Any | Point::Unreadable => unknown,
    }
}

/// Adds the builds within a range at which its status changes: each of them begins a range of its own, which counts
/// because it begins later.
fn changed(ranges: &mut Vec<Range>, changes: &[Change]) {
    let Some(&first) = ranges.first().filter(|_| !changes.is_empty()) else { return };
    for change in changes {
        match change.at.as_deref().map_or(Point::Unreadable, Point::read) {
            Point::Build(at) if first.includes(at) => {
                ranges.push(Range { from: Some(at), status: status(change.status), ..first });
            }
            Point::Build(_) => {}
            // Nobody knows where it changes.
            _ => {
                for range in ranges.iter_mut() {
                    range.status = BuildStatus::Unknown;
                }
                return;
            }
        }
    }
}

/// The newest kind of CVSS that has a score, and of several the highest.
fn rating(metrics: &[Metric]) -> Option<(&'static str, &Cvss)> {
    type Pick = fn(&Metric) -> Option<&Cvss>;
    let kinds: [(&'static str, Pick); 4] = [
        ("4.0", |one| one.v4_0.as_ref()),
        ("3.1", |one| one.v3_1.as_ref()),
        ("3.0", |one| one.v3_0.as_ref()),
        ("2.0", |one| one.v2_0.as_ref()),
    ];
    kinds.into_iter().find_map(|(scale, pick)| {
        let scored = metrics.iter().filter_map(pick).filter(|cvss| cvss.base_score.is_some());
        Some((scale, scored.max_by_key(|cvss| cvss.base_score)?))
    })
}

fn privileges(cvss: &Cvss) -> Option<Privileges> {
    let word = cvss.privileges_required.as_ref().or(cvss.authentication.as_ref())?;
    match word.to_ascii_uppercase().as_str() {
        "NONE" => Some(Privileges::None),
        "LOW" | "SINGLE" => Some(Privileges::Low),
        "HIGH" | "MULTIPLE" => Some(Privileges::High),
        _ => None,
    }
}

/// What it allows: its English description, cut at a word.
fn allows(cna: &Container) -> String {
    let is_english = |text: &&Text| {
        text.lang
            .as_deref()
            .is_some_and(|lang| lang.get(..2).is_some_and(|two| two.eq_ignore_ascii_case("en")))
    };
    let english = cna.descriptions.iter().find(is_english).or(cna.descriptions.first());
    let text = english.and_then(|text| text.value.as_ref()).or(cna.title.as_ref());
    let text = one_line(text.map_or("", String::as_str));
    if text.is_empty() {
        return "Its record has no description.".into();
    }
    if text.chars().count() <= LONGEST_TEXT {
        return text;
    }
    let cut: String = text.chars().take(LONGEST_TEXT).collect();
    let cut = cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole);
    format!("{cut} …")
}
