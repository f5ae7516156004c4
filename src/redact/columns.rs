//! Separated text with a header line: cells below a heading that names a secret are secrets.

use super::bytes::is_one_of;
use super::fields::{holds_setting, names_setting};
use super::text::Redactor;
use super::words::names_secret;
use std::borrow::Cow;
use std::ops::Range;

/// Most cells of a row; a row of a table that a person made has some ten.
const MOST_CELLS: usize = 10_000;

/// Where a sign is.
#[derive(Clone, Copy)]
enum Place {
    Start,
    Plain,
    Quoted,
    /// Behind a quote, which ends a cell unless another one follows.
    Closing,
}

/// Whether a row of a text has more cells than a table: reading it as one would take many times its bytes.
pub fn is_too_wide(delimiter: u8, text: &str) -> bool {
    let text = text.as_bytes();
    // Without quotes a row is a line, and has fewer cells than bytes.
    let mut start = 0;
    let mut is_short = |end: usize| end - std::mem::replace(&mut start, end) <= MOST_CELLS;
    let mut ends = memchr::memchr_iter(b'\n', text).chain([text.len()]);
    if memchr::memchr(b'"', text).is_none() && ends.all(&mut is_short) {
        return false;
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

/// Where the cells of one line are, with their quotes: those of [`cells`].
fn places(delimiter: u8, line: &[u8]) -> Vec<Range<usize>> {
    let end = line.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |last| last + 1);
    let (mut places, mut start, mut quoted) = (Vec::new(), 0, false);
    let mut bytes = line.iter().enumerate().take(end).peekable();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' if quoted && bytes.next_if(|(_, next)| **next == b'"').is_some() => {}
            b'"' if quoted || at == start => quoted = !quoted,
            byte if *byte == delimiter && !quoted => {
                places.push(start..at);
                start = at + 1;
            }
            _ => {}
        }
    }
    places.push(start..end);
    places
}

/// Most lines above the heading: `sep=;`, a title, who exported it and when.
const ABOVE: usize = 5;
/// Longest name of a column, in bytes and in words: a longer one is a text with commas, such as a line of a log.
const LONGEST: usize = 40;
const WORDS: usize = 4;

/// Whether a cell may be the name of a column.
fn is_name(cell: &str) -> bool {
    let cell = cell.trim();
    (1..=LONGEST).contains(&cell.len())
        && cell.chars().all(|c| c.is_alphanumeric() || " _-./()#%[]".contains(c))
        && cell.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && cell.split_whitespace().count() <= WORDS
}

/// What a column says of the cells below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// They are what its name says.
    Own,
    /// They are names of settings.
    Names,
    /// They are values of the setting that the row names.
    Values,
}

/// The roles of columns: the value of a setting is under `Value`, or in the other one of two columns.
fn roles(names: &[String]) -> Vec<Role> {
    let names_settings = |name: &str| names_setting(name) || is_one_of(name.as_bytes(), MORE_NAMES);
    let has_values = names.iter().any(|name| holds_setting(name.trim()));
    let role = |name: &String| match name.trim() {
        name if names_settings(name) => Role::Names,
        name if holds_setting(name) || (names.len() == 2 && !has_values) => Role::Values,
        _ => Role::Own,
    };
    let roles: Vec<Role> = names.iter().map(role).collect();
    if roles.contains(&Role::Names) { roles } else { vec![Role::Own; names.len()] }
}

/// More words above names of settings.
const MORE_NAMES: &[&str] = &["attribute", "element", "item", "option", "variable"];

/// A text that is a table: below a heading the rows have as many cells as it.
#[derive(Debug)]
pub struct Table<'t> {
    text: &'t str,
    delimiter: u8,
    /// Where the heading starts.
    heading: usize,
    /// Where the first row starts.
    rows: usize,
    names: Vec<String>,
    roles: Vec<Role>,
}

impl<'t> Table<'t> {
    /// Finds the heading; `None` for what is no table, such as a log or prose.
    pub fn of(text: &'t str) -> Option<Self> {
        let mut start = 0;
        for _ in 0..=ABOVE {
            let rest = text.get(start..)?;
            let line = rest.lines().next()?;
            let names = heading(line.trim_start_matches('\u{feff}'));
            if let Some((sign, _)) = names.filter(|(_, names)| names.iter().all(|name| is_name(name)))
                && let Some(table) = Self::at(text, start, sign)
            {
                return Some(table);
            }
            // A log tells its time first.
            if line.trim_start().bytes().take(4).filter(u8::is_ascii_digit).count() == 4 {
                return None;
            }
            start += rest.find('\n')? + 1;
        }
        None
    }

    fn at(text: &'t str, heading: usize, delimiter: u8) -> Option<Self> {
        let bytes = text.as_bytes();
        let mut names = Vec::new();
        let rows = row(bytes, heading, delimiter, |range| {
            names
                .push(plain(text.get(range).unwrap_or_default().trim_start_matches('\u{feff}')).into_owned());
        })?;
        if names.len() < 2 || !names.iter().all(|name| is_name(name)) {
            return None;
        }
        let (mut at, mut all, mut odd) = (rows, 0_usize, 0_usize);
        while at < bytes.len() {
            let mut cells = 0;
            let from = at;
            at = row(bytes, at, delimiter, |_| cells += 1)?;
            if cells > MOST_CELLS {
                return None;
            }
            let is_blank = text.get(from..at).is_some_and(|row| row.trim().is_empty());
            all += usize::from(!is_blank);
            odd += usize::from(!is_blank && cells != names.len());
        }
        let roles = roles(&names);
        // A sign too many in a note makes no other text of it.
        (all > 0 && odd * 4 <= all).then_some(Self { text, delimiter, heading, rows, names, roles })
    }

    /// Calls `each` for every cell below the heading with its name, which is that of its column or of the setting whose
    /// value it is.
    pub fn cells(&self, mut each: impl FnMut(&str, &str)) {
        self.walk(|name, cell, _| each(name, cell));
    }

    /// The table with its cells, and all that is above them, changed; a cell that stays the same stays byte for byte.
    pub fn rewritten(
        &self,
        mut clean: impl FnMut(&str, &str) -> String,
        above: impl Fn(&str) -> String,
    ) -> String {
        let mut out = above(self.text.get(..self.heading).unwrap_or_default());
        let heading = self.text.get(self.heading..self.rows).unwrap_or_default();
        out.push_str(&above(heading));
        let mut at = self.rows;
        self.walk(|name, cell, range| {
            let cleaned = clean(name, cell);
            if cleaned != cell {
                out.push_str(self.text.get(at..range.start).unwrap_or_default());
                let special = |c: char| c == char::from(self.delimiter) || matches!(c, '"' | '\n' | '\r');
                let raw = self.text.get(range.clone()).unwrap_or_default();
                if raw.starts_with('"') || cleaned.contains(special) {
                    out.extend(["\"", &cleaned.replace('"', "\"\""), "\""]);
                } else {
                    out.push_str(&cleaned);
                }
                at = range.end;
            }
        });
        out.push_str(self.text.get(at..).unwrap_or_default());
        out
    }

    fn walk(&self, mut each: impl FnMut(&str, &str, Range<usize>)) {
        let bytes = self.text.as_bytes();
        let mut at = self.rows;
        let mut cells: Vec<Range<usize>> = Vec::new();
        while at < bytes.len() {
            cells.clear();
            let Some(end) = row(bytes, at, self.delimiter, |range| cells.push(range)) else { return };
            let text = |range: &Range<usize>| plain(self.text.get(range.clone()).unwrap_or_default());
            let named = cells.iter().zip(&self.roles).filter(|(_, role)| **role == Role::Names);
            let setting = named.map(|(range, _)| text(range)).find(|name| names_secret(name));
            // Where a row has another number of cells nobody knows from which one on they belong to other columns.
            let shifted =
                (cells.len() != self.names.len()).then(|| self.names.iter().find(|name| names_secret(name)));
            for (number, range) in cells.iter().enumerate() {
                let is_value = self.roles.get(number).is_none_or(|role| *role == Role::Values);
                let own = self.names.get(number);
                let name =
                    setting.as_deref().filter(|_| is_value).or(shifted.flatten().or(own).map(String::as_str));
                each(name.unwrap_or_default(), &text(range), range.clone());
            }
            at = end;
        }
    }
}

/// Calls `each` for every cell of the row at `at`, with its quotes; gives where the next row starts, `None` where a quote
/// is not closed.
fn row(text: &[u8], mut at: usize, delimiter: u8, mut each: impl FnMut(Range<usize>)) -> Option<usize> {
    loop {
        let start = at;
        if text.get(at) == Some(&b'"') {
            at += 1;
            loop {
                at += memchr::memchr(b'"', text.get(at..)?)? + 1;
                if text.get(at) != Some(&b'"') {
                    break;
                }
                at += 1;
            }
        }
        let rest = text.get(at..)?;
        let end = at + memchr::memchr3(delimiter, b'\n', b'\r', rest).unwrap_or(rest.len());
        each(start..end);
        match text.get(end) {
            Some(sign) if *sign == delimiter => at = end + 1,
            Some(b'\r') if text.get(end + 1) == Some(&b'\n') => return Some(end + 2),
            Some(_) => return Some(end + 1),
            None => return Some(end),
        }
    }
}

/// A cell without its quotes.
fn plain(raw: &str) -> Cow<'_, str> {
    match raw.strip_prefix('"').and_then(|inside| inside.trim_end().strip_suffix('"')) {
        Some(inside) => inside.replace("\"\"", "\"").into(),
        None => raw.into(),
    }
}

/// A text that may be a table, line by line: which of its cells are secrets by their heading.
#[derive(Debug)]
pub enum Columns {
    /// So many lines have come, none of them a heading.
    Unknown(usize),
    /// No table, or one without secrets by name.
    None,
    /// Its delimiter, and its columns with what each says.
    Table(u8, Vec<(String, Role)>),
}

impl Default for Columns {
    fn default() -> Self {
        Self::Unknown(0)
    }
}

impl Columns {
    /// Takes the next line; gives the heading and the text of each secret in it. A cell of several lines is no row of the
    /// table here, and not looked at by its heading.
    pub(super) fn secrets(&mut self, line: &[u8], redactor: &Redactor) -> Vec<(String, String)> {
        self.secret_cells(line, redactor).into_iter().map(|(_, name, cell)| (name, cell)).collect()
    }

    /// The same, with the number of each cell in its line.
    fn secret_cells(&mut self, line: &[u8], redactor: &Redactor) -> Vec<(usize, String, String)> {
        match self {
            Self::Unknown(lines) => {
                let lines = *lines + 1;
                *self = Self::of(&String::from_utf8_lossy(line), lines);
                Vec::new()
            }
            Self::None => Vec::new(),
            Self::Table(delimiter, names) => {
                let cells = cells(*delimiter, &String::from_utf8_lossy(line));
                if cells.len() != names.len() {
                    return Vec::new();
                }
                let settings = names.iter().zip(&cells).filter(|((_, role), _)| *role == Role::Names);
                let setting = settings.map(|(_, cell)| cell.clone()).find(|name| names_secret(name));
                let secret = names.iter().zip(cells).enumerate().filter_map(|(at, ((name, role), cell))| {
                    let name = setting.as_ref().filter(|_| *role == Role::Values).unwrap_or(name);
                    let is_secret = names_secret(name) && !cell.trim().is_empty();
                    (is_secret && redactor.clean_named(name, &cell) != cell)
                        .then(|| (at, name.trim().to_owned(), cell))
                });
                secret.collect()
            }
        }
    }

    /// A text that is no table as a whole, without the cells that are secrets all the same: in lines with as many cells as a
    /// heading.
    pub fn without_secret_cells(text: Vec<u8>, redactor: &Redactor) -> Vec<u8> {
        let (mut columns, mut out, mut copied, mut at) = (Self::default(), Vec::new(), 0, 0);
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            if matches!(columns, Self::None) {
                break;
            }
            let secrets = columns.secret_cells(line, redactor);
            if let (false, Self::Table(delimiter, _)) = (secrets.is_empty(), &columns) {
                let places = places(*delimiter, line);
                for (number, name, cell) in secrets {
                    let Some(place) = places.get(number) else { continue };
                    out.extend_from_slice(text.get(copied..at + place.start).unwrap_or_default());
                    out.extend_from_slice(redactor.clean_named(&name, &cell).as_bytes());
                    copied = at + place.end;
                }
            }
            at += line.len();
        }
        if copied == 0 {
            return text;
        }
        out.extend_from_slice(text.get(copied..).unwrap_or_default());
        out
    }

    fn of(line: &str, lines: usize) -> Self {
        let line = line.trim_start_matches('\u{feff}');
        let names = heading(line).filter(|(_, names)| names.iter().all(|name| is_name(name)));
        let Some((delimiter, names)) = names else {
            return if lines > ABOVE { Self::None } else { Self::Unknown(lines) };
        };
        let roles = roles(&names);
        if !names.iter().any(|name| names_secret(name)) && !roles.contains(&Role::Names) {
            return Self::None;
        }
        Self::Table(delimiter, names.into_iter().zip(roles).collect())
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

    #[test]
    fn cells_of_what_is_no_table_go_too() {
        let redactor = Redactor::patterns_only();
        let clean = |text: &str| {
            let bytes = Columns::without_secret_cells(text.as_bytes().to_vec(), &redactor);
            String::from_utf8(bytes).unwrap()
        };
        for (text, expected) in [
            (
                "Server;Password\nWEB01;Hagel-Sturm\nsome prose\nand more\nWEB02;\"Hagel;Sturm\"\r\n",
                "Server;Password\nWEB01;{redacted}\nsome prose\nand more\nWEB02;{redacted}\r\n",
            ),
            ("Server;Password\nWEB01;\"Hagel-Sturm\n\n", "Server;Password\nWEB01;{redacted}\n\n"),
            ("no table; at all\nWEB01;Hagel-Sturm", "no table; at all\nWEB01;Hagel-Sturm"),
        ] {
            assert_eq!(clean(text), expected);
            assert_eq!(clean(expected), expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn cells_are_where_they_are(line in "[a-c,;\"é ]{0,24}\r?\n?") {
            let (texts, places) = (cells(b',', &line), places(b',', line.as_bytes()));
            proptest::prop_assert_eq!(texts.len(), places.len());
            for (text, place) in texts.iter().zip(places) {
                let there = line.get(place).unwrap();
                proptest::prop_assert_eq!(there.replace('"', ""), text.replace('"', ""));
            }
        }

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
            assert_eq!(is_too_wide(b',', &text), wide, "{}", text.len());
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
