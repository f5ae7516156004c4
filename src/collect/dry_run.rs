//! What a collection would access, without accessing it: folders are listed, and no file is opened except
//! configurations, of which that of IIS shows what else is beside the application, and others may name further files.

use super::error::CollectError;
use super::host::Host;
use super::iis::Iis;
use super::inventory_table::{Item, Row};
use super::log_selection::{self, Inspect, Selection};
use super::options::Options;
use super::walk::walk;
use super::{
    configs, folder_facts, identities, iis, inventory, key_files, network, run, safety, sibling_copies,
};
use crate::bundle::Form;
use crate::bundle::write::PARTIAL;
use crate::probes::{self, EVENTS, ProbeAccess};
use crate::redact::{Level, SecretSet};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One thing that a collection would access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touch {
    /// File, system fact or command.
    pub kind: TouchKind,
    /// Where, as a person would look for it.
    pub source: String,
    /// Size in bytes, where there is one.
    pub bytes: Option<u64>,
    /// The row of the table that says why it is accessed and what happens with it; none for the bundle itself.
    pub row: Option<&'static Row>,
    /// What is special about it, such as why a log is left out.
    pub note: Option<String>,
}

impl Touch {
    /// A path that has no row in the table.
    pub fn noted(kind: TouchKind, path: &Path, note: impl Into<String>) -> Self {
        Self { kind, source: path.display().to_string(), bytes: None, row: None, note: Some(note.into()) }
    }

    /// Something that has a row in the table.
    fn of_item(kind: TouchKind, source: impl Into<String>, item: Item) -> Self {
        Self { kind, source: source.into(), bytes: None, row: item.row(), note: None }
    }

    /// A path on another machine.
    pub fn network(path: &Path) -> Self {
        Self::noted(TouchKind::Network, path, "--no-network-paths does not allow it")
    }
}

/// Shown in the name of a file in place of the label of a node.
const LABEL: &str = "LABEL";

/// What kind of thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TouchKind {
    /// A fact from the operating system.
    System,
    /// A Windows command that only reads.
    Command,
    /// A registry key that is read.
    Registry,
    /// A file that is read.
    Read,
    /// A file or folder of which only name, size and time are noted.
    List,
    /// A path that Windows reaches through its network.
    Network,
    /// The file that is written.
    Write,
}

/// Everything a collection with these options would access, in the order of the table. Writes nothing.
pub fn dry_run(options: &Options, host: &dyn Host) -> Result<Vec<Touch>, CollectError> {
    safety::check(options)?;
    let files = walk(&options.app_dir, host);
    let since = log_selection::since(options, &files, host.now());
    let chosen = log_selection::choose(&files, since, options.budget, Inspect::Metadata);
    let selections: BTreeMap<&str, Selection> =
        chosen.into_iter().map(|(log, take)| (log.path.as_str(), take)).collect();
    let key_sizes = key_files::sizes(&files);

    let mut touches = Vec::new();
    if !options.copied() {
        let rows = [Item::Host, Item::MachineId].into_iter().filter_map(Item::row);
        touches.extend(rows.map(|row| Touch::of_item(TouchKind::System, &row.what, row.item)));
        if host.system().is_windows() {
            touches.extend(probes::all_accesses().iter().map(access_touch));
        }
        touches.extend(host.files().iter().map(|path| read(Path::new(path), Item::Host)));
    }
    for file in &files {
        let take = selections.get(file.path.as_str());
        let taken = matches!(file.item, Item::KeyFile | Item::Config);
        // Whether there will be fingerprints is not known without opening a file, so this may list too many.
        let unread = inventory::why_unread(file, key_sizes.contains(&file.size), None).filter(|_| !taken);
        let (kind, note) = match (&file.metadata, take, unread) {
            (Err(why), ..) => (TouchKind::List, Some(why.clone())),
            // Of a log that is being written the last line is read anyway.
            (Ok(_), Some(Selection::Nothing(why)), Some(_)) => {
                let kind = if log_selection::is_rolled(file) { TouchKind::List } else { TouchKind::Read };
                (kind, Some(why.clone()))
            }
            (Ok(_), Some(Selection::Tail(bytes)), Some(_)) => {
                (TouchKind::Read, Some(format!("at most the last {bytes} bytes")))
            }
            (Ok(_), None, Some(why)) => (TouchKind::List, Some(why)),
            (Ok(_), ..) => (TouchKind::Read, None),
        };
        let bytes = Some(file.size);
        touches.push(Touch {
            bytes,
            note,
            ..Touch::of_item(kind, file.full.display().to_string(), file.item)
        });
    }
    let iis = Iis::read(options, &mut SecretSet::default());
    touches.extend(siblings(options, host, &iis, &key_sizes));
    touches.extend(iis_files(options, &iis));
    let tms = folder_facts::tms_folder(&options.app_dir);
    touches.push(Touch::of_item(TouchKind::List, tms.display().to_string(), Item::Tms));
    let tms = configs::tms_configs(&options.app_dir, host);
    touches.extend(tms.iter().map(|file| read(&file.full, Item::Tms)));
    let named = configs::named_outside(options, &files, &tms);
    touches.extend(named.iter().map(|path| read(path, Item::Config)));
    let paths = [options.app_dir.as_path(), &options.out].into_iter().chain(iis.path());
    touches.extend(paths.filter(|path| network::is_network(path)).map(Touch::network));
    touches.extend(targets(options, host).into_iter().map(|Target { path, note }| {
        let note = match path.symlink_metadata() {
            Ok(_) => "already exists and would not be overwritten".to_owned(),
            Err(_) => note,
        };
        Touch::noted(TouchKind::Write, &path, note)
    }));
    Ok(touches)
}

/// The folders beside the application, and the files there that are opened to see whether they are copies.
fn siblings(options: &Options, host: &dyn Host, iis: &Iis, key_sizes: &[u64]) -> Vec<Touch> {
    let touch = |kind, path: &Path, bytes| Touch {
        bytes,
        ..Touch::of_item(kind, path.display().to_string(), Item::KeyCopy)
    };
    let root = iis.site_root(options, &host.application_folder(&options.app_dir));
    let siblings = sibling_copies::list(options, root.as_deref(), key_sizes);
    let areas = siblings.areas.iter().map(|area| touch(TouchKind::List, &area.folder, None));
    let candidates = siblings.candidates.iter().map(|file| {
        let kind = if file.named { TouchKind::List } else { TouchKind::Read };
        touch(kind, &file.full, Some(file.size))
    });
    areas.chain(candidates).collect()
}

/// Something that Windows is asked for.
fn access_touch(ask: &ProbeAccess) -> Touch {
    let kind = match ask {
        ProbeAccess::Run(_) => TouchKind::Command,
        ask if ask.is_registry() => TouchKind::Registry,
        _ => TouchKind::System,
    };
    let item = if EVENTS.contains(ask) { Item::Events } else { Item::Windows };
    Touch::of_item(kind, ask.to_string(), item)
}

fn iis_files(options: &Options, iis: &Iis) -> impl Iterator<Item = Touch> {
    let size = iis.text().map(|text| text.len() as u64);
    let file = iis.path().map(|path| read_touch(path, Item::Iis, size));
    file.into_iter().chain(iis::redirection(options).map(|path| read(&path, Item::Iis)))
}

/// A file outside of the application folder that is read.
fn read(path: &Path, item: Item) -> Touch {
    read_touch(path, item, std::fs::metadata(path).ok().map(|metadata| metadata.len()))
}

fn read_touch(path: &Path, item: Item, bytes: Option<u64>) -> Touch {
    let note = bytes.is_none().then(|| "not there, or not readable".to_owned());
    Touch { bytes, note, ..Touch::of_item(TouchKind::Read, path.display().to_string(), item) }
}

/// A file that would be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The file.
    pub path: PathBuf,
    /// What is special about it.
    pub note: String,
}

/// The files that would be written, the bundle first. At level `identities` their names begin with a label of the node,
/// which is known only after the key file is read.
pub fn targets(options: &Options, host: &dyn Host) -> Vec<Target> {
    let hidden = options.level != Level::Secrets;
    let node = if hidden { LABEL.to_owned() } else { run::node_name(options, host) };
    let name = run::bundle_name(&node, host.now());
    let path = options.out.join(match options.form {
        Form::Zip => format!("{name}.zip"),
        Form::Folder => name,
    });
    let while_written = format!("under a name that ends in .{PARTIAL} until it is complete");
    if !hidden {
        return vec![Target { path, note: while_written }];
    }
    let [legend, key] = identities::kept(&path);
    let file = |path, note: &str| Target { path, note: note.to_owned() };
    let mut files = vec![
        file(path, &format!("{LABEL} stands for a label of the node; {while_written}")),
        file(legend, "what the labels mean; do not send it"),
    ];
    if options.case_key.is_none() {
        let if_needed = "only if neither --case-key-file nor encryption.config gives a key for the labels; do not send it";
        files.push(file(key, if_needed));
    }
    files
}
