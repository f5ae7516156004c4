//! Version resources of DLLs and EXEs (PE files), read from bytes: nothing is run or loaded.

use crate::model::facts::Binary;
use goblin::pe::header::Header;
use goblin::pe::options::{ParseMode, ParseOptions};
use goblin::pe::resource::{ResourceData, VersionInfo};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Largest file that is parsed; the product's own DLLs are far smaller, and parsing needs all of it in memory.
pub const MAX_PE_BYTES: u64 = 64 << 20;

/// Longest version text kept, in characters. Version texts are the vendor's, but the file may be anyone's.
const MAX_TEXT: usize = 100;

/// Why a file has no versions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeError {
    /// Not a Windows executable, or a damaged one.
    #[error("not a readable Windows executable")]
    NotPe,
    /// The parsing library failed on it.
    #[error("the file made the executable parser fail")]
    Parser,
}

/// The versions of one DLL or EXE. A file without a version resource has none.
pub fn read(bytes: &[u8]) -> Result<Binary, PeError> {
    // A panic of the library on a hostile file must cost that file only.
    catch_unwind(AssertUnwindSafe(|| parse(bytes))).unwrap_or(Err(PeError::Parser))
}

/// Reads headers, sections and the version resource only: every other table is one more that a damaged file can break.
fn parse(bytes: &[u8]) -> Result<Binary, PeError> {
    let options = ParseOptions::default().with_parse_mode(ParseMode::Permissive);
    let header = Header::parse(bytes).map_err(|_| PeError::NotPe)?;
    let optional = header.optional_header.ok_or(PeError::NotPe)?;
    let headers = goblin::pe::header::SIZEOF_PE_MAGIC + goblin::pe::header::SIZEOF_COFF_HEADER;
    let optional_size = u64::from(header.coff_header.size_of_optional_header);
    let at = u64::from(header.dos_header.pe_pointer) + headers as u64 + optional_size;
    let mut at = usize::try_from(at).map_err(|_| PeError::NotPe)?;
    let sections = header.coff_header.sections(bytes, &mut at).map_err(|_| PeError::NotPe)?;
    let alignment = optional.windows_fields.file_alignment;

    let mut binary = Binary::default();
    if let Some(directory) = optional.data_directories.get_resource_table()
        && let Ok(resources) =
            ResourceData::parse_with_opts(bytes, *directory, &sections, alignment, &options)
        && let Some(version) = resources.version_info
    {
        binary.file_version = fixed_file_version(&version);
        binary.product_version = version.string_info.product_version().and_then(|text| tidy(&text));
    }
    Ok(binary)
}

fn fixed_file_version(version: &VersionInfo<'_>) -> Option<String> {
    let fixed = version.fixed_info.filter(goblin::pe::resource::VsFixedFileInfo::is_valid)?;
    // The library's own `file_version()` reads the date fields.
    let [ms, ls] = [fixed.file_version_ms, fixed.file_version_ls];
    Some(format!("{}.{}.{}.{}", ms >> 16, ms & 0xffff, ls >> 16, ls & 0xffff))
}

/// The text without padding and control characters; nothing when nothing is left.
fn tidy(text: &str) -> Option<String> {
    let kept: String = text.chars().filter(|c| !c.is_control()).take(MAX_TEXT).collect();
    let kept = kept.trim();
    (!kept.is_empty()).then(|| kept.to_owned())
}

#[cfg(all(test, feature = "report"))]
mod tests {
    use super::*;
    use crate::demo::Pe;
    use proptest::prelude::*;

    #[test]
    fn the_two_versions_of_a_dll() {
        let dll = Pe::new("11.7.000049", [11, 7, 49, 0]).bytes();
        assert_eq!(
            read(&dll).unwrap(),
            Binary { file_version: Some("11.7.49.0".into()), product_version: Some("11.7.000049".into()) }
        );
    }

    #[test]
    fn fields_of_sixteen_bits_are_printed_as_they_are() {
        let binary = read(&Pe::new("8.9.300000", [8, 9, 37856, 0]).bytes()).unwrap();
        assert_eq!(binary.product_version.as_deref(), Some("8.9.300000"));
        assert_eq!(binary.file_version.as_deref(), Some("8.9.37856.0"));
    }

    #[test]
    fn a_text_is_no_dll() {
        assert_eq!(read(b"MZ, but nothing more"), Err(PeError::NotPe));
        assert_eq!(read(b""), Err(PeError::NotPe));
    }

    proptest! {
        #[test]
        fn a_damaged_dll_never_panics(
            hits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
            keep in any::<prop::sample::Index>(),
        ) {
            let mut dll = Pe::new("11.7.000049", [11, 7, 49, 0]).bytes();
            for (at, byte) in hits {
                let at = at.index(dll.len());
                dll[at] = byte;
            }
            let _ = read(&dll);
            dll.truncate(keep.index(dll.len()));
            let _ = read(&dll);
        }
    }
}
