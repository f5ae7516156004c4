//! The coded rules: one file each, in the folder of its family, with the id in its name.

use crate::rules::engine::rule::Rule;

/// Declares the coded rules and lists them: adding one is a file and a word here.
macro_rules! catalogue {
    ($($family:ident: [$($file:ident),* $(,)?]),* $(,)?) => {
        $(mod $family { $(pub(super) mod $file;)* })*
        /// Every coded rule.
        pub(super) static CODED: &[fn() -> Rule] = &[$($($family::$file::definition),*),*];
    };
}

catalogue! {
    bkp: [
        bkp_001_database_backup_old,
        bkp_003_product_backup_failed,
    ],
    bnd: [
        bnd_005_case_keys_differ,
    ],
    bus: [
        bus_001_internal_bus,
        bus_002_backbones_differ,
        bus_008_no_mirror_policy,
        bus_009_partition_handling,
        bus_010_erlang_cookies_differ,
        bus_012_bus_certificate,
        bus_014_engines_offline,
        bus_016_bus_cluster_faulty,
        bus_017_even_number_of_brokers,
    ],
    cfg: [
        cfg_001_database_file_differs,
        cfg_005_client_address_header_misspelled,
        cfg_007_saml_file_differs,
        cfg_009_web_config_differs,
        cfg_012_customer_files_differ,
        cfg_014_cookies_need_https,
        cfg_017_machine_key_differs,
        cfg_018_config_not_well_formed,
    ],
    clu: [
        clu_001_product_not_running,
        clu_002_cluster_not_enabled,
        clu_003_application_folder_differs,
        clu_005_node_does_not_answer,
        clu_006_node_set_incomplete,
        clu_007_node_left_running_in_upgrade,
        clu_008_build_sources_disagree,
        clu_009_sources_disagree,
        clu_010_answer_against_evidence,
        clu_011_program_file_missing,
        clu_012_settings_differ,
        clu_013_node_attached_to_another_database,
    ],
    enc: [
        enc_001_key_file_differs,
        enc_004_dpapi_before_upgrade,
        enc_005_dpapi_on_some_nodes,
        enc_008_key_backup_not_confirmed,
        enc_016_fips_half_configured,
    ],
    iis: [
        iis_010_authentication_with_iwa,
        iis_011_authentication_without_iwa,
        iis_012_launcher_folders_need_anonymous,
        iis_013_engine_folders_missing,
        iis_024_pool_or_site_stopped,
        iis_025_application_offline,
    ],
    lbl: [
        lbl_002_sessions_move,
        lbl_003_sessions_from_few_addresses,
        lbl_004_custom_url_missing,
        lbl_005_certificate_lacks_address,
        lbl_006_certificate_does_not_fit,
        lbl_007_sessions_on_one_node,
    ],
    log: [
        log_002_error_rate_step,
        log_003_role_log_silent,
        log_004_role_log_missing,
        log_005_logs_are_old,
        log_008_error_on_one_node,
        log_010_unknown_exceptions,
        log_011_log_zone_unknown,
        log_012_errors_on_one_node,
        log_013_burst_of_errors,
        log_014_errors_since_a_change,
    ],
    rol: [
        rol_005_node_not_connecting,
        rol_007_ghost_node,
        rol_008_bundle_of_unlisted_host,
        rol_012_primary_not_known,
        rol_013_maintenance_mode,
    ],
    sec: [
        sec_003_key_not_protected,
    ],
    sql: [
        sql_006_mirror_partners_differ,
        sql_008_data_volume_small,
        sql_009_login_too_strong,
        sql_010_mixed_sign_in,
        sql_014_default_schema_not_dbo,
        sql_016_no_log_backups,
    ],
    sys: [
        sys_016_iis_too_old,
    ],
    tim: [
        tim_001_clocks_differ_before_utc,
        tim_002_clocks_differ,
        tim_003_time_zones_differ,
        tim_004_time_differs_from_database,
        tim_008_server_dates_do_not_match,
        tim_009_collected_apart,
    ],
    upg: [
        upg_004_upgrade_path_unconfirmed,
        upg_005_target_is_older,
        upg_008_one_node_only,
        upg_012_upgrade_package,
        upg_013_fresh_installation_package,
    ],
    ver: [
        ver_001_nodes_run_different_builds,
        ver_002_node_build_differs_from_database,
        ver_003_dll_set_differs,
        ver_004_leftover_dlls,
        ver_006_mismatch_guard_disabled,
        ver_007_version_is_no_build,
        ver_008_version_hidden,
        ver_009_events_name_another_build,
        ver_010_history_out_of_order,
        ver_011_out_of_support,
        ver_012_known_bad_build,
        ver_015_mixed_browser_files,
        ver_016_known_vulnerability,
    ],
}
