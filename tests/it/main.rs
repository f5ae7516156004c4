//! Every integration test, in one binary: it links once.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "helpers of tests end the test at the first surprise, as tests themselves may by clippy.toml"
)]

mod adversarial_lines;
mod architecture;
mod bad_input;
mod bad_table;
mod building;
mod case_folder;
mod catalogue;
mod checklist;
mod cli;
mod collect;
mod collect_gently;
mod collect_verb;
mod commands;
mod contributing;
mod crates;
mod customers;
mod decided;
mod desk_secrets;
mod ended;
mod forged;
mod format_matrix;
mod golden;
mod hostile_bundle;
mod hostile_inputs;
mod identities;
mod innocent_files;
mod intake;
mod kit;
mod knowledge_overlay;
mod logs_verb;
mod loose;
mod machine;
mod manual_capture;
mod nest;
mod old_evidence;
mod over_time;
mod planted_secrets;
mod report_render;
mod rule_facts;
mod rules;
mod runbooks;
mod samples;
mod scrub_exports;
mod secrets;
mod support;
mod ticket;
mod time_axis;
mod upgrade_path;
mod verdict_ladder;
