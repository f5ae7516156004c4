//! Files of many kinds as programs write them, small and with a dense content: what is easily taken for a key file.

use std::io::{Cursor, Write as _};

/// Bytes from a generator, the same in every run.
pub fn random(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u8::try_from(state >> 56).unwrap()
    };
    (0..length).map(next).collect()
}

/// Something dense behind a head.
fn dense(head: &[u8]) -> Vec<u8> {
    [head, &random(head.len() as u64 + 7, 1800)].concat()
}

/// The same behind a head that is at a place of its own.
fn at(place: usize, mark: &[u8], before: &[u8]) -> Vec<u8> {
    let mut bytes = dense(before);
    bytes.splice(place..place + mark.len(), mark.iter().copied());
    bytes
}

/// A value in DER.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap();
    match u8::try_from(length) {
        Ok(short @ 0..=127) => [&[tag, short], content].concat(),
        _ => [&[tag, 0x82], &length.to_be_bytes()[..], content].concat(),
    }
}

/// The identifier of signatures with RSA and SHA-256, and a signature.
fn signed(content: Vec<u8>) -> Vec<u8> {
    let algorithm = der(0x30, b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00");
    der(0x30, &[content, algorithm, der(3, &[&[0][..], &random(3, 256)].concat())].concat())
}

fn key() -> Vec<u8> {
    let algorithm = der(0x30, b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00");
    der(0x30, &[algorithm, der(3, &random(4, 270))].concat())
}

fn certificate() -> Vec<u8> {
    let name = der(0x30, &der(0x31, &der(0x30, b"\x06\x03\x55\x04\x03\x0c\x05WEB01")));
    signed(der(0x30, &[der(0xa0, b"\x02\x01\x02"), der(2, &random(5, 16)), name, key()].concat()))
}

fn pem(label: &str, der: &[u8]) -> Vec<u8> {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\r\n{}\r\n-----END {label}-----\r\n", lines.join("\r\n")).into_bytes()
}

fn zip(name: &str) -> Vec<u8> {
    zip_of(name, &random(8, 1500))
}

fn zip_of(name: &str, content: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(content).unwrap();
    zip.finish().unwrap().into_inner()
}

fn png() -> Vec<u8> {
    let chunk = |kind: &[u8], data: &[u8]| {
        let length = u32::try_from(data.len()).unwrap().to_be_bytes();
        [&length[..], kind, data, &[1, 2, 3, 4]].concat()
    };
    let head = chunk(b"IHDR", b"\0\0\x04\0\0\0\x03\0\x08\x06\0\0\0");
    [&b"\x89PNG\r\n\x1a\n"[..], &head, &chunk(b"IDAT", &random(9, 1500)), &chunk(b"IEND", b"")].concat()
}

fn mp3() -> Vec<u8> {
    (0..5).flat_map(|frame| [&b"\xff\xfb\x90\x44"[..], &random(frame, 413)].concat()).collect()
}

/// Names and contents. Each is between 128 bytes and 64 KiB, and most look random.
pub fn kinds() -> Vec<(&'static str, Vec<u8>)> {
    let chinese = "目标服务器上的应用程序池已停止，请检查日志文件中的错误信息并重新启动服务。".repeat(8);
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let mut tar = dense(b"logs/SS.log");
    tar[11..100].fill(0);
    tar[257..262].copy_from_slice(b"ustar");
    vec![
        ("screenshot.png", png()),
        ("photo.jpg", dense(b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01")),
        ("small.gif", dense(b"GIF89a")),
        ("paint.bmp", dense(b"BM\x40\x1f\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0")),
        ("scan.tif", dense(b"II*\0\x08\0\0\0")),
        ("page.webp", dense(b"RIFF\x20\x07\0\0WEBPVP8 ")),
        ("favicon.ico", dense(b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0")),
        ("phone.heic", dense(b"\0\0\0\x18ftypheic")),
        ("drawing.emf", at(40, b" EMF", b"\x01\0\0\0\x6c\0\0\0")),
        ("logs.zip", zip_of("a.png", &png())),
        ("logs.7z", dense(b"7z\xbc\xaf\x27\x1c\0\x04")),
        ("logs.rar", dense(b"Rar!\x1a\x07\x01\0")),
        ("logs.tar", tar),
        ("hotfix.cab", dense(b"MSCF\0\0\0\0")),
        ("install.wim", dense(b"MSWIM\0\0\0")),
        ("SS.log.gz", dense(b"\x1f\x8b\x08\x08\0\0\0\0\0\x03SS.log\0")),
        ("SS.log.bz2", dense(b"BZh91AY&SY")),
        ("SS.log.xz", dense(b"\xfd7zXZ\0\0\x04")),
        ("SS.log.zst", dense(b"\x28\xb5\x2f\xfd\x04")),
        ("SS.log.lz4", dense(b"\x04\x22\x4d\x18\x64")),
        ("SS.log.z", dense(b"\x1f\x9d\x90")),
        ("raw.zlib", dense(b"\x78\x9c")),
        ("web.cer", certificate()),
        ("web.crt", pem("CERTIFICATE", &certificate())),
        ("web.csr", signed(der(0x30, &[der(2, b"\0"), der(0x30, b""), key()].concat()))),
        ("web.req", pem("NEW CERTIFICATE REQUEST", &certificate())),
        (
            "chain.p7b",
            der(0x30, &[der(6, b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"), der(0xa0, &certificate())].concat()),
        ),
        (
            "revoked.crl",
            signed(der(0x30, &[der(2, b"\x01"), der(0x30, b"\x06\x01\x2a"), random(2, 300)].concat())),
        ),
        ("public.der", key()),
        ("old.sst", dense(b"\0\0\0\0CERT\x0b\0\0\0")),
        ("icons.ttf", dense(b"\0\x01\0\0\0\x0f\0\x80")),
        ("icons.otf", dense(b"OTTO\0\x0b\0\x80")),
        ("icons.woff", dense(b"wOFF\0\x01\0\0")),
        ("icons.woff2", dense(b"wOF2\0\x01\0\0")),
        ("icons.eot", at(34, b"LP", b"\x40\x1f\0\0")),
        ("notes.docx", zip("word/media/image1.png")),
        ("notes.doc", dense(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")),
        ("guide.pdf", dense(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")),
        ("page.eps", dense(b"\xc5\xd0\xd3\xc6")),
        ("plan.one", dense(b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d")),
        ("mail.pst", dense(b"!BDN")),
        ("call.wav", dense(b"RIFF\x20\x07\0\0WAVEfmt ")),
        ("call.mp3", mp3()),
        ("call.ogg", dense(b"OggS\0\x02")),
        ("call.flac", dense(b"fLaC\0\0\0\x22")),
        ("screen.mp4", dense(b"\0\0\0\x20ftypisom")),
        ("screen.mkv", dense(b"\x1a\x45\xdf\xa3")),
        ("screen.wmv", dense(b"\x30\x26\xb2\x75\x8e\x66\xcf\x11")),
        ("screen.avi", dense(b"RIFF\x20\x07\0\0AVI LIST")),
        ("w3wp.dmp", dense(b"MDMP\x93\xa7\0\0")),
        ("kernel.dmp", dense(b"PAGEDU64")),
        ("disk.vhdx", dense(b"vhdxfile")),
        ("local.sqlite", dense(b"SQLite format 3\0")),
        ("vault.bak", dense(b"TAPE\0\0\x03\0")),
        ("vault.mdf", dense(b"\x01\x0f\0\0\x08\0\0\0")),
        ("search.edb", dense(b"\x11\x22\x33\x44\xef\xcd\xab\x89")),
        ("old.accdb", dense(b"\0\x01\0\0Standard ACE DB\0")),
        ("tool.exe", dense(b"MZ\x90\0\x03")),
        ("tool", dense(b"\x7fELF\x02\x01\x01")),
        ("tool.class", dense(b"\xca\xfe\xba\xbe\0\0\0\x34")),
        ("symbols.pdb", dense(b"Microsoft C/C++ MSF 7.00\r\n\x1aDS\0\0\0")),
        ("App.evtx", dense(b"ElfFile\0")),
        ("App.evt", dense(b"\x30\0\0\0LfLe")),
        ("ntuser.dat", dense(b"regf")),
        ("trace.pcap", dense(b"\xd4\xc3\xb2\xa1\x02\0\x04\0")),
        ("trace.pcapng", dense(b"\x0a\x0d\x0d\x0a")),
        ("link.lnk", dense(b"L\0\0\0\x01\x14\x02\0")),
        ("sent.pgp", dense(b"\x85\x01\x0c\x03")),
        ("sent.enc", dense(b"Salted__")),
        ("notes-zh.txt", wide(&chinese)),
        ("notes-gb.txt", encoding_rs::GB18030.encode(&chinese).0.into_owned()),
    ]
}
