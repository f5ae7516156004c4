//! The rows. Each is one entry, so that a kind that is read from now on is one entry more.

use super::Handling::{PassedOver, Read, Refused};
use super::{Handling, Id, Row};

const fn read(
    title: &'static str,
    known_by: &'static str,
    tells: &'static str,
    instead: &'static str,
) -> Row {
    Row { id: Id::Read, title, known_by, tells, instead, handling: Read }
}

const fn row(
    id: Id,
    handling: Handling,
    title: &'static str,
    known_by: &'static str,
    tells: &'static str,
    instead: &'static str,
) -> Row {
    Row { id, title, known_by, tells, instead, handling }
}

/// For what has no row, which a test forbids.
pub(super) const UNKNOWN: Row =
    row(Id::Text, Refused, "Other files", "nothing", "nothing", "ask whoever sent it what it is");

/// The table, in the order of the page.
pub const ROWS: &[Row] = &[
    read(
        "Bundles",
        "a `manifest.json` of this program, zipped or in a folder, at any depth",
        "all that was collected on one node",
        "give it as it is",
    ),
    read(
        "Zips, tars and gzips",
        "first bytes, and the directory of a zip",
        "what is in it, to a depth of four",
        "give it as it is",
    ),
    read(
        "Exports",
        "names of columns, keys or parts, as `docs/exports.md` shows: JSON, CSV, workbooks, results of queries",
        "what the product, SQL Server or the message bus says of nodes and settings",
        "save it as `docs/exports.md` shows",
    ),
    read(
        "Answers",
        "`[[answer]]` in a TOML file, or the sheets of a checklist or an inventory",
        "what people know",
        "fill it in",
    ),
    read(
        "Records of a kit",
        "`\"schema\": \"clusterbrief-answers/` at the start of JSON",
        "what a script of a kit (`docs/kit.md`) was told, what was refused, and what it never asked",
        "give the zip that the script wrote, as it is",
    ),
    read(
        "Saved output of commands",
        "the line `#clusterbrief by-hand`",
        "what the commands of `docs/by-hand.md` print on one node",
        "save it as `docs/by-hand.md` shows",
    ),
    read(
        "Logs of the product",
        "names such as `SS.log`, or a level and a name of the product's code in its lines",
        "errors of the node that a name or a folder names",
        "say whose they are with `--node-of`, if nothing names the node",
    ),
    read(
        "Configurations",
        "`web*.config` and `applicationHost.config`, by name and element",
        "settings of one node; secrets in them are replaced before anything else is read",
        "say whose they are with `--node-of`, if nothing names the node",
    ),
    read(
        "Copied application folders",
        "a `web.config` with DLLs in `bin` beside it",
        "build, settings and logs of one node",
        "give the folder",
    ),
    read(
        "Case folders",
        "a `case.json` of `clusterbrief intake -o`",
        "what the originals told, with their grades",
        "give the folder, or a zip of it",
    ),
    row(
        Id::Own,
        PassedOver,
        "Outputs of this program",
        "`\"schema\": \"clusterbrief-` in JSON, the last line of a page, of Markdown or of a ticket, the head of a table of findings, a keyword of a workbook, the first lines of a query",
        "nothing that its own inputs did not tell",
        "it may stay where it is",
    ),
    row(
        Id::Decisions,
        PassedOver,
        "Decisions on findings",
        "`format = \"clusterbrief-decisions/` or `[[decision]]` in the first line that is no comment",
        "nothing: inputs are the customer's, and a risk is accepted by whoever makes the report",
        "name it with --decisions if it should count",
    ),
    row(
        Id::Picture,
        PassedOver,
        "Pictures",
        "first bytes: PNG, JPEG, GIF, BMP, TIFF, WebP, HEIC, icons and others; `<svg`",
        "what a person reads in it, and nothing to a program",
        "ask for the text or the file that it shows",
    ),
    row(
        Id::Document,
        PassedOver,
        "PDF and documents of office programs",
        "first bytes; of a zip or a compound file the names of what is in it",
        "what a person reads in it",
        "save a table that is in it as XLSX or CSV",
    ),
    row(
        Id::Archive,
        Refused,
        "Archives of other forms",
        "first bytes: 7z, RAR, CAB, WIM, ar, cpio, ARJ, LHA and others",
        "what is in it, once it is unpacked",
        "unpack it, and give the folder",
    ),
    row(
        Id::Compressed,
        Refused,
        "Compressed files of other forms",
        "first bytes: bzip2, xz, zstd, lz4, lzma and others",
        "what is in it, once it is unpacked",
        "unpack it, and give what is in it",
    ),
    row(
        Id::Mail,
        Refused,
        "Mails",
        "the parts of an MSG, the first bytes of a PST or a TNEF, the headers of an EML or an mbox",
        "what is attached to it, once it is saved",
        "save its attachments, and give those",
    ),
    row(
        Id::Certificate,
        PassedOver,
        "Certificates, requests and public keys",
        "the label of PEM, or the structure of DER",
        "nothing of a cluster",
        "leave it out",
    ),
    row(
        Id::Dump,
        PassedOver,
        "Dumps of memory",
        "first bytes: minidump, full dump, hprof, core",
        "nothing to this program; memory may hold what the vault protects",
        "delete it here, unless the vendor's support asked for it",
    ),
    row(
        Id::Disk,
        PassedOver,
        "Images of disks",
        "first bytes: VHD, VHDX, VMDK, QCOW, ISO and others",
        "nothing",
        "leave it out",
    ),
    row(
        Id::SqlServer,
        PassedOver,
        "Databases of SQL Server and their backups",
        "the first page of an MDF, or the first block of a backup",
        "nothing to this program; it may hold the whole vault",
        "delete it here, and ask for the results of the queries that `clusterbrief sql` prints",
    ),
    row(
        Id::Database,
        PassedOver,
        "Other databases",
        "first bytes: SQLite, Access, ESE, Parquet and others",
        "nothing",
        "leave it out",
    ),
    row(
        Id::EventLog,
        Read,
        "Event logs of Windows",
        "first bytes (`ElfFile`), or `<Event>` elements of event XML",
        "starts, stops and errors of the node that the events name, on the time axis",
        "save System and Application as .evtx or XML",
    ),
    row(
        Id::Record,
        PassedOver,
        "Traces, registry files and other records of Windows",
        "first bytes; an ETL by the header of its first buffer",
        "nothing that a rule reads",
        "collect on the node instead, if it is of a node",
    ),
    row(
        Id::Network,
        PassedOver,
        "Recordings of the network",
        "first bytes: pcap, pcapng, Network Monitor",
        "nothing that a rule reads; it may hold what users sent",
        "delete it here, unless somebody asked for it",
    ),
    row(
        Id::Program,
        PassedOver,
        "Programs and parts of them",
        "first bytes, or the names in a zip",
        "nothing",
        "leave it out",
    ),
    row(Id::Font, PassedOver, "Fonts", "first bytes", "nothing", "leave it out"),
    row(
        Id::Media,
        PassedOver,
        "Sound and film",
        "first bytes",
        "what a person sees or hears in it",
        "ask for the text or the file that it shows",
    ),
    row(
        Id::Encrypted,
        Refused,
        "Encrypted files",
        "first bytes: OpenSSL, OpenPGP, age, BitLocker and others",
        "what is in it, for whoever can open it",
        "ask for it in a form that can be opened",
    ),
    row(
        Id::SignIn,
        Refused,
        "Sign-in pages",
        "HTML with a field for a password, or a title that says so",
        "that whoever saved it was not signed in",
        "sign in as an administrator, ask the REST interface with that token, and save the JSON that it answers",
    ),
    row(
        Id::ErrorPage,
        Refused,
        "Error pages",
        "HTML whose title or heading tells of an error",
        "that the question failed",
        "ask again, and save the answer; docs/exports.md shows how",
    ),
    row(
        Id::WebPage,
        Refused,
        "Other web pages",
        "HTML",
        "what a person reads in it",
        "save the JSON that the REST interface answers, or copy the table of the page into a text file; docs/exports.md shows both",
    ),
    row(
        Id::Script,
        PassedOver,
        "Scripts and texts of programs",
        "the words of their language",
        "nothing of a cluster",
        "leave it out",
    ),
    row(
        Id::Xml,
        Refused,
        "XML of other kinds",
        "its first element",
        "nothing that a rule reads",
        "give what it was made from, if docs/exports.md lists it",
    ),
    row(
        Id::Json,
        Refused,
        "JSON of other kinds",
        "its first keys",
        "nothing that a rule reads",
        "save the answers that docs/exports.md lists",
    ),
    row(
        Id::Settings,
        PassedOver,
        "Settings of other programs",
        "YAML, INI, TOML, `.reg`: the form of their lines",
        "nothing that a rule reads",
        "leave it out",
    ),
    row(
        Id::Text,
        PassedOver,
        "Documents of text",
        "headings, lists and sentences",
        "what a person reads in it",
        "leave it out, and answer questions in an answers file (docs/answers.md)",
    ),
    row(
        Id::Output,
        PassedOver,
        "Output of commands, and logs of other programs",
        "the words that a command prints first, or times at the start of lines",
        "nothing that a rule reads",
        "save the output of the commands that docs/by-hand.md shows",
    ),
];

/// Kinds that are not named, and why.
pub const UNNAMED: &[(&str, &str)] = &[
    (
        "Files of random bytes",
        "Nothing tells what was encrypted without a header from a key file: a small one is told as \"may be a key file\", a \
         larger one as data that look compressed or encrypted.",
    ),
    (
        "Raw pictures, sound and samples without a header (TGA, raw PCM)",
        "They have no first bytes of their own, and a guess would hit other files too.",
    ),
    (
        "Brotli, raw deflate and other streams without a header",
        "The same: any bytes may be the beginning of one.",
    ),
    (
        "Images of disks of another form than those above, and DMG",
        "What names them is at their end or deep inside, and of a large file only the beginning is read.",
    ),
    ("Texts of a language that is not known here", "They are told as a text, with the size."),
    (
        "Tables with other columns",
        "They are told as a table with so many columns, for they may be an export that was changed.",
    ),
];
