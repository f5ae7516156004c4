//! The one table of what a kit consists of.

/// A part of a kit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The collector, run on nodes.
    Collector,
    /// The script for the REST interface.
    Rest,
    /// The queries of the database.
    Sql,
    /// The script for the message bus.
    RabbitMq,
    /// The workbook with what only a person can answer.
    Questions,
    /// Pages of the product to copy where the REST interface is not to be had.
    Screens,
}

/// What the page says of a part, and the report of its name.
#[derive(Debug)]
pub struct PartRow {
    /// The part.
    pub part: Part,
    /// Its word in the report.
    pub word: &'static str,
    /// The file in the kit.
    pub file: &'static str,
    /// What it is, as a heading.
    pub title: &'static str,
    /// Where it is run, as the end of "Run it ...".
    pub place: &'static str,
    /// Who does it.
    pub who: &'static str,
    /// How long it takes.
    pub time: &'static str,
    /// The file that comes out of it.
    pub gives: &'static str,
    /// What is in that file.
    pub holds: &'static str,
    /// What is never in it.
    pub never: &'static str,
}

/// Every part, in the order of the page.
pub const PARTS: [PartRow; 6] = [
    PartRow {
        part: Part::Collector,
        word: "collector",
        file: "clusterbrief.exe",
        title: "Collect on the nodes",
        place: "on each web node",
        who: "administrator of the web nodes",
        time: "2 minutes a node",
        gives: "NODE_date-time.zip",
        holds: "names, sizes, versions and hashes of the product's files; its settings and its logs of the last 14 days, with secrets replaced; settings of IIS and Windows; names of servers and accounts; the clock",
        never: "the content of encryption.config and database.config, passwords, connection strings, keys; other web sites; anything from the vault",
    },
    PartRow {
        part: Part::Rest,
        word: "rest",
        file: "rest.ps1",
        title: "Ask Secret Server",
        place: "on each web node",
        who: "administrator of Secret Server",
        time: "5 minutes on the first node, 1 minute on each other",
        gives: "clusterbrief-answers-NODE-date-time.zip",
        holds: "the answers of the calls that the script lists at its top: nodes, diagnostics, settings for backup and security, engines; the address that you typed; names of servers, and of the account that the product runs as",
        never: "secrets of the vault, its users, passwords, tokens, connection strings: such fields are cut before they are written",
    },
    PartRow {
        part: Part::Sql,
        word: "sql",
        file: "queries.sql",
        title: "Query the database",
        place: "in the product's database",
        who: "database administrator",
        time: "2 minutes",
        gives: "queries-result.txt",
        holds: "version, edition and settings of the database, times of backups, version history, free space, counts of sessions and jobs",
        never: "rows of secrets, names of users, passwords; nothing is changed",
    },
    PartRow {
        part: Part::RabbitMq,
        word: "rabbitmq",
        file: "rabbitmq.ps1",
        title: "Ask RabbitMQ",
        place: "on one server of RabbitMQ, if you use it",
        who: "administrator of RabbitMQ",
        time: "2 minutes",
        gives: "clusterbrief-answers-SERVER-rabbitmq-date-time.zip",
        holds: "status of the cluster, queues with their number of messages, exchanges, policies",
        never: "messages, users, password hashes",
    },
    PartRow {
        part: Part::Questions,
        word: "questions",
        file: "questions.xlsx",
        title: "Answer what only a person knows",
        place: "anywhere",
        who: "whoever knows the cluster",
        time: "10 minutes",
        gives: "questions.xlsx, filled in",
        holds: "your answers, and your name if you write it there",
        never: "nothing else is in it",
    },
    PartRow {
        part: Part::Screens,
        word: "screens",
        file: "nodes.csv",
        title: "Without the REST interface",
        place: "in a browser",
        who: "administrator of Secret Server",
        time: "10 minutes",
        gives: "nodes.csv, filled in",
        holds: "the page Admin, Server Nodes, as a table",
        never: "nothing else is in it",
    },
];

impl Part {
    /// Its row in the table.
    pub const fn row(self) -> &'static PartRow {
        match self {
            Self::Collector => &PARTS[0],
            Self::Rest => &PARTS[1],
            Self::Sql => &PARTS[2],
            Self::RabbitMq => &PARTS[3],
            Self::Questions => &PARTS[4],
            Self::Screens => &PARTS[5],
        }
    }

    /// Its word in the report.
    pub const fn word(self) -> &'static str {
        self.row().word
    }
}
