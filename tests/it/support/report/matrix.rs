//! The matrix of the made report.

use super::{NODES, Text};
use clusterbrief::report::model::*;

fn cell(t: Text, text: &str, state: CellState, note: &str) -> Cell {
    Cell { text: t(text), state, note: t(note) }
}

pub(super) fn matrix(t: Text) -> Matrix {
    use CellState::{Absent, Differs, Odd, Same, Unknown};
    let row = |label: &str, values: [(&str, CellState); 3], parity| MatrixRow {
        label: t(label),
        cells: values
            .iter()
            .map(|(text, state)| {
                cell(
                    t,
                    text,
                    *state,
                    if *state == Unknown { "the collecting account lacked rights" } else { "" },
                )
            })
            .collect(),
        parity,
        differs: values.iter().any(|(_, state)| matches!(state, Odd | Differs)),
    };
    let same = |label: &str, value: &str| row(label, [(value, Same); 3], Parity::Same);
    let group = |title: &str, rows: Vec<MatrixRow>| MatrixGroup { title: t(title), rows };
    let groups = vec![
        group(
            "Version",
            vec![
                row(
                    "Product version",
                    [("11.7.000049", Same), ("11.7.000049", Same), ("11.6.000001", Odd)],
                    Parity::Same,
                ),
                row(
                    "Version in the node list",
                    [("11.7.000049", Same), ("11.7.000049", Same), ("11.6.000001", Odd)],
                    Parity::Same,
                ),
                same("Database", "SQL01\\PROD / SecretServer"),
                row("DLLs in bin", [("412", Same), ("412", Same), ("406", Odd)], Parity::Same),
            ],
        ),
        group(
            "Key files",
            vec![
                row(
                    "encryption.config",
                    [("enc:1 4b0d…e2", Differs), ("enc:1 91c7…0a", Differs), ("not known", Unknown)],
                    Parity::Same,
                ),
                same("database.config", "k:9c1e 7720…41"),
                row("saml.config", [("none", Absent), ("none", Absent), ("none", Absent)], Parity::Same),
                row(
                    "KeyDigests.txt",
                    [("k:9c1e 0af1…d8", Same), ("k:9c1e 0af1…d8", Same), ("none", Absent)],
                    Parity::Same,
                ),
            ],
        ),
        group(
            "Settings (web-appSettings.config)",
            [
                ("SessionTimeoutMinutes", ["20", "20", "60"]),
                ("IpAddressHeader", ["X-Forwarded-For"; 3]),
                ("RequireSecureConnection", ["true"; 3]),
                ("EnableApiRateLimit", ["true"; 3]),
                ("LockHsmConfiguration", ["false"; 3]),
                ("CookieSameSite", ["Lax"; 3]),
                ("HstsMaxAge", ["31536000"; 3]),
                ("FileUploadLimitMb", ["100"; 3]),
                ("LogRetentionDays", ["30"; 3]),
                ("MessageQueueTimeoutSeconds", ["120"; 3]),
            ]
            .into_iter()
            .map(|(label, values)| {
                let odd = values[2] != values[0];
                row(
                    label,
                    [(values[0], Same), (values[1], Same), (values[2], if odd { Odd } else { Same })],
                    Parity::Same,
                )
            })
            .collect(),
        ),
        group(
            "IIS",
            vec![
                same("Application", "/SecretServer"),
                same("Pool", "SecretServerPool"),
                same(".NET CLR", "v4.0"),
                same("Pipeline", "Integrated"),
                same("32-bit applications", "false"),
                row("Idle time-out", [("0 min", Same), ("20 min", Odd), ("0 min", Same)], Parity::Same),
                row("Periodic restart", [("0", Same), ("0", Same), ("1740 min", Odd)], Parity::Same),
                row(
                    "Identity",
                    [("CORP\\svc-ss", Same), ("CORP\\svc-ss", Same), ("not known", Unknown)],
                    Parity::Same,
                ),
                same("Anonymous authentication", "enabled"),
                same("Windows authentication on /winauthwebservices", "enabled"),
                row(
                    "Host header",
                    [
                        ("web01.corp.example", Differs),
                        ("web02.corp.example", Differs),
                        ("web03.corp.example", Differs),
                    ],
                    Parity::MayDiffer,
                ),
                same("Binding", "https *:443"),
            ],
        ),
        group(
            "Host",
            vec![
                same("Windows", "Windows Server 2019 (10.0.17763)"),
                same(".NET Framework", "4.8 (528049)"),
                row(
                    "Time zone",
                    [("Europe/Berlin", Same), ("Europe/Berlin", Same), ("UTC", Odd)],
                    Parity::MayDiffer,
                ),
                row("Memory", [("32 GiB", Same), ("32 GiB", Same), ("16 GiB", Odd)], Parity::MayDiffer),
                same("Cores", "8"),
            ],
        ),
        group(
            "Application folder outside bin",
            [
                row(
                    "Scripts/app.bundle.js",
                    [("0b7da9152c7e", Same), ("0b7da9152c7e", Same), ("e18c44d96b3f", Odd)],
                    Parity::Same,
                ),
                row(
                    "web.config",
                    [("k:9c1e 3d2a…77", Same), ("k:9c1e 3d2a…77", Same), ("k:9c1e 8812…5b", Odd)],
                    Parity::Same,
                ),
                row(
                    "customresources/logo.png",
                    [("77ab03cc91d4", Same), ("none", Absent), ("77ab03cc91d4", Same)],
                    Parity::MayDiffer,
                ),
            ]
            .into_iter()
            .chain((0..60).map(|number| {
                let name = format!("Scripts/part-{number}.js");
                row(
                    &name,
                    [("4410c1aa02fe", Same), ("4410c1aa02fe", Same), ("c06f1b98e2d3", Odd)],
                    Parity::Same,
                )
            }))
            .collect(),
        ),
    ];
    let differing =
        groups.iter().flat_map(|g| &g.rows).filter(|r| r.differs && r.parity == Parity::Same).count();
    Matrix { nodes: NODES.map(t).to_vec(), groups, differing }
}
