//! What a file is by how it begins: the one table of known formats. A name proves nothing, and an end is rarely needed.

/// Bytes of the start of a file that decide.
pub const HEAD: usize = 512;

/// What kind of thing a format holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A picture, of screen or camera.
    Picture,
    /// Files packed into one.
    Archive,
    /// One file, compressed.
    Compressed,
    /// A certificate, a request, a list of revoked ones, a public key.
    Certificate,
    /// A private key, or a store that holds one.
    PrivateKey,
    /// A font.
    Font,
    /// A document of an office program, or of a printer.
    Document,
    /// Sound or film.
    Media,
    /// Memory of a program or a machine, or an image of a disk.
    Dump,
    /// A database or its backup.
    Database,
    /// A program, or a part of one.
    Program,
    /// Events, traces and other records of the system.
    Record,
    /// What was encrypted by some other program.
    Encrypted,
}

/// A known format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// What kind of thing it holds.
    pub kind: Kind,
    /// Its name, such as `a picture (PNG)`.
    pub name: &'static str,
}

impl Kind {
    /// Whether other files are inside of it.
    pub const fn holds_files(self) -> bool {
        matches!(self, Self::Archive | Self::Compressed)
    }
}

/// Bytes at a place of the file.
type Mark = (usize, &'static [u8]);

/// All formats with marks: all marks of a row must be there, and the first row counts.
const FORMATS: &[(Kind, &str, &[Mark])] = &[
    (Kind::Picture, "a picture (PNG)", &[(0, b"\x89PNG\r\n")]),
    (Kind::Picture, "a picture (JPEG)", &[(0, b"\xff\xd8\xff")]),
    (Kind::Picture, "a picture (GIF)", &[(0, b"GIF8")]),
    (Kind::Picture, "a picture (BMP)", &[(0, b"BM"), (6, b"\0\0\0\0")]),
    (Kind::Picture, "a picture (TIFF)", &[(0, b"II*\0")]),
    (Kind::Picture, "a picture (TIFF)", &[(0, b"MM\0*")]),
    (Kind::Picture, "a picture (WebP)", &[(0, b"RIFF"), (8, b"WEBP")]),
    (Kind::Picture, "a picture (icon)", &[(0, b"\0\0\x01\0")]),
    (Kind::Picture, "a picture (cursor)", &[(0, b"\0\0\x02\0")]),
    (Kind::Picture, "a picture (HEIC)", &[(4, b"ftyphe")]),
    (Kind::Picture, "a picture (HEIF)", &[(4, b"ftypmif1")]),
    (Kind::Picture, "a picture (AVIF)", &[(4, b"ftypavi")]),
    (Kind::Picture, "a picture (JPEG XL)", &[(0, b"\0\0\0\x0cJXL ")]),
    (Kind::Picture, "a picture (JPEG XL)", &[(0, b"\xff\x0a")]),
    (Kind::Picture, "a picture (JPEG 2000)", &[(0, b"\0\0\0\x0cjP  ")]),
    (Kind::Picture, "a picture (Photoshop)", &[(0, b"8BPS")]),
    (Kind::Picture, "a picture (EMF)", &[(0, b"\x01\0\0\0"), (40, b" EMF")]),
    (Kind::Picture, "a picture (WMF)", &[(0, b"\xd7\xcd\xc6\x9a")]),
    (Kind::Picture, "small pictures (Windows)", &[(0, b"CMMM"), (6, b"\0\0")]),
    (Kind::Picture, "a picture (GIMP)", &[(0, b"gimp xcf ")]),
    (Kind::Picture, "a picture (Paint Shop Pro)", &[(0, b"Paint Shop Pro Image")]),
    (Kind::Picture, "a picture (DDS)", &[(0, b"DDS \x7c\0\0\0")]),
    (Kind::Picture, "a picture (QOI)", &[(0, b"qoif")]),
    (Kind::Picture, "a picture (OpenEXR)", &[(0, b"\x76\x2f\x31\x01")]),
    (Kind::Picture, "a picture (DICOM)", &[(128, b"DICM")]),
    (Kind::Picture, "a picture (FITS)", &[(0, b"SIMPLE  =")]),
    (Kind::Archive, "a zip", &[(0, b"PK\x03\x04")]),
    (Kind::Archive, "a zip", &[(0, b"PK\x05\x06")]),
    (Kind::Archive, "a zip in several parts", &[(0, b"PK\x07\x08")]),
    (Kind::Archive, "an archive (7z)", &[(0, b"7z\xbc\xaf\x27\x1c")]),
    (Kind::Archive, "an archive (RAR)", &[(0, b"Rar!\x1a\x07")]),
    (Kind::Archive, "an archive (tar)", &[(257, b"ustar")]),
    (Kind::Archive, "an archive (cabinet)", &[(0, b"MSCF\0\0\0\0")]),
    (Kind::Archive, "an archive (InstallShield)", &[(0, b"ISc(")]),
    (Kind::Archive, "an archive (ACE)", &[(7, b"**ACE**")]),
    (Kind::Archive, "an archive (squashfs)", &[(0, b"hsqs")]),
    (Kind::Archive, "an archive (WIM)", &[(0, b"MSWIM\0\0\0")]),
    (Kind::Archive, "a package (Debian)", &[(0, b"!<arch>\ndebian-binary")]),
    (Kind::Archive, "an archive (ar)", &[(0, b"!<arch>\n")]),
    (Kind::Archive, "an archive (xar)", &[(0, b"xar!")]),
    (Kind::Archive, "an archive (cpio)", &[(0, b"070701")]),
    (Kind::Archive, "a package (RPM)", &[(0, b"\xed\xab\xee\xdb")]),
    (Kind::Archive, "an archive (ARJ)", &[(0, b"\x60\xea")]),
    (Kind::Archive, "an archive (LHA)", &[(2, b"-lh"), (6, b"-")]),
    (Kind::Archive, "a package (git)", &[(0, b"PACK\0\0\0")]),
    (Kind::Compressed, "a compressed file (gzip)", &[(0, b"\x1f\x8b\x08")]),
    (Kind::Compressed, "a compressed file (bzip2)", &[(0, b"BZh")]),
    (Kind::Compressed, "a compressed file (xz)", &[(0, b"\xfd7zXZ\0")]),
    (Kind::Compressed, "a compressed file (zstd)", &[(0, b"\x28\xb5\x2f\xfd")]),
    (Kind::Compressed, "a compressed file (lz4)", &[(0, b"\x04\x22\x4d\x18")]),
    (Kind::Compressed, "a compressed file (lzma)", &[(0, b"\x5d\0\0")]),
    (Kind::Compressed, "a compressed file (lzip)", &[(0, b"LZIP")]),
    (Kind::Compressed, "a compressed file (lzop)", &[(0, b"\x89LZO\0")]),
    (Kind::Compressed, "a compressed file (snappy)", &[(0, b"\xff\x06\0\0sNaPpY")]),
    (Kind::Compressed, "a compressed file (compress)", &[(0, b"\x1f\x9d")]),
    (Kind::Compressed, "a compressed file (Windows)", &[(0, b"SZDD\x88\xf0")]),
    (Kind::Compressed, "a compressed file (Windows)", &[(0, b"KWAJ\x88\xf0")]),
    (Kind::Compressed, "a compressed file (Windows)", &[(0, b"MAM\x04")]),
    (Kind::Compressed, "a compressed file (zlib)", &[(0, b"\x78\x01")]),
    (Kind::Compressed, "a compressed file (zlib)", &[(0, b"\x78\x5e")]),
    (Kind::Compressed, "a compressed file (zlib)", &[(0, b"\x78\x9c")]),
    (Kind::Compressed, "a compressed file (zlib)", &[(0, b"\x78\xda")]),
    (Kind::Certificate, "certificates (store)", &[(0, b"\0\0\0\0CERT")]),
    (Kind::Certificate, "a public key (OpenSSH)", &[(0, b"ssh-rsa AAAA")]),
    (Kind::Certificate, "a public key (OpenSSH)", &[(0, b"ssh-ed25519 AAAA")]),
    (Kind::Certificate, "a public key (OpenSSH)", &[(0, b"ecdsa-sha2-nist")]),
    (Kind::PrivateKey, "a store of keys (Java)", &[(0, b"\xfe\xed\xfe\xed")]),
    (Kind::PrivateKey, "a store of keys (Java)", &[(0, b"\xce\xce\xce\xce\0\0\0\x02")]),
    (Kind::PrivateKey, "a private key (PuTTY)", &[(0, b"PuTTY-User-Key-File-")]),
    (Kind::PrivateKey, "a private key (Windows)", &[(0, b"\x07\x02\0\0\0")]),
    (Kind::PrivateKey, "a private key (Windows)", &[(0, b"\x1e\xf1\xb5\xb0")]),
    (Kind::Font, "a font (OpenType)", &[(0, b"OTTO\0")]),
    (Kind::Font, "a font (collection)", &[(0, b"ttcf\0")]),
    (Kind::Font, "a font (WOFF)", &[(0, b"wOFF")]),
    (Kind::Font, "a font (WOFF2)", &[(0, b"wOF2")]),
    (Kind::Font, "a font (EOT)", &[(34, b"LP")]),
    (Kind::Font, "a font (Type 1)", &[(0, b"\x80\x01"), (6, b"%!")]),
    (Kind::Document, "a document (PDF)", &[(0, b"%PDF-")]),
    (Kind::Document, "a document (PostScript)", &[(0, b"%!PS")]),
    (Kind::Document, "a document (EPS)", &[(0, b"\xc5\xd0\xd3\xc6")]),
    (Kind::Document, "a document (RTF)", &[(0, b"{\\rtf")]),
    (Kind::Document, "a document (DjVu)", &[(0, b"AT&TFORM")]),
    (Kind::Document, "a document (OneNote)", &[(0, b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d")]),
    (Kind::Document, "help (CHM)", &[(0, b"ITSF\x03\0\0\0")]),
    (Kind::Document, "a drawing (AutoCAD)", &[(0, b"AC10"), (6, b"\0\0\0\0")]),
    (Kind::Document, "a model (glTF)", &[(0, b"glTF")]),
    (Kind::Document, "a model (Blender)", &[(0, b"BLENDER")]),
    (Kind::Document, "a document of an older office program", &[(0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")]),
    (Kind::Document, "mail (Outlook)", &[(0, b"!BDN")]),
    (Kind::Document, "mail (TNEF)", &[(0, b"\x78\x9f\x3e\x22")]),
    (Kind::Media, "sound (WAV)", &[(0, b"RIFF"), (8, b"WAVE")]),
    (Kind::Media, "film (AVI)", &[(0, b"RIFF"), (8, b"AVI ")]),
    (Kind::Media, "sound or film (RIFF)", &[(0, b"RIFF")]),
    (Kind::Media, "sound (AIFF)", &[(0, b"FORM")]),
    (Kind::Media, "sound (MP3)", &[(0, b"ID3")]),
    (Kind::Media, "sound (Ogg)", &[(0, b"OggS")]),
    (Kind::Media, "sound (FLAC)", &[(0, b"fLaC")]),
    (Kind::Media, "sound (MIDI)", &[(0, b"MThd\0\0")]),
    (Kind::Media, "sound (AU)", &[(0, b".snd\0")]),
    (Kind::Media, "sound (AMR)", &[(0, b"#!AMR")]),
    (Kind::Media, "sound or film (MP4)", &[(4, b"ftyp")]),
    (Kind::Media, "film (QuickTime)", &[(4, b"moov")]),
    (Kind::Media, "film (QuickTime)", &[(4, b"mdat")]),
    (Kind::Media, "film (Matroska)", &[(0, b"\x1a\x45\xdf\xa3")]),
    (Kind::Media, "sound or film (Windows Media)", &[(0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11")]),
    (Kind::Media, "film (Flash)", &[(0, b"FLV\x01")]),
    (Kind::Media, "film (Flash)", &[(0, b"CWS")]),
    (Kind::Media, "film (Flash)", &[(0, b"FWS"), (6, b"\0\0")]),
    (Kind::Media, "film (MPEG)", &[(0, b"\0\0\x01\xba")]),
    (Kind::Media, "film (MPEG)", &[(0, b"\0\0\x01\xb3")]),
    (Kind::Dump, "a dump of a program (minidump)", &[(0, b"MDMP\x93\xa7")]),
    (Kind::Dump, "a dump of Windows", &[(0, b"PAGEDU")]),
    (Kind::Dump, "a dump of Java", &[(0, b"JAVA PROFILE ")]),
    (Kind::Dump, "an image of a disk (VHDX)", &[(0, b"vhdxfile")]),
    (Kind::Dump, "an image of a disk (VHD)", &[(0, b"conectix")]),
    (Kind::Dump, "an image of a disk (VMDK)", &[(0, b"KDMV")]),
    (Kind::Dump, "an image of a disk (QCOW)", &[(0, b"QFI\xfb")]),
    (Kind::Dump, "an image of a disk (VDI)", &[(64, b"\x7f\x10\xda\xbe")]),
    (Kind::Dump, "a dump of Java (flight recorder)", &[(0, b"FLR\0")]),
    (Kind::Dump, "a dump of a program (core)", &[(0, b"\x7fELF"), (16, b"\x04\0")]),
    (Kind::Dump, "a dump of Windows (hibernation)", &[(0, b"HIBR")]),
    (Kind::Dump, "a dump of Windows (hibernation)", &[(0, b"hibr")]),
    (Kind::Database, "a database (SQLite)", &[(0, b"SQLite format 3\0")]),
    (Kind::Database, "a database (SQLite log)", &[(0, b"\x37\x7f\x06")]),
    (Kind::Database, "a database (Access)", &[(0, b"\0\x01\0\0Standard ")]),
    (Kind::Database, "a backup of SQL Server", &[(0, b"TAPE\0\0")]),
    (Kind::Database, "a backup of SQL Server", &[(0, b"MSSQLBAK")]),
    (Kind::Database, "a database (SQL Server)", &[(0, b"\x01\x0f\0\0")]),
    (Kind::Database, "a database (ESE)", &[(4, b"\xef\xcd\xab\x89")]),
    (Kind::Database, "a database (PostgreSQL dump)", &[(0, b"PGDMP")]),
    (Kind::Database, "a table (Parquet)", &[(0, b"PAR1")]),
    (Kind::Database, "a table (Avro)", &[(0, b"Obj\x01")]),
    (Kind::Database, "a table (HDF5)", &[(0, b"\x89HDF\r\n")]),
    (Kind::Database, "numbers (NumPy)", &[(0, b"\x93NUMPY")]),
    (Kind::Database, "numbers (MATLAB)", &[(0, b"MATLAB 5.0")]),
    (Kind::Database, "a table (Arrow)", &[(0, b"ARROW1\0\0")]),
    (Kind::Database, "a database (Redis)", &[(0, b"REDIS00")]),
    (Kind::Database, "a database (Berkeley)", &[(12, b"\x62\x31\x05\0")]),
    (Kind::Program, "a program (Windows)", &[(0, b"MZ")]),
    (Kind::Program, "a program (ELF)", &[(0, b"\x7fELF")]),
    (Kind::Program, "a program (Java)", &[(0, b"\xca\xfe\xba\xbe")]),
    (Kind::Program, "a program (macOS)", &[(0, b"\xcf\xfa\xed\xfe")]),
    (Kind::Program, "a program (macOS)", &[(0, b"\xce\xfa\xed\xfe")]),
    (Kind::Program, "a program (Android)", &[(0, b"dex\n03")]),
    (Kind::Program, "a program (Lua)", &[(0, b"\x1bLua")]),
    (Kind::Program, "an index (git)", &[(0, b"DIRC\0\0\0")]),
    (Kind::Program, "a program (WebAssembly)", &[(0, b"\0asm")]),
    (Kind::Program, "symbols of a program (PDB)", &[(0, b"Microsoft C/C++ ")]),
    (Kind::Program, "symbols of a program (PDB)", &[(0, b"BSJB")]),
    (Kind::Program, "resources of a program (.NET)", &[(0, b"\xce\xca\xef\xbe")]),
    (Kind::Program, "an object of .NET", &[(0, b"\0\x01\0\0\0\xff\xff\xff\xff")]),
    (Kind::Program, "an object of Java", &[(0, b"\xac\xed\0\x05")]),
    (Kind::Program, "texts of a program (gettext)", &[(0, b"\xde\x12\x04\x95")]),
    (Kind::Program, "a shortcut", &[(0, b"L\0\0\0\x01\x14\x02\0")]),
    (Kind::Record, "an event log", &[(0, b"ElfFile\0")]),
    (Kind::Record, "an event log", &[(4, b"LfLe")]),
    (Kind::Record, "a registry file", &[(0, b"regf")]),
    (Kind::Record, "a network trace", &[(0, b"\xd4\xc3\xb2\xa1")]),
    (Kind::Record, "a network trace", &[(0, b"\xa1\xb2\xc3\xd4")]),
    (Kind::Record, "a network trace", &[(0, b"\x4d\x3c\xb2\xa1")]),
    (Kind::Record, "a network trace", &[(0, b"\x0a\x0d\x0d\x0a")]),
    (Kind::Record, "a network trace", &[(0, b"GMBU")]),
    (Kind::Record, "a network trace", &[(0, b"snoop\0\0\0")]),
    (Kind::Record, "a record of started programs", &[(4, b"SCCA")]),
    (Kind::Encrypted, "an encrypted file (OpenSSL)", &[(0, b"Salted__")]),
    (Kind::Encrypted, "an encrypted file (age)", &[(0, b"age-encryption.org/")]),
    (Kind::Encrypted, "an encrypted disk (LUKS)", &[(0, b"LUKS\xba\xbe")]),
    (Kind::Encrypted, "an encrypted disk (BitLocker)", &[(3, b"-FVE-FS-")]),
    (Kind::Encrypted, "a store of passwords (KeePass)", &[(0, b"\x03\xd9\xa2\x9a")]),
    (Kind::Encrypted, "an encrypted file (OpenPGP)", &[(0, b"\x85\x01\x0c\x03")]),
    (Kind::Encrypted, "an encrypted file (OpenPGP)", &[(0, b"\x85\x02\x0c\x03")]),
    (Kind::Encrypted, "an encrypted file (OpenPGP)", &[(0, b"\x84\x5e\x03")]),
    (Kind::Encrypted, "an encrypted file (OpenPGP)", &[(0, b"\x8c\x0d\x04")]),
    // After all that begins as it does.
    (Kind::Font, "a font (TrueType)", &[(0, b"\0\x01\0\0\0")]),
];

/// What a file of `total` bytes is that begins with `head`; `None` for texts and for what is not known.
pub fn format(head: &[u8], total: u64) -> Option<Format> {
    let head = head.get(..HEAD).unwrap_or(head);
    let has = |(at, mark): &Mark| head.get(*at..).is_some_and(|tail| tail.starts_with(mark));
    let by_mark = FORMATS.iter().find(|(_, _, marks)| marks.iter().all(has));
    let (kind, name) = by_mark
        .map(|(kind, name, _)| (*kind, *name))
        .or_else(|| pem(head))
        .or_else(|| der(head, total))
        .or_else(|| is_mp3(head).then_some((Kind::Media, "sound (MP3)")))?;
    Some(Format { kind, name })
}

/// A block of PEM that a file begins with, comments and what a certificate program prints before it aside.
fn pem(head: &[u8]) -> Option<(Kind, &'static str)> {
    let head = head.trim_ascii_start();
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let label = head.strip_prefix(b"-----BEGIN ")?.split(|byte| *byte == b'-').next()?;
    Some(match label {
        _ if label.ends_with(b"PRIVATE KEY") || label == b"PGP PRIVATE KEY BLOCK" => {
            (Kind::PrivateKey, "a private key (PEM)")
        }
        _ if label.ends_with(b"CERTIFICATE REQUEST") => (Kind::Certificate, "a certificate request (PEM)"),
        _ if label.ends_with(b"CERTIFICATE") => (Kind::Certificate, "a certificate (PEM)"),
        _ if label.ends_with(b"PUBLIC KEY") || label == b"PGP PUBLIC KEY BLOCK" => {
            (Kind::Certificate, "a public key (PEM)")
        }
        b"PKCS7" => (Kind::Certificate, "certificates (PEM)"),
        b"X509 CRL" => (Kind::Certificate, "a list of revoked certificates (PEM)"),
        b"PGP MESSAGE" => (Kind::Encrypted, "an encrypted file (OpenPGP)"),
        _ => return None,
    })
}

/// A sequence in DER that is exactly the file, blank lines behind it aside.
fn der(head: &[u8], total: u64) -> Option<(Kind, &'static str)> {
    const SIGNED: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07";
    let (content, length) = sequence(head)?;
    let whole = head.len() as u64 - content.len() as u64 + length;
    if length < 32 || !(whole..=whole + 4).contains(&total) {
        return None;
    }
    let inner = sequence(content).map(|(inner, _)| inner).unwrap_or_default();
    Some(match content {
        _ if content.starts_with(SIGNED) => (Kind::Certificate, "certificates (PKCS #7)"),
        _ if content.starts_with(b"\x02\x01\x03\x30") => {
            (Kind::PrivateKey, "a certificate with its private key (PKCS #12)")
        }
        _ if content.starts_with(b"\x02\x01\x00") || content.starts_with(b"\x02\x01\x01\x04") => {
            (Kind::PrivateKey, "a private key (DER)")
        }
        // Of PKCS #5: an encrypted one.
        _ if inner.starts_with(b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05") => {
            (Kind::PrivateKey, "a private key (DER)")
        }
        _ if inner.starts_with(b"\x02\x01\x00\x30") => (Kind::Certificate, "a certificate request (DER)"),
        _ if inner.starts_with(b"\xa0\x03\x02\x01") => (Kind::Certificate, "a certificate (DER)"),
        _ if inner.starts_with(b"\x06") => (Kind::Certificate, "a public key (DER)"),
        _ if inner.starts_with(b"\x02\x01\x01\x30") || inner.starts_with(b"\x30") => {
            (Kind::Certificate, "a list of revoked certificates (DER)")
        }
        _ => (Kind::Certificate, "data of certificates (DER)"),
    })
}

/// The start of what is in the sequence that `bytes` begin with, and how long it is.
fn sequence(bytes: &[u8]) -> Option<(&[u8], u64)> {
    let (first, tail) = bytes.strip_prefix(b"\x30")?.split_first()?;
    if *first < 0x80 {
        return Some((tail, u64::from(*first)));
    }
    let (length, content) = tail.split_at_checked(usize::from(first & 0x7f))?;
    let length = (1..=4)
        .contains(&length.len())
        .then(|| length.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))?;
    Some((content, length))
}

/// Whether a frame of MPEG sound is at the start, and another one where it ends.
fn is_mp3(head: &[u8]) -> bool {
    /// In kilobits a second, for the third layer.
    const RATES: [usize; 14] = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    let [0xff, 0xfa | 0xfb, third, ..] = *head else { return false };
    let rate = usize::from(third >> 4).checked_sub(1).and_then(|index| RATES.get(index));
    let samples = [44_100, 48_000, 32_000].get(usize::from(third >> 2 & 3));
    let (Some(rate), Some(samples)) = (rate, samples) else { return false };
    let length = 144_000 * rate / samples + usize::from(third >> 1 & 1);
    head.get(length..length + 2).is_none_or(|next| matches!(next, [0xff, 0xfa | 0xfb]))
}
