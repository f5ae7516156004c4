//! Separated text with a header line: cells below a heading that names a secret are secrets.

use super::text::Redactor;
use super::words::names_secret;

/// Most cells of a row; a row of a table that a person made has some ten.
const MOST_CELLS: usize = 10_000;

/// Whether a row of a text has more cells than a table: reading it as one would take many times its bytes.
pub fn is_too_wide(delimiter: u8, text: &str) -> bool {
    let text = text.as_bytes();
    if memchr::memchr_iter(delimiter, text).nth(MOST_CELLS).is_none() {
        return false;
    }
    /// Where a sign is.
    #[derive(Clone, Copy)]
    enum Place {
        Start,
        Plain,
        Quoted,
        /// Behind a quote, which ends a cell unless another one follows.
        Closing,
    }
    let (mut place, mut cells) = (Place::Start, 0);
    text.iter().any(|byte| {
        place = match (place, byte) {
            (Place::Start | Place::Closing, b'"') => Place::Quoted,
            (Place::Quoted, b'"') => Place::Closing,
            (Place::Quoted, _) => Place::Quoted,
            (_, b'\n' | b'\r') => {
                cells = 0;
                Place::Start
            }
            (_, byte) if *byte == delimiter => {
                cells += 1;
                Place::Start
            }
            _ => Place::Plain,
        };
        cells > MOST_CELLS
    })
}

/// The delimiter of a table and the names of its columns, from its first line; `None` where that has one column or none.
pub fn heading(line: &str) -> Option<(u8, Vec<String>)> {
    let count = |sign: &u8| memchr::memchr_iter(*sign, line.as_bytes()).count();
    let delimiter = [b',', b';', b'\t'].into_iter().max_by_key(count)?;
    if !(1..=MOST_CELLS).contains(&count(&delimiter)) {
        return None;
    }
    Some((delimiter, cells(delimiter, line)))
}

/// The cells of one line; a quoted cell may hold the delimiter, and a doubled quote is one. The collector is built without
/// the csv crate, and a single line needs no more than this: a test holds the two against each other.
fn cells(delimiter: u8, line: &str) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = line.trim_end_matches(['\r', '\n']).chars().peekable();
    let mut at_start = true;
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.next_if_eq(&'"').is_some() => cell.push('"'),
            '"' if quoted || at_start => quoted = !quoted,
            c if c == char::from(delimiter) && !quoted => {
                cells.push(std::mem::take(&mut cell));
                at_start = true;
                continue;
            }
            c => cell.push(c),
        }
        at_start = false;
    }
    cells.push(cell);
    cells
}

/// A text that may be a table, line by line: which of its cells are secrets by their heading.
#[derive(Debug, Default)]
pub(super) enum Columns {
    /// No line has come.
    #[default]
    Unknown,
    /// No table, or one without secrets by name.
    None,
    /// Its delimiter, and its columns with whether each holds secrets.
    Table(u8, Vec<(String, bool)>),
}

impl Columns {
    /// Takes the next line; gives the heading and the text of each secret in it. A cell of several lines is no row of the
    /// table here, and not looked at by its heading.
    pub(super) fn secrets(&mut self, line: &[u8], redactor: &Redactor) -> Vec<(String, String)> {
        match self {
            Self::Unknown => {
                *self = Self::of(&String::from_utf8_lossy(line));
                Vec::new()
            }
            Self::None => Vec::new(),
            Self::Table(delimiter, names) => {
                let cells = cells(*delimiter, &String::from_utf8_lossy(line));
                if cells.len() != names.len() {
                    return Vec::new();
                }
                let secret = names.iter().zip(cells).filter(|((name, secret), cell)| {
                    *secret && !cell.trim().is_empty() && redactor.clean_named(name, cell) != *cell
                });
                secret.map(|((name, _), cell)| (name.trim().to_owned(), cell)).collect()
            }
        }
    }

    fn of(line: &str) -> Self {
        /// A longer name is no heading but a text with commas, such as a line of a log.
        const LONGEST: usize = 40;
        let line = line.trim_start_matches('\u{feff}');
        let Some((delimiter, names)) = heading(line) else { return Self::None };
        let plain = |name: &str| {
            (1..=LONGEST).contains(&name.len())
                && name.chars().all(|c| c.is_alphanumeric() || " _-./()".contains(c))
                && name.contains(char::is_alphabetic)
        };
        if !names.iter().all(|name| plain(name.trim())) || !names.iter().any(|name| names_secret(name)) {
            return Self::None;
        }
        let names = names.into_iter().map(|name| (names_secret(&name), name));
        Self::Table(delimiter, names.map(|(secret, name)| (name, secret)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let (mut columns, redactor) = (Columns::default(), Redactor::patterns_only());
        let cells = text.lines().flat_map(|line| columns.secrets(line.as_bytes(), &redactor));
        cells.map(|(name, cell)| format!("{name}={cell}")).collect()
    }

    #[test]
    fn cells_below_the_name_of_a_secret_are_found_with_every_delimiter() {
        let rows =
            ["Server,User,Password", "WEB01,svc,Hunter2!xx", "WEB02,svc,", "WEB03,\"a,b\",\"x,y 12345\""];
        for sign in [",", ";", "\t"] {
            let text = rows.join("\n").replace("a,b", "ab").replace("x,y", "xy").replace(',', sign);
            assert_eq!(found(&text), ["Password=Hunter2!xx", "Password=xy 12345"], "{sign:?}");
        }
        assert_eq!(found(&rows.join("\r\n")).last().map(String::as_str), Some("Password=x,y 12345"));
        assert_eq!(found("\u{feff}Host,API Key\nWEB01,k3y-0f-8ytes"), ["API Key=k3y-0f-8ytes"]);
    }

    proptest::proptest! {
        #[test]
        #[cfg(feature = "report")]
        fn cells_are_those_of_the_csv_crate(line in "[a-c,;\"\\\\ ]{1,24}") {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
            let mut record = csv::StringRecord::new();
            // An unclosed quote goes on to the next line, which a single line cannot know.
            if line.matches('"').count() % 2 == 0 && reader.read_record(&mut record).unwrap() {
                proptest::prop_assert_eq!(cells(b',', &line), record.iter().collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn a_row_of_a_million_cells_is_no_row_of_a_table() {
        let commas = ",".repeat(MOST_CELLS + 1);
        let rows = "a,b\n".repeat(MOST_CELLS);
        assert!(heading(&commas).is_none());
        for (text, wide) in [
            (format!("Name,Password\n{commas}"), true),
            (format!("a\"b{commas}"), true),
            ("\"\n\",".repeat(MOST_CELLS + 1), true),
            (format!("\"{commas}\"\"{commas}\",b\n"), false),
            (rows, false),
        ] {
            assert_eq!(is_too_wide(b',', &text), wide, "{}", &text[..20]);
        }
    }

    #[test]
    fn what_is_no_table_has_no_cells() {
        for text in [
            "2026-09-14 06:30:00,000 [1] INFO Thycotic.X - a,new password\n1,2,3",
            "Password\nHunter2!xx",
            "Server,Version\nWEB01,11.7.49",
            "Server,Password\nWEB01,{redacted}",
            "",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
