use super::*;
use crate::intake::source;
use crate::model::events::EventMeaning;
use proptest::prelude::*;

/// Writes a chunk of an event log as Windows does.
struct MadeChunk(Vec<u8>);

/// A value to put into a template.
enum Put<'t> {
    Text(&'t str),
    Texts(&'t [&'t str]),
    Number(u16),
    Level(u8),
    Time(u64),
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

impl MadeChunk {
    fn new() -> Self {
        let mut bytes = b"ElfChnk\0".to_vec();
        bytes.resize(512, 0);
        Self(bytes)
    }

    fn u16(&mut self, value: usize) {
        self.0.extend(u16::try_from(value).unwrap().to_le_bytes());
    }

    fn u32(&mut self, value: usize) {
        self.0.extend(u32::try_from(value).unwrap().to_le_bytes());
    }

    /// A name at its first use.
    fn name(&mut self, name: &str) {
        let here = self.0.len() + 4;
        self.u32(here);
        self.u32(0);
        self.u16(0);
        self.u16(name.len());
        self.0.extend(wide(name));
        self.u16(0);
    }

    /// The start of an element, with attributes of a fixed text or of a value.
    fn start(&mut self, name: &str, attributes: &[(&str, Result<&str, usize>)], in_template: bool) {
        self.0.push(if attributes.is_empty() { 0x01 } else { 0x41 });
        if in_template {
            self.u16(0xffff);
        }
        self.u32(0);
        self.name(name);
        if !attributes.is_empty() {
            self.u32(0);
        }
        for (index, (name, value)) in attributes.iter().enumerate() {
            self.0.push(if index + 1 < attributes.len() { 0x46 } else { 0x06 });
            self.name(name);
            match value {
                Ok(text) => self.text(text),
                Err(index) => self.value(*index),
            }
        }
        self.0.push(0x02);
    }

    fn text(&mut self, text: &str) {
        self.0.extend([0x05, 0x01]);
        self.u16(text.encode_utf16().count());
        self.0.extend(wide(text));
    }

    fn value(&mut self, index: usize) {
        self.0.push(0x0d);
        self.u16(index);
        self.0.push(0x01);
    }

    fn element(&mut self, name: &str, value: Result<&str, usize>, in_template: bool) {
        self.start(name, &[], in_template);
        match value {
            Ok(text) => self.text(text),
            Err(index) => self.value(index),
        }
        self.0.push(0x04);
    }

    /// The elements of a record: from values 0 to 5 (provider, number, level, time, machine, texts), or as they are.
    fn event(&mut self, fixed: Option<[&str; 6]>) {
        let of = |index: usize| fixed.map_or(Err(index), |texts| Ok(texts[index]));
        let inside = fixed.is_none();
        self.0.extend([0x0f, 1, 1, 0]);
        self.start(
            "Event",
            &[("xmlns", Ok("http://schemas.microsoft.com/win/2004/08/events/event"))],
            inside,
        );
        self.start("System", &[], inside);
        self.start("Provider", &[("Name", of(0))], inside);
        self.0.push(0x04);
        self.element("EventID", of(1), inside);
        self.element("Level", of(2), inside);
        self.start("TimeCreated", &[("SystemTime", of(3))], inside);
        self.0.push(0x04);
        self.element("Channel", Ok("System"), inside);
        self.element("Computer", of(4), inside);
        self.0.push(0x04);
        self.start("EventData", &[], inside);
        self.element("Data", of(5), inside);
        self.0.extend([0x04, 0x04, 0x00]);
    }

    /// A record of a template, which is written where it is used for the first time; gives where it is.
    fn record(&mut self, template: Option<usize>, values: &[Put]) -> usize {
        let start = self.begin_record();
        self.0.extend([0x0f, 1, 1, 0, 0x0c, 0x01]);
        self.u32(7);
        let offset = template.unwrap_or(self.0.len() + 4);
        self.u32(offset);
        if template.is_none() {
            self.u32(0);
            self.0.extend([0; 16]);
            let length = self.0.len();
            self.u32(0);
            self.event(None);
            let size = u32::try_from(self.0.len() - length - 4).unwrap();
            self.0[length..length + 4].copy_from_slice(&size.to_le_bytes());
        }
        let values: Vec<(u8, Vec<u8>)> = values
            .iter()
            .map(|value| match value {
                Put::Text(text) => (0x01, wide(text)),
                Put::Texts(texts) => {
                    (0x81, texts.iter().flat_map(|text| wide(&format!("{text}\0"))).collect())
                }
                Put::Number(number) => (0x06, number.to_le_bytes().to_vec()),
                Put::Level(level) => (0x04, vec![*level]),
                Put::Time(time) => (0x11, time.to_le_bytes().to_vec()),
            })
            .collect();
        self.u32(values.len());
        for (kind, bytes) in &values {
            self.u16(bytes.len());
            self.0.extend([*kind, 0]);
        }
        for (_, bytes) in values {
            self.0.extend(bytes);
        }
        self.0.push(0);
        self.end_record(start);
        offset
    }

    fn begin_record(&mut self) -> usize {
        let start = self.0.len();
        self.0.extend([0x2a, 0x2a, 0, 0]);
        self.0.extend([0; 20]);
        start
    }

    fn end_record(&mut self, start: usize) {
        let size = u32::try_from(self.0.len() + 4 - start).unwrap().to_le_bytes();
        self.0.extend(size);
        self.0[start + 4..start + 8].copy_from_slice(&size);
    }

    fn file(mut self) -> Vec<u8> {
        let end = u32::try_from(self.0.len()).unwrap().to_le_bytes();
        self.0[48..52].copy_from_slice(&end);
        self.0.resize(64 << 10, 0);
        let mut file = b"ElfFile\0".to_vec();
        file.resize(4 << 10, 0);
        file.extend(self.0);
        file.extend(vec![0; 64 << 10]);
        file
    }
}

/// 2026-11-20 09:15:30 UTC.
const TIME: u64 = 134_396_397_300_000_000;

fn made() -> Vec<u8> {
    let mut chunk = MadeChunk::new();
    let values = |id: u16, computer: &'static str, texts: &'static [&'static str]| {
        [
            Put::Text("Microsoft-Windows-WAS"),
            Put::Number(id),
            Put::Level(2),
            Put::Time(TIME),
            Put::Text(computer),
            Put::Texts(texts),
        ]
    };
    let template = chunk.record(None, &values(5002, "WEB01", &["SecretServer", "<größer> & \"x\""]));
    chunk.record(Some(template), &values(5002, "web01.example.com", &["Intranet"]));
    chunk.record(Some(template), &values(5186, "WEB02", &["secretserver"]));
    let start = chunk.begin_record();
    chunk.event(Some(["EventLog", "6008", "2", "2026-11-20T10:00:00.0000000Z", "WEB02.example.com", "x"]));
    chunk.end_record(start);
    chunk.file()
}

/// A machine, and its records: where each is, what it means and when it was written.
type Found = (String, Vec<(u32, EventMeaning, String)>);

fn found(file: EventFile, pool: Option<&str>) -> Vec<Found> {
    let records = |one: ComputerEvents| {
        let found = one.into_records(pool).into_iter();
        found.map(|record| (record.line, record.meaning, record.at.to_rfc3339())).collect()
    };
    file.computers.into_iter().map(|one| (one.computer.clone(), records(one))).collect()
}

#[test]
fn records_of_a_log_file_are_those_of_the_machines_that_they_name() {
    assert!(is_event_file(&made()));
    let file = read(source("System.evtx"), &made()).unwrap();
    assert_eq!(file.problem, None);
    let at = |time: &str| format!("2026-11-20T{time}+00:00");
    assert_eq!(
        found(file, Some("SecretServer")),
        [
            ("web01.example.com".to_owned(), vec![(1, EventMeaning::PoolFailure, at("09:15:30"))]),
            (
                "WEB02.example.com".to_owned(),
                vec![
                    (3, EventMeaning::WorkerEnd, at("09:15:30")),
                    (4, EventMeaning::Unexpected, at("10:00:00"))
                ]
            ),
        ]
    );
    let all = found(read(source("System.evtx"), &made()).unwrap(), None);
    assert_eq!(all[0].1.len(), 2, "nobody says which pool is meant");
}

#[test]
fn what_is_kept_of_a_log_tells_the_same_from_the_same_places() {
    let xml = format!(
        "<Events>\r\n{XML}{XML}\r\n\r\n{}</Events>",
        XML.replace("SecretServer", "a &amp;&#10; &lt;b&gt;")
    );
    for bytes in [made(), xml.into_bytes()] {
        let kept = kept(&bytes).unwrap();
        let before = found(read(source("x"), &bytes).unwrap(), None);
        assert_eq!(found(read(source("x"), kept.as_bytes()).unwrap(), None), before, "{kept}");
        assert_eq!(super::kept(kept.as_bytes()).unwrap(), kept);
        assert!(!kept.contains("Der Anwendungspool"), "no message is kept");
    }
    assert!(kept(b"a,b\n1,2\n").is_none());
}

#[test]
fn a_damaged_log_costs_what_is_damaged() {
    let good = made();
    assert_eq!(read(source("x.evtx"), &good[..4 << 10]).unwrap_err(), EventFileError::Empty);
    let zeros = [good[..4 << 10].to_vec(), vec![0; 128 << 10]].concat();
    assert_eq!(read(source("x.evtx"), &zeros).unwrap_err(), EventFileError::Empty);
    let mut torn = good.clone();
    torn[4 << 10] = b'X';
    assert_eq!(read(source("x.evtx"), &torn).unwrap_err(), EventFileError::Damaged);
    // The second record claims to be longer than its chunk.
    let second = memmem::find_iter(&good, &[0x2a, 0x2a, 0, 0]).nth(1).unwrap();
    let mut long = good.clone();
    long[second + 4..second + 8].copy_from_slice(&u32::MAX.to_le_bytes());
    let file = read(source("x.evtx"), &long).unwrap();
    assert_eq!(
        file.problem.as_deref(),
        Some("x.evtx was read in part: 1 records or parts of it cannot be read.")
    );
    assert_eq!(found(file, None).iter().map(|(_, records)| records.len()).sum::<usize>(), 3);
}

#[test]
fn a_value_that_is_put_in_without_end_is_bounded() {
    let mut chunk = MadeChunk::new();
    let start = chunk.begin_record();
    chunk.0.extend([0x0f, 1, 1, 0, 0x0c, 0x01]);
    chunk.u32(7);
    let offset = chunk.0.len() + 4;
    chunk.u32(offset);
    chunk.0.extend([0; 20]);
    chunk.u32(20_000);
    let body = chunk.0.len();
    chunk.start("Event", &[], true);
    while chunk.0.len() < body + 19_990 {
        chunk.value(0);
    }
    chunk.0.resize(body + 20_000, 0);
    chunk.u32(1);
    chunk.u16(20_000);
    chunk.0.extend([0x01, 0]);
    chunk.0.extend(wide(&"a".repeat(10_000)));
    chunk.end_record(start);
    let mut seen = Vec::new();
    evtx::records(&chunk.file(), &mut |xml, _| {
        seen.push(xml.map(str::len));
        true
    });
    assert_eq!(seen, [None]);
}

#[test]
fn templates_in_templates_are_bounded() {
    // A template that is used twice in itself.
    let mut chunk = MadeChunk::new();
    let start = chunk.begin_record();
    chunk.0.extend([0x0f, 1, 1, 0, 0x0c, 0x01]);
    chunk.u32(7);
    let offset = chunk.0.len() + 4;
    chunk.u32(offset);
    chunk.0.extend([0; 20]);
    chunk.u32(2 * 14);
    for _ in 0..2 {
        chunk.0.extend([0x0c, 0x01]);
        chunk.u32(7);
        chunk.u32(offset);
        chunk.u32(0);
    }
    chunk.u32(0);
    chunk.end_record(start);
    let mut seen = Vec::new();
    evtx::records(&chunk.file(), &mut |xml, _| {
        seen.push(xml.map(str::len));
        true
    });
    assert_eq!(seen, [None]);
}

const XML: &str = "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='WAS'/>\
    <EventID Qualifiers='49152'>5002</EventID><Level>2</Level><TimeCreated SystemTime='2026-11-20T09:15:30.1234567Z'/>\
    <Channel>System</Channel><Computer>WEB01.example.com</Computer></System><EventData><Data>SecretServer</Data></EventData>\
    <RenderingInfo Culture='de-DE'><Message>Der Anwendungspool wurde deaktiviert.</Message></RenderingInfo></Event>";

#[test]
fn event_xml_is_read_with_and_without_a_root() {
    let other = XML.replace("WEB01.example.com", "WEB01").replace("5002", "5186");
    let viewer = format!(
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\r\n<Events>{XML}\r\n{other}</Events>"
    );
    for text in [format!("{XML}\r\n{other}\r\n"), viewer.clone(), format!("<Events>\n{XML}{other}</Events>")]
    {
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [text.as_bytes(), &utf16] {
            assert!(is_event_file(bytes), "{text}");
            let file = read(source("System.xml"), bytes).unwrap();
            assert_eq!(file.problem, None);
            let [(computer, records)] = found(file, Some("secretserver")).try_into().unwrap();
            assert_eq!((computer.as_str(), records.len()), ("WEB01.example.com", 2));
        }
    }
    let lines = found(read(source("x"), viewer.as_bytes()).unwrap(), None);
    assert_eq!(lines[0].1.iter().map(|record| record.0).collect::<Vec<_>>(), [2, 3]);
    let cut = format!("{XML}{}", XML.get(..200).unwrap());
    assert!(read(source("x"), cut.as_bytes()).unwrap().problem.unwrap().contains("1 records"));
    for other in ["<Events></Events>", "<configuration><Event/></configuration>", "Event,Level\n1,2\n"] {
        assert!(!is_event_file(other.as_bytes()), "{other}");
    }
}

proptest! {
    #[test]
    fn no_changed_byte_panics(changes in proptest::collection::vec((4_600usize..7_500, any::<u8>()), 1..20)) {
        let mut file = made();
        for (at, byte) in changes {
            file[at] = byte;
        }
        let _ = read(source("x"), &file);
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(source("x"), &bytes);
        let _ = evtx::records(&[made()[..4_608].to_vec(), bytes].concat(), &mut |_, _| true);
    }
}
