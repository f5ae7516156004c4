//! A plain byte search for a planted value in every form that it may have.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// The form in which `text` holds `secret`, if it does.
pub(super) fn left(text: &[u8], secret: &str) -> Option<&'static str> {
    let wide = |bytes: fn(u16) -> [u8; 2]| secret.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let each = |form: &dyn Fn(u8) -> String| secret.bytes().map(form).collect::<String>().into_bytes();
    let mut forms: Vec<(&str, Vec<u8>)> = vec![
        ("the value itself", secret.as_bytes().to_vec()),
        ("in a code page", encoding_rs::WINDOWS_1252.encode(secret).0.into_owned()),
        ("in UTF-16", wide(u16::to_le_bytes)),
        ("in UTF-16, high byte first", wide(u16::to_be_bytes)),
        ("in hexadecimal", each(&|byte| format!("{byte:02x}"))),
        ("in percent", each(&|byte| format!("%{byte:02X}"))),
        ("in entities", each(&|byte| format!("&#{byte};"))),
    ];
    for offset in 0..3 {
        for bytes in [secret.as_bytes().to_vec(), wide(u16::to_le_bytes)] {
            let code = STANDARD_NO_PAD.encode([vec![0; offset], bytes].concat());
            // What straddles the ends depends on the neighbours.
            let inside =
                code.get(offset * 4 / 3 + usize::from(offset > 0)..code.len() - 2).unwrap_or_default();
            forms.push(("in base64", inside.as_bytes().to_vec()));
        }
    }
    forms
        .into_iter()
        .find(|(_, form)| form.len() > 3 && memchr::memmem::find(text, form).is_some())
        .map(|(name, _)| name)
}
