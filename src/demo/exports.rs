//! What an administrator saves next to the bundles: answers of the REST interface, listings of RabbitMQ, results of
//! queries, and what a person said.

use super::builder::CaseBuilder;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The nodes of a case of three.
pub(super) const NAMES: [&str; 3] = ["WEB01", "WEB02", "WEB03"];

/// When the nodes last reported to the database.
const CONNECTED: &str = "2026-11-20T09:05:10Z";

/// The results of `clusterbrief sql` on a database without a fault, except for the version history.
pub(super) const SQL_RESULTS: &str = include_str!("data/sql-results.csv");

/// What the collector finds on a quiet Windows machine.
pub(super) const MACHINE: &[(&str, &str)] = &[
    ("event.pool-failures", "0"),
    ("event.worker-crashes", "0"),
    ("event.worker-starts", "1"),
    ("feature.aspnet-4", "true"),
    ("feature.wcf-http-activation", "true"),
    ("files.app-modify", "true"),
    ("files.readable-by-users", "false"),
    ("files.temp-modify", "true"),
    ("iis.certificate.key-bits", "2048"),
    ("iis.certificate.key-type", "RSA"),
    ("iis.certificate.names", "vault.example.com"),
    ("iis.certificate.not-after", "2027-06-30 00:00:00 UTC"),
    ("iis.certificate.signature", "sha256RSA"),
    ("iis.certificate.thumbprint-label", "CERT-1"),
    ("iis.identity.admin", "false"),
    ("iis.identity.batch-logon", "true"),
    ("iis.identity.impersonate", "true"),
    ("iis.state.pool", "started"),
    ("iis.state.site", "started"),
    ("net.language", "en-US"),
    ("os.fips-policy", "false"),
    ("os.language", "en-US"),
];

impl CaseBuilder {
    /// The product's list of nodes, as `GET /api/v1/nodes` gives it.
    pub(super) fn node_list(&mut self, rows: impl IntoIterator<Item = Value>) {
        self.json("nodes.json", &rows.into_iter().collect());
    }

    /// The version history of the database, newest first.
    pub(super) fn history(&mut self, rows: &[(&str, &str)]) {
        let mut text = "VersionNumber,Upgraded\r\n".to_owned();
        for (version, when) in rows {
            // Writing to a text does not fail.
            let _ = write!(text, "{version},{when}\r\n");
        }
        self.file("tbVersion.csv", text);
    }

    /// What a person answered about a cluster of these nodes.
    pub(super) fn answers(&mut self, nodes: &[&str]) {
        let before = [
            ("LBL-001", "sticky"),
            ("VER-006", "off"),
            ("ENC-008", "yes"),
            ("ENC-009", "no"),
            ("ENC-012", "not planned"),
            ("IIS-010", "off"),
            ("ROL-010", "licensed"),
            ("BUS-010", "same"),
            ("BUS-012", "no tls"),
        ];
        let after = [("SYS-010", "on"), ("SYS-011", "disabled"), ("SYS-014", "yes"), ("SYS-015", "excluded")];
        let for_cluster = |(question, value)| (question, String::new(), value);
        let of_node = |node: &&str, question, value| (question, format!("node = \"{node}\"\n"), value);
        let for_node = |node: &&str| of_node(node, "ROL-009", "activated");
        let supported = |node: &&str| of_node(node, "VER-011", "supported");
        let answers = before
            .map(for_cluster)
            .into_iter()
            .chain(nodes.iter().map(for_node))
            .chain(nodes.iter().map(supported))
            .chain(nodes.iter().map(|node| of_node(node, "SYS-005", "plain")))
            .chain(nodes.iter().map(|node| of_node(node, "SYS-007", "yes")))
            .chain(after.map(for_cluster));
        let mut text = "# What the customer said on the phone. See docs/answers.md.\n".to_owned();
        for (question, node, value) in answers {
            let _ = write!(
                text,
                "\n[[answer]]\nquestion = \"{question}\"\n{node}value = \"{value}\"\nby = \"J. Doe\"\non = 2026-11-20\n"
            );
        }
        self.file("answers.toml", text);
    }

    /// What else an administrator saves of a cluster of three where nothing is wrong.
    pub(super) fn healthy_exports(&mut self) {
        self.json("bus.json", &bus());
        // Without the version: the node list and the DLLs have it, and fixtures that take it away there need no third edit.
        self.json("diagnostics.json", &NAMES.iter().map(|name| diagnostics(name, None)).collect());
        self.json("product.json", &product());
    }
}

/// Rows of the node list for three nodes of one version.
pub(super) fn node_rows(version: &str) -> [Value; 3] {
    let mut id = 0;
    NAMES.map(|name| {
        id += 1;
        node_row(id, name, version, CONNECTED)
    })
}

/// One row of the node list: in the cluster, all roles on, connected.
pub(super) fn node_row(id: u32, name: &str, version: &str, connected: &str) -> Value {
    json!({
        "nodeId": id,
        "machineName": name,
        "binaryVersion": version,
        "database": "SQL01\\SecretServer",
        "inCluster": true,
        "isCurrentNode": id == 1,
        "lastConnected": connected,
        "enableBackgroundWorker": true,
        "enableEngineWorker": true,
        "enableSessionRecordingWorker": true,
        "backgroundWorkerError": null,
        "engineWorkerError": null,
        "sessionRecordingWorkerError": null,
        "errorMessage": null,
        "readonlyModeEnabled": false,
        "readonlyModeStatus": "Off",
        "logLevel": "INFO"
    })
}

/// `GET /api/v1/diagnostics` of a node, with the version if there is one.
pub(super) fn diagnostics(node: &str, version: Option<&str>) -> Value {
    let mut answer = json_data(include_str!("data/diagnostics.json"));
    set(&mut answer, "/serverName", json!(node));
    if let (Some(version), Some(fields)) = (version, answer.as_object_mut()) {
        fields.insert("productVersion".to_owned(), json!(version));
    }
    answer
}

/// Settings, backups, engines and sites, as the one file that docs/exports.md shows how to make.
pub(super) fn product() -> Value {
    json_data(include_str!("data/product.json"))
}

/// Listings of a RabbitMQ cluster of three, in one file.
pub(super) fn bus() -> Value {
    json_data(include_str!("data/bus.json"))
}

#[expect(clippy::expect_used, reason = "files of this module; a test makes the cases that use them")]
fn json_data(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// Replaces the value that a JSON pointer leads to.
#[expect(clippy::expect_used, reason = "literals of recipes; a test makes every case")]
pub(super) fn set(json: &mut Value, pointer: &str, value: Value) {
    *json.pointer_mut(pointer).expect("a field") = value;
}
