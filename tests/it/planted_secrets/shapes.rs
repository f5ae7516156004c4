//! Every shape of a secret in `shapes.txt`, in every encoding, as a log, on the desk and under `inspect --leaks`.

use super::forms;
use clusterbrief::model::excerpt::Sanitize as _;
use clusterbrief::redact::search::Searcher;
use clusterbrief::redact::{Redactor, Sanitizer};

/// A secret, and a text that holds it.
struct Shape {
    secret: String,
    text: String,
}

/// A line of a log, before and after each shape.
const LINE: &str = "2026-11-20 09:00:00,000 [17] INFO  Thycotic.Web - Processed batch 7 in 12 ms\n";

fn shapes() -> Vec<Shape> {
    let rows = include_str!("shapes.txt").lines().filter(|row| !row.starts_with('#'));
    let shape = |row: &str| {
        let (secret, text) = row.split_once(" | ").unwrap();
        let text = text.replace("{S}", secret).replace('⏎', "\n").replace('⇥', "\t");
        Shape { secret: secret.to_owned(), text }
    };
    rows.map(shape).collect()
}

/// A text in UTF-8, in both kinds of UTF-16, and in the code page of western Windows where it has all letters.
fn encoded(text: &str) -> Vec<Vec<u8>> {
    let wide = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let (single, _, lossy) = encoding_rs::WINDOWS_1252.encode(text);
    let mut all = vec![
        text.as_bytes().to_vec(),
        [b"\xff\xfe", &wide(u16::to_le_bytes)[..]].concat(),
        wide(u16::to_be_bytes),
    ];
    if !lossy && !text.is_ascii() {
        all.push(single.into_owned());
    }
    all
}

#[test]
fn no_shape_is_left_or_unseen_in_any_encoding() {
    let (redactor, searcher) = (Redactor::patterns_only(), Searcher::default());
    let shapes = shapes();
    assert!(shapes.len() >= 300, "{}", shapes.len());
    let mut wrong = Vec::new();
    for Shape { secret, text } in &shapes {
        let prefix = LINE.strip_suffix("Processed batch 7 in 12 ms\n").unwrap();
        let mut texts = vec![format!("{LINE}{text}\n{LINE}")];
        if !text.contains('\n') {
            texts.push(format!("{LINE}{prefix}{text}\n{LINE}"));
        }
        for text in &texts {
            let lines = text.lines().count() as u64;
            for bytes in encoded(text) {
                let (out, _) = redactor.redact(&bytes);
                if let Some(form) = forms::left(&out, secret) {
                    wrong.push(format!("{form} of {text:?}\n{}", String::from_utf8_lossy(&out)));
                }
                let seen = searcher.search(&bytes).places;
                if !seen.iter().any(|place| (2..lines).contains(&place.line)) {
                    wrong.push(format!("unseen: {text:?} {seen:?}"));
                }
                let again = searcher.search(&out).places;
                if !again.is_empty() {
                    wrong.push(format!("still seen: {text:?}\n{}\n{again:?}", String::from_utf8_lossy(&out)));
                }
                if redactor.redact(&out).0 != out {
                    wrong.push(format!("not stable: {text:?}\n{}", String::from_utf8_lossy(&out)));
                }
            }
            if forms::left(Sanitizer.sanitize(text).as_bytes(), secret).is_some() {
                wrong.push(format!("on the desk: {text:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), shapes.len(), wrong.join("\n"));
}

#[test]
fn a_text_may_be_cut_anywhere() {
    let redactor = Redactor::patterns_only();
    for Shape { text, .. } in shapes() {
        let text = format!("{LINE}{text}\n{LINE}");
        let whole = redactor.redact(text.as_bytes());
        for size in [1, 7, 64] {
            let (mut stream, mut out) = (redactor.stream(), Vec::new());
            for piece in text.as_bytes().chunks(size) {
                stream.push(piece, &mut out);
            }
            let counts = stream.finish(&mut out);
            assert_eq!(
                (String::from_utf8_lossy(&out), counts),
                (String::from_utf8_lossy(&whole.0), whole.1.clone()),
                "{text}"
            );
        }
    }
}

/// Lines that name no secret, however much they speak of them.
fn innocent() -> Vec<&'static str> {
    include_str!("innocent.txt").lines().collect()
}

#[test]
fn innocent_lines_come_out_as_they_went_in() {
    let lines = innocent();
    assert!(lines.len() >= 200, "{}", lines.len());
    let redactor = Redactor::patterns_only();
    let mut wrong = Vec::new();
    for line in &lines {
        for text in [
            format!("{line}\n"),
            format!("{LINE}{line}\n"),
            format!("{}{line}\n", LINE.split("Proc").next().unwrap()),
        ] {
            let out = String::from_utf8(redactor.redact(text.as_bytes()).0).unwrap();
            if out != text {
                wrong.push(out);
            }
        }
    }
    let all = lines.join("\n");
    assert!(wrong.is_empty(), "{}", wrong.concat());
    assert_eq!(String::from_utf8(redactor.redact(all.as_bytes()).0).unwrap(), all);
    assert_eq!(Searcher::default().search(all.as_bytes()).places, []);
}
