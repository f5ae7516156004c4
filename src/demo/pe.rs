//! Writes tiny Windows DLLs: headers and one section with a version resource. Enough for every reader of versions, and
//! no binary in the repository.

#![expect(clippy::cast_possible_truncation, reason = "sizes of a few hundred bytes, made here")]

/// Virtual address and file offset of the only section.
const SECTION: u32 = 0x1000;
const SECTION_AT: u32 = 0x200;

/// A DLL to be written.
#[derive(Debug)]
pub struct Pe {
    product: String,
    file: [u16; 4],
    filling: Vec<u8>,
}

impl Pe {
    /// A DLL with a product version text and a file version.
    pub fn new(product: &str, file: [u16; 4]) -> Self {
        Self { product: product.to_owned(), file, filling: Vec::new() }
    }

    /// Bytes at the end that make the content, and so the hash, the DLL's own.
    #[must_use]
    pub fn filling(mut self, bytes: &[u8]) -> Self {
        self.filling = bytes.to_vec();
        self
    }

    /// The file.
    pub fn bytes(&self) -> Vec<u8> {
        let mut section = resources(&self.version_info());
        let resources_size = section.len() as u32;
        section.extend(&self.filling);
        section.resize(section.len().next_multiple_of(0x200), 0);

        let mut file = headers(section.len() as u32, resources_size);
        file.resize(SECTION_AT as usize, 0);
        file.extend(section);
        file
    }

    fn version_info(&self) -> Vec<u8> {
        let [a, b, c, d] = self.file.map(u32::from);
        let (ms, ls) = (a << 16 | b, c << 16 | d);
        let fixed: Vec<u8> = words([0xfeef_04bd, 0x1_0000, ms, ls, ms, ls, 0x3f, 0, 4, 2, 0, 0, 0]).collect();
        let file_text = self.file.map(|field| field.to_string()).join(".");
        let strings = [
            ("CompanyName", "Delinea Inc."),
            ("FileVersion", &file_text),
            ("ProductName", "Secret Server"),
            ("ProductVersion", &self.product),
        ];
        let strings: Vec<u8> = strings
            .iter()
            .flat_map(|(key, value)| {
                let value = wide(value);
                padded(block(key, 1, (value.len() / 2) as u16, &value, &[]))
            })
            .collect();
        let table = block("040904b0", 1, 0, &[], &strings);
        let string_info = block("StringFileInfo", 1, 0, &[], &table);
        block("VS_VERSION_INFO", 0, fixed.len() as u16, &fixed, &string_info)
    }
}

/// One block of a version resource: length, value length, type, key, value, children, each aligned to four.
fn block(key: &str, kind: u16, value_length: u16, value: &[u8], children: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0];
    bytes.extend(value_length.to_le_bytes());
    bytes.extend(kind.to_le_bytes());
    bytes.extend(wide(key));
    bytes = padded(bytes);
    bytes.extend(value);
    if !children.is_empty() {
        bytes = padded(bytes);
        bytes.extend(children);
    }
    let length = (bytes.len() as u16).to_le_bytes();
    if let Some(start) = bytes.first_chunk_mut() {
        *start = length;
    }
    bytes
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

fn padded(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

/// A resource tree of one leaf: type 16 (version), name 1, language 1033.
fn resources(version_info: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (id, next) in [(16u32, 0x8000_0018u32), (1, 0x8000_0030), (1033, 0x48)] {
        bytes.extend(words([0, 0, 0, 0x1_0000, id, next]));
    }
    bytes.extend(words([SECTION + 0x58, version_info.len() as u32, 0, 0]));
    bytes.extend(version_info);
    padded(bytes)
}

fn headers(section_size: u32, resources_size: u32) -> Vec<u8> {
    let mut bytes = b"MZ".to_vec();
    bytes.resize(0x3c, 0);
    bytes.extend(words([0x40]));
    bytes.extend(b"PE\0\0");
    // COFF header: i386, one section, optional header of 224 bytes, a 32-bit DLL.
    bytes.extend(words([0x0001_014c, 0, 0, 0, 0x2102_00e0]));
    // Optional header, PE32.
    let image_size = SECTION + section_size.next_multiple_of(0x1000);
    bytes.extend(words([0x30_010b, 0, section_size, 0, 0, 0, SECTION, 0x1000_0000, 0x1000, 0x200]));
    bytes.extend(words([4, 0, 4, 0, image_size, SECTION_AT, 0, 0x8540_0003]));
    bytes.extend(words([0x10_0000, 0x1000, 0x10_0000, 0x1000, 0, 16]));
    // Of the 16 directories there is one, the third.
    let mut directories = [0; 32];
    (directories[4], directories[5]) = (SECTION, resources_size);
    bytes.extend(words(directories));
    bytes.extend(b".rsrc\0\0\0");
    bytes.extend(words([section_size, SECTION, section_size, SECTION_AT, 0, 0, 0, 0x4000_0040]));
    bytes
}

/// Numbers of 32 bits as a file has them.
fn words(numbers: impl IntoIterator<Item = u32>) -> impl Iterator<Item = u8> {
    numbers.into_iter().flat_map(u32::to_le_bytes)
}
