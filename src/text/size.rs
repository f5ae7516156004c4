//! Numbers of bytes as people read them. Units are powers of 1024 and named so, as the options that take a size count.

const UNITS: [&str; 5] = ["bytes", "KiB", "MiB", "GiB", "TiB"];

/// A number of bytes to three figures: `3.99 MiB`, `200 MiB`.
#[expect(clippy::cast_precision_loss, reason = "three figures are shown")]
pub fn size(bytes: u64) -> String {
    let (mut value, mut unit) = (bytes as f64, 0);
    // Bytes are shown in full; of a larger unit, what would round up to four figures is less than one of the next.
    while value >= if unit == 0 { 1024.0 } else { 999.5 } && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    let digits = if unit == 0 { 0 } else { usize::from(value < 99.95) + usize::from(value < 9.995) };
    let number = format!("{value:.digits$}");
    let number = if digits > 0 { number.trim_end_matches('0').trim_end_matches('.') } else { &number };
    format!("{number} {}", UNITS.get(unit).copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_three_figures_and_the_unit_they_are_counted_in() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (12, "12 bytes"),
            (1023, "1023 bytes"),
            (2048, "2 KiB"),
            (1536, "1.5 KiB"),
            (4_183_990, "3.99 MiB"),
            (200 << 20, "200 MiB"),
            (1023 << 20, "1 GiB"),
            (1 << 50, "1024 TiB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }
}
