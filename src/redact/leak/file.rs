//! What a whole file is that must not leave its node: a key file, a case key, a legend, a private key. By its name and its
//! start alone.

use super::HitKind;
use crate::model::product::{DATABASE_CONFIG, ENCRYPTION_CONFIG, is_key_file_name};
use crate::redact::fingerprint::{CaseKey, KEY_FILE_MAX, KEY_FILE_MIN};
use crate::redact::labels::{DO_NOT_SEND, is_legend};
use crate::text::encoding;
use crate::text::signature::{self, Kind};

/// Bytes of the start that decide.
pub(super) const HEAD: usize = signature::HEAD;

/// The visible text before the content of a key file, in bytes.
const KEY_FILE_MARK: usize = 41;

/// How data begin that DPAPI of Windows protected: a version and the GUID of the provider.
const DPAPI: &[u8] = b"\x01\0\0\0\xd0\x8c\x9d\xdf\x01\x15\xd1\x11\x8c\x7a\x00\xc0\x4f\xc2\x97\xeb";

/// What a file of `total` bytes is that begins with `head`; its name counts as far as it is known.
pub(super) fn kind(name: Option<&str>, head: &[u8], total: u64) -> Option<HitKind> {
    let format = signature::format(head, total).map(|format| format.kind);
    if name.is_some_and(is_key_file_name) && !head.is_empty() {
        // Of a key file that somebody packed the name is that of the archive. A note about one has blanks.
        let is_text = |byte: &u8| matches!(*byte, b'\t' | b'\n' | b'\r' | 32..=126);
        let is_itself = name.is_some_and(|name| {
            [ENCRYPTION_CONFIG, DATABASE_CONFIG].iter().any(|file| name.to_lowercase().ends_with(file))
        });
        let other = format.is_some_and(|kind| !kind.holds_files())
            || head.trim_ascii_start().starts_with(b"<")
            || (!is_itself && head.contains(&b' ') && head.iter().all(is_text));
        return (!other).then_some(HitKind::KeyFile);
    }
    if format == Some(Kind::PrivateKey) {
        return Some(HitKind::KeyStore);
    }
    if format.is_some() {
        return None;
    }
    let text = encoding::decode(head);
    let kept = name.map(str::to_lowercase).filter(|name| name.contains(DO_NOT_SEND) && !head.is_empty());
    if is_legend(&text) || kept.as_ref().is_some_and(|name| name.contains("legend")) {
        return Some(HitKind::Legend);
    }
    // A digest of a file has the same shape, so something has to say that it is a key.
    let says = |text: &str| ["case", "key"].iter().all(|word| text.to_lowercase().contains(word));
    let is_key =
        total <= HEAD as u64 && CaseKey::parse(&text).is_ok() && (says(&text) || name.is_some_and(says));
    if is_key || kept.is_some() {
        return Some(HitKind::CaseKey);
    }
    may_be_key_file(head, total).then_some(HitKind::MayBeKeyFile)
}

/// Whether a file of no known format may be a key file: small, and nothing but random bytes, after the mark or from its
/// start; or protected by DPAPI.
fn may_be_key_file(head: &[u8], total: u64) -> bool {
    let behind_mark = || {
        let (mark, content) = head.split_at_checked(KEY_FILE_MARK)?;
        mark.iter().all(|byte| (32..127).contains(byte)).then_some(content)
    };
    (KEY_FILE_MIN as u64..=KEY_FILE_MAX as u64).contains(&total)
        && ((is_random(head) && !is_utf16(head))
            || behind_mark().is_some_and(is_random)
            || memchr::memmem::find(head, DPAPI).is_some_and(|at| at <= KEY_FILE_MARK))
}

/// Whether bytes have no order that shows: texts of any code page have hardly a control character, other formats many
/// zeros or few different bytes.
fn is_random(bytes: &[u8]) -> bool {
    const LEAST: usize = 64;
    let count = |class: fn(&u8) -> bool| bytes.iter().filter(|byte| class(byte)).count();
    let control = count(|byte| (1..9).contains(byte) || (14..32).contains(byte) || *byte == 127);
    let mut seen = [false; 256];
    for byte in bytes {
        if let Some(seen) = seen.get_mut(usize::from(*byte)) {
            *seen = true;
        }
    }
    let different: u16 = seen.into_iter().map(u16::from).sum();
    // So many different ones have random bytes on average, and seldom a fifth less.
    let expected = 256.0 - bytes.iter().fold(256.0, |unseen, _| unseen * 255.0 / 256.0);
    bytes.len() >= LEAST
        && control * 50 >= bytes.len()
        && count(|byte| *byte >= 128) * 5 >= bytes.len()
        && count(|byte| *byte == 0) * 16 <= bytes.len()
        && f64::from(different) >= expected * 0.8
}

/// Whether bytes are a text in UTF-16 of a script that has no zero bytes, with or without a mark: nearly all letters are of
/// that script, and the others are signs, Latin letters and digits.
fn is_utf16(bytes: &[u8]) -> bool {
    const SCRIPTS: [(u16, u16); 3] = [(0x0100, 0x1fff), (0x3040, 0x9fff), (0xac00, 0xd7af)];
    let (pairs, _) = bytes.as_chunks::<2>();
    let is_text = |unit: fn([u8; 2]) -> u16, (first, last): (u16, u16)| {
        let other = |unit: &u16| {
            !(first..=last).contains(unit)
                && !matches!(*unit, 9 | 10 | 13 | 32..=126 | 0xa0..=0xff | 0x2010..=0x203f | 0x3000..=0x303f | 0xfe30..=0xffef)
        };
        pairs.iter().map(|pair| unit(*pair)).filter(other).count() * 20 < pairs.len()
    };
    SCRIPTS
        .into_iter()
        .any(|script| is_text(u16::from_le_bytes, script) || is_text(u16::from_be_bytes, script))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random(seed: u64, length: usize) -> Vec<u8> {
        let mut state = seed;
        let next = |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            u8::try_from(state >> 56).unwrap()
        };
        (0..length).map(next).collect()
    }

    fn of(name: Option<&str>, bytes: &[u8]) -> Option<HitKind> {
        kind(name, bytes.get(..HEAD.min(bytes.len())).unwrap(), bytes.len() as u64)
    }

    #[test]
    fn random_bytes_may_be_a_key_file_whatever_their_name() {
        for seed in 1..100 {
            for length in [128, 300, 457, 2000, 60_000] {
                let raw = random(seed, length);
                let format = signature::format(&raw, raw.len() as u64);
                assert!(
                    format.is_some() || of(Some("a.bin"), &raw) == Some(HitKind::MayBeKeyFile),
                    "{seed} {length}"
                );
                let marked = [&b"41 signs that anybody can read, and more: "[..41], &raw].concat();
                assert_eq!(of(None, &marked), Some(HitKind::MayBeKeyFile), "{seed} {length}");
            }
        }
        let protected = [DPAPI, &[0; 60], &random(1, 200)].concat();
        assert_eq!(of(Some("x"), &protected), Some(HitKind::MayBeKeyFile));
        assert_eq!(of(None, &random(1, 127)), None);
        assert_eq!(of(None, &random(1, (64 << 10) + 1)), None);
    }

    #[test]
    fn a_name_says_what_a_key_file_is_unless_its_content_is_something_else() {
        for name in [
            "encryption.config",
            "x/Database.config.bak",
            "encryption - Copy (2).config",
            "old_database.config",
        ] {
            assert_eq!(of(Some(name), &random(1, 457)), Some(HitKind::KeyFile), "{name}");
            assert_eq!(of(Some(name), b"c29tZSB0ZXh0\r\n"), Some(HitKind::KeyFile), "{name}");
            assert_eq!(of(Some(name), b"PK\x03\x04 and so on"), Some(HitKind::KeyFile), "{name}");
            assert_eq!(of(Some(name), b"\x89PNG\r\n\x1a\n and so on"), None, "{name}");
            assert_eq!(of(Some(name), b"<?xml version=\"1.0\"?><configuration/>"), None, "{name}");
            assert_eq!(of(Some(name), b""), None, "{name}");
        }
        assert_eq!(of(Some("mydatabase.config"), b"<a/>"), None);
        assert_eq!(of(Some("restore encryption.config.txt"), b"Copy the file to the node."), None);
    }

    #[test]
    fn what_stays_with_the_customer_is_known() {
        let key = CaseKey::parse(&"1f".repeat(32)).unwrap().to_file_text();
        assert_eq!(of(Some("a.txt"), key.as_bytes()), Some(HitKind::CaseKey), "{key}");
        let utf16: Vec<u8> =
            "\u{feff}".encode_utf16().chain(key.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(of(None, &utf16), Some(HitKind::CaseKey));
        let bare = "1f".repeat(32);
        assert_eq!(of(Some("WEB01-case-key-do-not-send.txt"), bare.as_bytes()), Some(HitKind::CaseKey));
        assert_eq!(of(Some("WEB01.zip.sha256"), bare.as_bytes()), None, "a digest of a file");
        let legend =
            "# clusterbrief legend of key 7d91d732: what each label stands for.\n{host-1-2}\tWEB01\n";
        assert_eq!(of(Some("x"), legend.as_bytes()), Some(HitKind::Legend));
        for store in ["-----BEGIN RSA PRIVATE KEY-----\nMII", "PuTTY-User-Key-File-3: ssh-rsa"] {
            assert_eq!(of(Some("id"), store.as_bytes()), Some(HitKind::KeyStore), "{store}");
        }
    }

    #[test]
    fn texts_in_any_code_are_no_key_file() {
        let words = "目标服务器上的应用程序池已停止请检查日志文件中的错误信息并重新启动服务".repeat(6);
        let mixed = "ノードWEB01はクラスターに参加していません。設定を確認してください。\r\n".repeat(8);
        let russian = "Пул приложений остановлен, проверьте журнал.\r\n".repeat(8);
        for text in [words, mixed, russian] {
            for codes in [
                text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(),
                text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
                text.clone().into_bytes(),
                encoding_rs::SHIFT_JIS.encode(&text).0.into_owned(),
                encoding_rs::GB18030.encode(&text).0.into_owned(),
                encoding_rs::WINDOWS_1251.encode(&text).0.into_owned(),
            ] {
                assert_eq!(of(Some("notes.txt"), &codes), None, "{text}");
            }
        }
    }
}
