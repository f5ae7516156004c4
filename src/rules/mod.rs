//! The judgement. Rules are of two kinds with one registry: coded ones, a file each, and rows of the knowledge, an
//! evaluator each family. A check sees the model and the knowledge, nothing else.

mod asking_login;
mod at_work;
mod clock_skew;
mod comparable;
mod condition;
mod context;
mod engine;
mod expectation;
mod folder;
mod installed;
mod key_files;
mod key_protection;
mod language;
mod needs;
mod own;
mod package;
mod parity;
mod problem;
mod question;
mod rule;
mod signature;
mod signs_of_life;
mod step;
mod told_number;
mod windows_authentication;

pub use context::Context;
pub use engine::judge;
pub use own::check_own;
pub use rule::{Check, Rule};

use crate::knowledge::Knowledge;

/// Declares the coded rules and lists them: adding one is a file and a word here.
macro_rules! catalogue {
    ($($file:ident),* $(,)?) => {
        $(mod $file;)*
        /// Every coded rule.
        static CODED: &[&rule::CodedRule] = &[$(&$file::RULE),*];
    };
}

catalogue![
    answer_against_evidence,
    application_folder_differs,
    authentication_with_iwa,
    authentication_without_iwa,
    backbones_differ,
    build_sources_disagree,
    bundle_of_unlisted_host,
    case_keys_differ,
    certificate_does_not_fit,
    certificate_lacks_address,
    client_address_header_misspelled,
    clocks_differ,
    clocks_differ_before_utc,
    cluster_not_enabled,
    collected_apart,
    config_not_well_formed,
    custom_url_missing,
    customer_files_differ,
    data_volume_small,
    database_backup_old,
    database_file_differs,
    default_schema_not_dbo,
    dll_set_differs,
    dpapi_before_upgrade,
    dpapi_on_some_nodes,
    engine_folders_missing,
    error_on_one_node,
    error_rate_step,
    events_name_another_build,
    fips_half_configured,
    fresh_installation_package,
    ghost_node,
    history_out_of_order,
    iis_too_old,
    internal_bus,
    key_backup_not_confirmed,
    key_file_differs,
    key_not_protected,
    known_bad_build,
    launcher_folders_need_anonymous,
    leftover_dlls,
    log_zone_unknown,
    login_too_strong,
    logs_are_old,
    machine_key_differs,
    maintenance_mode,
    mirror_partners_differ,
    mismatch_guard_disabled,
    mixed_browser_files,
    mixed_sign_in,
    no_mirror_policy,
    node_build_differs_from_database,
    node_does_not_answer,
    node_left_running_in_upgrade,
    node_not_connecting,
    node_set_incomplete,
    nodes_run_different_builds,
    one_node_only,
    out_of_support,
    primary_not_known,
    product_backup_failed,
    product_not_running,
    role_log_missing,
    role_log_silent,
    saml_file_differs,
    server_dates_do_not_match,
    sessions_from_few_addresses,
    sessions_move,
    sessions_on_one_node,
    sources_disagree,
    target_is_older,
    time_differs_from_database,
    time_zones_differ,
    unknown_exceptions,
    upgrade_package,
    upgrade_path_unconfirmed,
    version_hidden,
    version_is_no_build,
    web_config_differs,
];

/// Every rule, coded and data, in order of id.
pub fn all(knowledge: &Knowledge) -> Vec<Rule> {
    let coded = CODED.iter().map(|coded| {
        let rule = Rule::from(*coded);
        let needs = coded.needs.iter().map(|need| (*need).to_owned()).collect();
        Rule { needs: needs::with_gates(needs, rule.scope, &rule.id, knowledge), ..rule }
    });
    let data = knowledge.rows.rules.iter();
    let data = data.map(|row| Rule { needs: needs::of_row(row, knowledge), ..Rule::from(row) });
    let mut rules: Vec<Rule> = coded.chain(data).collect();
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    rules
}
