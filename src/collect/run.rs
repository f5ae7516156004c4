//! One collection from start to end.

use super::configs::{self, Configs};
use super::error::CollectError;
use super::host::Host;
use super::identities::{self, IdentityRedaction};
use super::iis::Iis;
use super::log_selection::{self, Inspect};
use super::options::Options;
use super::progress::{Progress, Shared};
use super::walk::walk;
use super::{
    events, folder_facts, host_facts, inventory, key_files, leak, logs, manifest, own_members, safety,
    sibling_copies, warnings,
};
use crate::bundle::{BundleWriter, FACTS, Form, Sha256, Unfinished, WriteError};
use crate::model::excerpt::Sanitize as _;
use crate::model::facts::NodeFacts;
use crate::probes::{self, NoSystem, ProbeContext, System};
use crate::redact::{Identity, SecretSet};
use chrono::{DateTime, FixedOffset};
use std::path::{Path, PathBuf};

/// A finished collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collected {
    /// The bundle.
    pub path: PathBuf,
    /// Its size on the disk, in bytes.
    pub bytes: u64,
    /// Its digest, for the receiver to compare; a folder has none.
    pub sha256: Option<Sha256>,
    /// Members with bytes in it.
    pub members: usize,
    /// Files beside it that reveal what it hides, and must not be sent with it.
    pub keep: Vec<PathBuf>,
    /// Warnings, one sentence each.
    pub notes: Vec<String>,
}

/// Collects the node into one bundle. Nothing that looks like a bundle is left when this fails or is killed.
pub fn run(
    options: &Options,
    host: &dyn Host,
    progress: &mut dyn Progress,
) -> Result<Collected, CollectError> {
    safety::check(options)?;
    let started = host.now();
    let copied = options.copied();
    let node = node_name(options, host);
    let shared = Shared::new(progress, host.stopwatch(), options.minutes);

    shared.phase("listing the application folder", 0);
    let files = walk(&options.app_dir, host);
    safety::check_room(options, host.system(), &files)?;
    let (keys, printer, mut hiding) = identities::keys(options, &files, host)?;
    let mut harvest = SecretSet::default();
    if let Some(words) = &options.redact_words {
        harvest.add_words(words);
    }
    let configs =
        Configs::read(options, &files, &configs::tms_configs(&options.app_dir, host), &mut |bytes| {
            harvest.add_config(bytes);
            if let Some(hiding) = &mut hiding {
                hiding.known.learn_config(bytes);
            }
        });
    let iis = Iis::read(options, &mut harvest);
    let since = log_selection::since(options, &files, started);
    let chosen = log_selection::choose(&files, since, options.budget, Inspect::Content);
    let system: &dyn System = if copied { &NoSystem } else { host.system() };
    let records = events::read(system, since);
    if let Some(hiding) = &mut hiding {
        hiding.learn_node(&node, host, &iis, copied);
        events::learn(&mut hiding.known, &records);
        logs::learn(&mut hiding.known, &chosen, &shared);
    }
    let redactor = IdentityRedaction::redactor(hiding.as_ref(), harvest.redactor())?;
    let node = redactor.clean_field(Identity::Host, &node);
    let web_config = configs.text("web.config");

    // What decides whether nodes agree comes first, logs last: logs are what a budget or a time limit cuts.
    let mut bundle = BundleWriter::create(&options.out, &bundle_name(&node, started), options.form)?;
    let states = configs.write(&mut bundle, &redactor, &printer)?;
    let folder = options.machine_fact(|| host.application_folder(&options.app_dir));
    let served = !copied && iis.serves(&options.out);
    let site_root = iis.site_root(options, &folder);
    let iis = iis.facts(options, &folder, &web_config, &printer);
    let cx = ProbeContext {
        system,
        app_dir: &options.app_dir,
        iis: &iis,
        now: started.to_utc(),
        printer: &printer,
        // With a given file it is not known whether the file that IIS itself uses is on another machine.
        asks_iis: options.network_paths || options.iis_config.is_none(),
        time: std::cell::OnceCell::new(),
    };
    shared.phase("asking the system", 0);
    let machine = probes::facts(&cx);

    shared.phase("reading the application folder", inventory::cost(&files, &keys, &printer));
    let beside = sibling_copies::list(options, site_root.as_deref(), &key_files::sizes(&files));
    let inventory = inventory::read_all(&files, &keys, &printer, &redactor, &shared);
    own_members::add_inventory(&mut bundle, inventory.entries, &redactor)?;
    let facts = NodeFacts {
        host: host_facts::facts(options, host, started, &cx),
        application_folder: if copied { folder_facts::folder_from_iis(&iis) } else { folder },
        encryption_config: keys.encryption.clone(),
        database_config: keys.database.clone(),
        stray_key_copies: beside
            .with(inventory.stray_key_copies, inventory.gap, &keys)
            .map(|paths| paths.iter().map(|path| redactor.sanitize(path)).collect()),
        configs: states,
        binaries: folder_facts::binaries(&files, inventory.binaries),
        iis,
        tms_folder: folder_facts::tms(&options.app_dir, copied),
        log_folder: folder_facts::log_folder(&files),
        machine,
    };
    let mut warnings: Vec<String> = warnings::unkeyed(&printer).into_iter().collect();
    warnings.extend(warnings::iis(&facts.iis));
    warnings.extend(warnings::no_binaries(&facts));
    warnings.extend(served.then(|| warnings::SERVED.to_owned()));
    let denied: Vec<String> = inventory.denied.iter().map(|path| redactor.sanitize(path)).collect();
    // Facts contain names of files, accounts and addresses, as texts do.
    let facts = redactor.clean_all(&facts)?;
    own_members::add(&mut bundle, FACTS, "", &own_members::json(&facts)?)?;

    events::write(&mut bundle, records, &redactor)?;
    logs::write(&mut bundle, &chosen, options.budget, &redactor, &shared)?;

    let manifest = manifest::manifest(options, host, node, started, since, &printer, shared.elapsed());
    let unfinished = bundle.finish(manifest)?;
    warnings.extend(warnings::denied(unfinished.manifest(), &facts, &denied));
    warnings.extend(warnings::cut(unfinished.manifest(), inventory.cut));
    warnings.extend(warnings::no_log(unfinished.manifest()));
    warnings.extend(warnings::clock_set(unfinished.manifest()));
    warnings.extend(warnings::weak(harvest.weak()));
    let names = hiding.as_ref().map(|hiding| &hiding.known);
    let sensitive = leak::Sensitive { harvest, key_files: keys.contents(), names, redactor: &redactor };
    let (unfinished, leaks) = leak::check(unfinished, sensitive, &options.out, &shared)?;
    warnings.extend(leaks);
    let members = unfinished.manifest().members.iter().filter(|member| member.content().is_some()).count();
    let kept = IdentityRedaction::write(hiding.as_ref(), unfinished.target())?;
    // After this nothing may fail: the bundle and the files that belong to it stay together.
    let sha256 = digest(&unfinished, options.form)?;
    let keep = kept.paths();
    let path = unfinished.commit_with(kept.files)?;
    warnings.extend(kept.warning);
    let bytes = size_on_disk(&path);
    warnings.extend(warnings::large(bytes, options));
    warnings.extend(warnings::left_over(&options.out));
    Ok(Collected { sha256, path, bytes, members, keep, notes: warnings })
}

/// The digest of the file, for the receiver to compare.
fn digest(unfinished: &Unfinished, form: Form) -> Result<Option<Sha256>, CollectError> {
    if form == Form::Folder {
        return Ok(None);
    }
    let path = || unfinished.target().to_owned();
    let digest = unfinished.open()?.sha256().map_err(|source| WriteError::Io { path: path(), source })?;
    Ok(Some(digest))
}

/// Name of the node: as given, else the machine name.
pub(super) fn node_name(options: &Options, host: &dyn Host) -> String {
    let machine = || host.name().value().cloned();
    options.node.clone().or_else(machine).unwrap_or_else(|| "unnamed".to_owned())
}

/// `NODE_yyyymmdd-hhmm` in the node's local time.
pub(super) fn bundle_name(node: &str, started: DateTime<FixedOffset>) -> String {
    let plain: String = node
        .chars()
        // Labels are written in braces.
        .filter(|c| !matches!(c, '{' | '}'))
        .take(60)
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' })
        .collect();
    // The `_` keeps an empty name, or that of a Windows device such as CON, from being the whole name.
    format!("{plain}_{}", started.format("%Y%m%d-%H%M"))
}

fn size_on_disk(path: &Path) -> u64 {
    let files = walkdir::WalkDir::new(path).into_iter().filter_map(Result::ok);
    files.filter_map(|entry| entry.metadata().ok()).filter(std::fs::Metadata::is_file).map(|m| m.len()).sum()
}
