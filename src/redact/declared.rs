//! Whether a configuration is written in the encoding that it says. .NET reads the bytes as the declaration says and refuses the
//! file where they are not; a reader that guesses would find nothing wrong with it.

use super::xml::ConfigError;

/// Names of encodings of two bytes, which .NET takes only for bytes that already are of one.
const WIDE: [&str; 8] =
    ["utf-16", "utf-16le", "utf-16be", "unicode", "unicodefffe", "ucs-2", "iso-10646-ucs-2", "utf-16-le"];

/// How much of a file its declaration is looked for in.
const HEAD: usize = 400;

/// Why .NET refuses the file for its encoding; `None` where it does not, or nobody can say.
pub(super) fn fault(bytes: &[u8]) -> Option<ConfigError> {
    let wide = is_wide(bytes);
    let declared = declared(bytes, wide)?;
    let names_wide = WIDE.contains(&declared.as_str());
    let at_start = |error| ConfigError::NotWellFormed { line: 1, column: 1, error };
    match (wide, declared.as_str()) {
        (true, name) if !name.is_empty() && !names_wide && name != "ucs-4" => {
            Some(at_start("the file is in UTF-16, and its declaration names another encoding"))
        }
        (false, _) if names_wide => Some(at_start("the declaration names UTF-16, and the file is not in it")),
        (false, "" | "utf-8") => {
            let end = std::str::from_utf8(bytes).err()?.valid_up_to();
            let before = bytes.get(..end)?;
            let line = memchr::memchr_iter(b'\n', before).count() + 1;
            let begin = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
            let column = String::from_utf8_lossy(before.get(begin..)?).chars().count() + 1;
            Some(ConfigError::NotWellFormed {
                line: u32::try_from(line).unwrap_or(u32::MAX),
                column: u32::try_from(column).unwrap_or(u32::MAX),
                error: "a byte here is not UTF-8, and the declaration names no other encoding",
            })
        }
        _ => None,
    }
}

/// Whether the bytes are UTF-16, by their mark or by how XML begins.
fn is_wide(bytes: &[u8]) -> bool {
    matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [b'<', 0, ..] | [0, b'<', ..])
}

/// The encoding that the declaration names, in lower case; empty without one, `None` for what is no XML.
fn declared(bytes: &[u8], wide: bool) -> Option<String> {
    // What a declaration holds is ASCII, so that every other byte of UTF-16 is a zero.
    let head: String = bytes
        .iter()
        .take(HEAD)
        .filter(|byte| !(wide && **byte == 0))
        .filter(|byte| byte.is_ascii())
        .map(|byte| char::from(*byte))
        .collect();
    let head = head.trim_start();
    if !head.starts_with('<') {
        return None;
    }
    let Some(declaration) = head.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")) else {
        return Some(String::new());
    };
    let name = declaration.0.split_once("encoding").and_then(|(_, rest)| {
        let rest = rest.trim_start().strip_prefix('=')?.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        rest.get(1..)?.split_once(quote).map(|(name, _)| name.trim().to_lowercase())
    });
    Some(name.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn le(text: &str, mark: bool) -> Vec<u8> {
        let mark: &[u8] = if mark { &[0xff, 0xfe] } else { &[] };
        mark.iter().copied().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
    }

    fn says(bytes: &[u8]) -> Option<(u32, u32, &'static str)> {
        match fault(bytes)? {
            ConfigError::NotWellFormed { line, column, error } => Some((line, column, error)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_dotnet_refuses_is_a_fault() {
        let utf16 = "<?xml version=\"1.0\" encoding=\"utf-16\"?>\n<configuration/>";
        assert!(says(utf16.as_bytes()).unwrap().2.contains("names UTF-16"));
        assert!(says(utf16.replace("utf-16", "UCS-2").as_bytes()).is_some());
        let utf8 = "<?xml version='1.0' encoding='utf-8'?>\n<configuration/>";
        assert!(says(&le(utf8, true)).unwrap().2.contains("the file is in UTF-16"));
        assert!(says(&le(utf8, false)).is_some());
        let mut latin = b"<?xml version=\"1.0\"?>\n<a b=\"".to_vec();
        latin.extend(b"\xe9\"/>");
        assert_eq!(says(&latin).map(|(line, column, _)| (line, column)), Some((2, 7)));
    }

    #[test]
    fn what_dotnet_reads_is_none() {
        let of = |name: &str| format!("<?xml version=\"1.0\" encoding=\"{name}\"?><a b=\"é\"/>");
        for bytes in [
            of("utf-8").into_bytes(),
            [b"\xef\xbb\xbf".to_vec(), of("utf-8").into_bytes()].concat(),
            of("windows-1252").into_bytes(),
            of("ibm850").into_bytes(),
            le(&of("utf-16"), true),
            le(&of("UTF-16"), false),
            b"<a/>".to_vec(),
            b"<?xml version='1.0' encoding='windows-1252'?><a b='\xe9'/>".to_vec(),
            b"<?xml version='1.0' encoding='shift_jis'?><a b='\x83\x65'/>".to_vec(),
            b"\x01\x02\xff no markup at all".to_vec(),
            Vec::new(),
        ] {
            assert_eq!(fault(&bytes), None, "{}", String::from_utf8_lossy(&bytes));
        }
    }
}
