//! `kit`.

use super::args::{KitArgs, KitPurpose};
use super::{Exit, Failure, file, knowledge, output};
use crate::cli::OrExit as _;
use crate::kit::{
    Earlier, KitFile, MAX_REPORT_BYTES, Part, Purpose, Selection, is_own_kit, pack, page, queries, questions,
    rabbitmq, rest,
};
use crate::knowledge::Knowledge;
use crate::model::BuildVersion;
use crate::parsers::pe_version;
use crate::report::document::Document;
use crate::report::{kit_page, workbook};
use crate::text::size::size;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

pub(super) fn run(args: &KitArgs) -> Result<Exit, Failure> {
    check_output(args)?;
    let earlier = args.from.as_deref().map(earlier).transpose()?;
    let case = case(args, earlier.as_ref())?;
    let purpose = purpose(args, earlier.as_ref())?;
    let knowledge = knowledge::load(None)?;
    let mut notes = Vec::new();
    let exe = args.exe.as_deref().map(|path| collector(path, &mut notes)).transpose()?;
    let selection = match &earlier {
        Some(earlier) => Selection::of(earlier, &knowledge),
        None => Selection::everything(&knowledge),
    };
    let as_of = earlier.as_ref().and_then(|earlier| earlier.as_of.as_deref());
    let files = files(&selection, purpose, case.as_deref(), exe, notes, &knowledge, as_of)?;
    let zip = pack(&files).or_exit(Exit::CannotWrite)?;
    file::write(&args.out, &zip)?;
    if args.out.as_os_str() != "-" {
        output::print(&summary(args, &files, zip.len(), earlier.as_ref()))?;
    }
    Ok(Exit::Success)
}

/// Fails where the kit would replace an input, or a file that is no kit.
fn check_output(args: &KitArgs) -> Result<(), Failure> {
    let shown = args.out.display();
    if args.out.as_os_str() != "-"
        && args.out.extension().is_none_or(|ending| !ending.eq_ignore_ascii_case("zip"))
    {
        return Err(Failure::usage(format!("{shown}: the name of a kit ends in .zip")));
    }
    let same = |input: &Path| {
        input.canonicalize().ok().is_some_and(|full| args.out.canonicalize().ok() == Some(full))
    };
    if args.from.iter().chain(&args.exe).any(|input| same(input)) {
        return Err(Failure::usage(format!("{shown} is an input and would be overwritten")));
    }
    // What a customer sent may have any name: only an older kit is replaced.
    if args.out.is_file() && !read(&args.out, u64::MAX).is_ok_and(|bytes| is_own_kit(&bytes)) {
        return Err(Failure::usage(format!("{shown} is there already and is no kit: name another file")));
    }
    Ok(())
}

fn read(path: &Path, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn earlier(path: &Path) -> Result<Earlier, Failure> {
    let shown = path.display();
    let usage = |why: String| Failure::usage(format!("{shown} {why}"));
    if !path.is_file() {
        return Err(usage("is no file".to_owned()));
    }
    let bytes =
        read(path, MAX_REPORT_BYTES + 1).map_err(|error| usage(format!("cannot be read: {error}")))?;
    if bytes.len() as u64 > MAX_REPORT_BYTES {
        return Err(usage(format!("is larger than {}, and no report is", size(MAX_REPORT_BYTES))));
    }
    Earlier::read(&bytes).map_err(|error| usage(error.to_string()))
}

/// The name of the case, which may stand in the report as well.
fn case(args: &KitArgs, earlier: Option<&Earlier>) -> Result<Option<String>, Failure> {
    let of_report = earlier.and_then(|earlier| earlier.case.as_deref());
    match (&args.case, of_report) {
        (Some(named), Some(other)) if named != other => Err(Failure::usage(format!(
            "the report given to --from is of the case \"{other}\", not of \"{named}\""
        ))),
        (Some(named), _) => Ok(Some(named.clone())),
        (None, other) => Ok(other.and_then(|other| crate::kit::case_name(other).ok())),
    }
}

fn purpose(args: &KitArgs, earlier: Option<&Earlier>) -> Result<Purpose, Failure> {
    let of_report =
        earlier.and_then(|earlier| earlier.target.as_deref()).and_then(|text| BuildVersion::parse(text).ok());
    if let (Some(target), Some(other)) = (args.target, of_report)
        && target != other
    {
        return Err(Failure::usage(format!(
            "the report given to --from is about an upgrade to {other}, not to {target}: make it again with --target {target}"
        )));
    }
    match (args.purpose, args.target.or(of_report)) {
        (KitPurpose::Health, Some(_)) if args.target.is_some() => {
            Err(Failure::usage("--target is for --purpose upgrade"))
        }
        (KitPurpose::Upgrade, None) => Err(Failure::usage("--purpose upgrade needs --target VERSION")),
        (_, Some(target)) => Ok(Purpose::Upgrade(target)),
        (KitPurpose::Health, None) => Ok(Purpose::Health),
    }
}

/// Largest collector that is put in.
const MOST_EXE: u64 = 256 << 20;

/// The collector, and what the page says of it.
fn collector(path: &Path, notes: &mut Vec<String>) -> Result<Vec<u8>, Failure> {
    let usage = |why: &str| Failure::usage(format!("{} {why}", path.display()));
    let bytes = read(path, MOST_EXE).map_err(|error| usage(&format!("cannot be read: {error}")))?;
    let binary = pe_version::read(&bytes)
        .map_err(|_| usage("is no program for Windows: give the clusterbrief.exe that runs on the nodes"))?;
    let own = env!("CARGO_PKG_VERSION");
    match binary.product_version.or(binary.file_version) {
        Some(version) if version == own || version == format!("{own}.0") => {}
        Some(version) => {
            let text = format!(
                "The collector in this kit is of version {version}, and this kit was made by version {own}. Its bundles are read all the same, unless they are of a newer format."
            );
            output::complain(&text);
            notes.push(text);
        }
        None => {
            let text = "The version of the collector in this kit is not known.".to_owned();
            output::complain(&text);
            notes.push(text);
        }
    }
    Ok(bytes)
}

fn files(
    selection: &Selection,
    purpose: Purpose,
    case: Option<&str>,
    exe: Option<Vec<u8>>,
    mut notes: Vec<String>,
    knowledge: &Knowledge,
    as_of: Option<&str>,
) -> Result<Vec<KitFile>, Failure> {
    let parts = selection.parts();
    if parts.contains(&Part::Collector) && exe.is_none() {
        notes.push("The collector is not in this kit; you get clusterbrief.exe by another way.".to_owned());
    }
    notes.push(
        "The scripts were not yet run on a Windows of Microsoft's; their text was checked by a parser."
            .to_owned(),
    );
    let mut files = Vec::new();
    let mut add = |name: &str, bytes: Vec<u8>| files.push(KitFile { name: name.to_owned(), bytes });
    let shown = page(selection, purpose, case, exe.is_some(), notes);
    add("READ-ME-FIRST.html", kit_page::render(&shown, knowledge).or_exit(Exit::CannotWrite)?.into_bytes());
    for part in parts {
        let name = part.row().file;
        match part {
            Part::Collector => {
                if let Some(exe) = &exe {
                    add(name, exe.clone());
                }
            }
            Part::Rest => add(name, rest(selection).into_bytes()),
            Part::Sql => add(name, queries(selection).into_bytes()),
            Part::RabbitMq => add(name, rabbitmq(selection).into_bytes()),
            Part::Questions => {
                let list = questions(selection, purpose, knowledge);
                let document = Document::of_questions(list, knowledge, as_of);
                add(name, workbook::write(&document).or_exit(Exit::CannotWrite)?);
            }
            Part::Screens => add(name, crate::intake::nodes_table::nodes_template().into_bytes()),
        }
    }
    Ok(files)
}

fn summary(args: &KitArgs, files: &[KitFile], bytes: usize, earlier: Option<&Earlier>) -> String {
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    let asks = earlier.map_or(String::new(), |earlier| {
        format!(" The report asks for {} things; this kit asks for them in one round.", earlier.asked)
    });
    format!("{} ({}): {}.{asks}\n", args.out.display(), size(bytes as u64), names.join(", "))
}
